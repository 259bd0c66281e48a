"""Weak calibrators or narrow windows, as the reducer says with --low-snr."""

from __future__ import annotations

from typing import Any

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.plan import Call, Plan, roles
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase

WHOLE = "low SNR: every channel helps"
SCANS = "low SNR: one phase for each scan"


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return how the solutions are made longer and wider where it was asked for.

    References
    ----------
    domain.md A.12, G20.
    """
    if not situation.options.is_low_snr:
        return None
    return Choice("whole windows, phases per scan", "asked for (--low-snr)", rule="domain A.12")


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with whole windows in the phases before the bandpass and phases per scan for the gains."""
    del choice
    windows = id_ranges(situation.decided.split_spws.value)
    plan = plan.with_calls(roles.PHASE_BANDPASS, change=lambda call: call.with_argument("spw", windows, reason=WHOLE))
    return plan.with_calls(roles.PHASE_INT, roles.PHASE_SHORT_INT, change=_per_scan)


def _per_scan(call: Call) -> Call:
    return call.with_argument("solint", "inf", reason=SCANS) if call.get("solint") != "inf" else call


WEAK_CALIBRATORS = SpecialCase("low SNR", recognise, rewrite)
