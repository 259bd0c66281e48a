"""No correction of the phases by water-vapour radiometers."""

from __future__ import annotations

import functools

from almared.model import Choice
from almared.plan import NamedChoice, Plan, StepId
from almared.recipes.building import map_calls, nothing
from almared.recipes.calibration.situations.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import without_table

SWITCHED_OFF = "the water-vapour correction was switched off (--no-wvr)"


def leave_out_water_vapour(plan: Plan, situation: Situation) -> Plan:
    """Return the plan without the WVR table where it cannot, or shall not, be made.

    References
    ----------
    domain.md A.8 step 4, A.13, G13.
    """
    chosen = situation.decided.wvr
    if chosen.value is not None and situation.options.has_wvr_correction:
        return plan
    reason = chosen.reason if chosen.value is None else SWITCHED_OFF
    table = situation.products.of_ms("wvr")
    plan = plan.replacing(nothing(StepId.WVR, reason))
    plan = plan.with_step(
        StepId.APRIORI_APPLY, lambda step: map_calls(step, "applycal", change=functools.partial(without_table, table))
    )
    return plan.with_choices(NamedChoice("water vapour", Choice("not corrected", reason, rule="domain A.8 step 4")))
