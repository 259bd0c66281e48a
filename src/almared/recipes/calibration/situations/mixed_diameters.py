"""Dishes of several sizes in one array."""

from __future__ import annotations

from almared.heuristics.calibration.gain import choose_final_antennas
from almared.plan import NamedChoice, Plan
from almared.recipes.building import map_calls
from almared.recipes.calibration.situations.situation import Situation


def keep_dominant_diameter(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with the calibrated MS restricted to the most numerous dish size.

    References
    ----------
    domain.md A.8 step 18, A.13.
    """
    choice = choose_final_antennas(situation.eb, allow_hybrid=situation.options.keeps_all_antennas)
    if not choice.value:
        return plan
    plan = plan.with_step(
        18,
        lambda step: map_calls(
            step, "mstransform", change=lambda call: call.with_argument("antenna", choice.value, reason=choice.reason)
        ),
    )
    return plan.with_choices(NamedChoice("antennas of the calibrated MS", choice))
