"""No correction of the phases by water-vapour radiometers."""

from __future__ import annotations

import functools

from almared.model import Choice, SpwRole
from almared.plan import NamedChoice, Plan
from almared.recipes.apriori_apply import without_table
from almared.recipes.building import map_calls, nothing
from almared.recipes.rewrites.situation import Situation

WITHOUT_RADIOMETER = ("CM", "PM")
"""Beginnings of the names of the antennas of the compact array, which have none (domain A.8 step 4, A.13)."""


def leave_out_water_vapour(plan: Plan, situation: Situation) -> Plan:
    """Return the plan without steps that make and apply the WVR table where it cannot, or shall not, be made.

    References
    ----------
    domain.md A.8 step 4, A.13, G13.
    """
    reason = _reason(situation)
    if not reason:
        return plan
    table = situation.products.of_ms("wvr")
    plan = plan.with_step(4, lambda step: nothing(4, reason))
    plan = plan.with_step(7, lambda step: map_calls(step, "applycal", functools.partial(without_table, table)))
    return plan.with_choices(NamedChoice("water vapour", Choice("not corrected", reason, rule="domain A.8 step 4")))


def _reason(situation: Situation) -> str:
    eb = situation.eb
    if not situation.options.has_wvr_correction:
        return "the water-vapour correction was switched off (--no-wvr)"
    if all(antenna.name.startswith(WITHOUT_RADIOMETER) for antenna in eb.antennas):
        return "the antennas of the compact array have no water-vapour radiometers"
    if not eb.spws_with_role(SpwRole.WVR):
        return "no radiometer data were recorded"
    return ""
