"""No ASDM at hand: the MS was imported before, and stays."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.model.finding import warning
from almared.plan import Plan, StepId
from almared.recipes.building import nothing
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return that the MS is used as it is where there is no ASDM."""
    if situation.options.asdm:
        return None
    ms = situation.products.ms
    return Choice(ms, f"the plan was made from {ms} and its ASDM is not here, so the MS is used as it is")


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan without an import."""
    message = f"{choice.value} was imported before: nothing is known about its import, and it cannot be repeated"
    return plan.replacing(nothing(StepId.IMPORT, choice.reason)).with_findings(
        warning("PLAN04", message, place=str(choice.value))
    )


IMPORTED_BEFORE = SpecialCase("", recognise, rewrite)
