"""No correction of the phases by water-vapour radiometers."""

from __future__ import annotations

import functools
from typing import Any

from almared.model import Choice
from almared.plan import Plan, StepId, roles
from almared.recipes.building import nothing
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import without_table
from almared.recipes.special_case import SpecialCase

SWITCHED_OFF = "the water-vapour correction was switched off (--no-wvr)"


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return why the WVR table cannot, or shall not, be made.

    References
    ----------
    domain.md A.8 step 4, A.13, G13.
    """
    chosen = situation.decided.wvr
    if chosen.value is not None and situation.options.has_wvr_correction:
        return None
    reason = chosen.reason if chosen.value is None else SWITCHED_OFF
    return Choice("not corrected", reason, rule="domain A.8 step 4")


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan without the WVR table."""
    plan = plan.replacing(nothing(StepId.WVR, choice.reason))
    table = situation.products.of_ms("wvr")
    return plan.with_calls(roles.APRIORI_APPLY, change=functools.partial(without_table, table))


NO_WATER_VAPOUR = SpecialCase("water vapour", recognise, rewrite)
