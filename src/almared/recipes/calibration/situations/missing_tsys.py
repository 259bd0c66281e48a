"""System temperatures that were not recorded at all."""

from __future__ import annotations

import functools
from typing import Any

from almared.model import Choice
from almared.plan import Plan, StepId, roles
from almared.recipes.building import nothing
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import without_table
from almared.recipes.special_case import SpecialCase

ANY = "no system temperatures were recorded"


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return that there is no Tsys where none was recorded.

    References
    ----------
    domain.md A.8 step 7, G9.
    """
    if situation.eb.tsys:
        return None
    warning = f"{ANY}: amplitudes are scaled by the flux calibrator alone and weights are no measure of noise"
    return Choice("none", ANY, rule="domain A.8 step 7", warning=warning)


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan without the Tsys table."""
    plan = plan.replacing(nothing(StepId.TSYS, choice.reason))
    table = situation.products.of_ms("tsys")
    return plan.with_calls(roles.APRIORI_APPLY, change=functools.partial(without_table, table))


MISSING_TSYS = SpecialCase("system temperatures", recognise, rewrite)
