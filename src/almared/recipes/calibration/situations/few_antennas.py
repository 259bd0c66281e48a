"""So few antennas that CASA's demand of four baselines for each of them would lose solutions."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.plan import Plan, roles
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase

ENOUGH = 6
"""With this many antennas one may be flagged and the others still have four baselines."""


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return how many baselines each antenna of a small array has to have.

    References
    ----------
    domain.md A.8 step 15 (subsets); CASA's default is 4.
    """
    n_antennas = len(situation.eb.antennas)
    if n_antennas >= ENOUGH:
        return None
    reason = f"of {n_antennas} antennas one may be flagged without loss of the others"
    return Choice(max(1, n_antennas - 2), reason, rule="domain A.8 step 15")


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with minblperant lowered in every solution."""
    return plan.with_calls(
        roles.SOLUTION, change=lambda call: call.with_argument("minblperant", choice.value, reason=choice.reason)
    )


FEW_ANTENNAS = SpecialCase("baselines per antenna", recognise, rewrite)
