"""Neither WVR nor Tsys nor positions: there is nothing to apply."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.plan import Plan, StepId, roles
from almared.recipes.building import nothing
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase


def recognise(plan: Plan, _: Situation) -> Choice[Any] | None:
    """Return which column to split where no table is left to apply."""
    if any(call.get("gaintable") for call in plan.calls(roles.APRIORI_APPLY)):
        return None
    return Choice("data", "nothing was applied before")


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with nothing to apply and a split of the raw data."""
    plan = plan.replacing(nothing(StepId.APRIORI_APPLY, "there is no table to apply"))
    return plan.with_calls(
        roles.SCIENCE_SPLIT, change=lambda call: call.with_argument("datacolumn", choice.value, reason=choice.reason)
    )


NOTHING_APRIORI = SpecialCase("", recognise, rewrite)
