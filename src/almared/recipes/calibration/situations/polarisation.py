"""Data with a polarisation calibrator: the parallel hands come first."""

from __future__ import annotations

from typing import Any

from almared.model import Choice, Intent
from almared.plan import Plan, roles
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase

REASON = "the phase of X minus Y must not jump when the reference antenna changes"


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the mode of the reference antenna where a polarisation calibrator was observed.

    References
    ----------
    domain.md A.14.
    """
    if not situation.eb.scans_with(Intent.POLARIZATION):
        return None
    warning = "a polarisation calibrator was observed: this script calibrates the parallel hands alone"
    return Choice("strict", REASON, rule="domain A.14", warning=warning)


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with one reference antenna for all times."""
    return plan.with_calls(
        roles.GAINS, change=lambda call: call.with_argument("refantmode", choice.value, reason=choice.reason)
    )


POLARISATION = SpecialCase("mode of the reference antenna", recognise, rewrite)
