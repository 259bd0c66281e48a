"""Data with a polarisation calibrator: the parallel hands come first."""

from __future__ import annotations

from almared.model import Choice, Intent
from almared.plan import Call, NamedChoice, Plan
from almared.recipes.building import map_calls
from almared.recipes.calibration.situations.situation import Situation

REASON = "the phase of X minus Y must not jump when the reference antenna changes"


def keep_reference_strictly(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with a strict reference antenna where a polarisation calibrator was observed.

    References
    ----------
    domain.md A.14.
    """
    if not situation.eb.scans_with(Intent.POLARIZATION):
        return plan

    def strict(call: Call) -> Call:
        return call.with_argument("refantmode", "strict", reason=REASON)

    for number in (13, 15):
        plan = plan.with_step(number, lambda step: map_calls(step, "gaincal", change=strict))
    warning = "a polarisation calibrator was observed: this script calibrates the parallel hands alone"
    choice = Choice("strict", REASON, rule="domain A.14", warning=warning)
    return plan.with_choices(NamedChoice("mode of the reference antenna", choice))
