"""So few antennas that CASA's demand of four baselines for each of them would lose solutions."""

from __future__ import annotations

from almared.model import Choice
from almared.plan import Call, NamedChoice, Plan, Step, StepId
from almared.recipes.building import map_calls
from almared.recipes.calibration.situations.situation import Situation

ENOUGH = 6
"""With this many antennas one may be flagged and the others still have four baselines."""


def need_fewer_baselines(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with minblperant lowered in every solution of a small array.

    References
    ----------
    domain.md A.8 step 15 (subsets); CASA's default is 4.
    """
    n_antennas = len(situation.eb.antennas)
    if n_antennas >= ENOUGH:
        return plan
    baselines = max(1, n_antennas - 2)
    reason = f"of {n_antennas} antennas one may be flagged without loss of the others"

    def lowered(call: Call) -> Call:
        return call.with_argument("minblperant", baselines, reason=reason)

    def lowered_in(step: Step) -> Step:
        return map_calls(map_calls(step, "gaincal", change=lowered), "bandpass", change=lowered)

    plan = plan.with_step(StepId.BANDPASS, lowered_in).with_step(StepId.GAIN, lowered_in)
    choice = Choice(baselines, reason, rule="domain A.8 step 15")
    return plan.with_choices(NamedChoice("baselines per antenna", choice))
