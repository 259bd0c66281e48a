"""Weak calibrators or narrow windows, told by the reducer with --low-snr."""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.plan import Call, NamedChoice, Plan, StepId
from almared.recipes.building import map_calls
from almared.recipes.calibration.situations.situation import Situation

WHOLE = "low SNR: every channel helps"
SCANS = "low SNR: one phase for each scan"


def solve_for_longer(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with whole windows in the phases before the bandpass and phases per scan for the gains.

    References
    ----------
    domain.md A.12, G20.
    """
    if not situation.options.is_low_snr:
        return plan
    windows = id_ranges(situation.decided.split_spws.value)
    plan = plan.with_step(
        13,
        lambda step: map_calls(step, "gaincal", change=lambda call: call.with_argument("spw", windows, reason=WHOLE)),
    )
    plan = plan.with_step(StepId.GAIN, lambda step: map_calls(step, "gaincal", change=_per_scan))
    choice = Choice("whole windows, phases per scan", "asked for (--low-snr)", rule="domain A.12")
    return plan.with_choices(NamedChoice("low SNR", choice))


def _per_scan(call: Call) -> Call:
    return call.with_argument("solint", "inf", reason=SCANS) if call.get("solint") != "inf" else call
