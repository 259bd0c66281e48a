"""Dishes of several sizes in one array."""

from __future__ import annotations

from typing import Any

from almared.heuristics.calibration.gain import choose_final_antennas
from almared.model import Choice
from almared.plan import Plan, roles
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the antennas of the most numerous dish size where there are others.

    References
    ----------
    domain.md A.8 step 18, A.13.
    """
    choice = choose_final_antennas(situation.eb, allow_hybrid=situation.options.keeps_all_antennas)
    return choice if choice.value else None


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with the calibrated MS restricted to these antennas."""
    return plan.with_calls(
        roles.CALIBRATED_SPLIT, change=lambda call: call.with_argument("antenna", choice.value, reason=choice.reason)
    )


MIXED_DIAMETERS = SpecialCase("antennas of the calibrated MS", recognise, rewrite)
