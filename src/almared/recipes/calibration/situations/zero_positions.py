"""Moving targets that the observatory recorded at the position 0, 0."""

from __future__ import annotations

from dataclasses import replace

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.plan import NamedChoice, Plan, Step, StepId
from almared.recipes.building import call
from almared.recipes.calibration.situations.situation import Situation


def fix_zero_positions(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with fixplanets in step 1 for fields at exactly 0, 0 that have no ephemeris.

    References
    ----------
    domain.md A.8 (fixplanets), A.16, G37.
    """
    fields = [f for f in situation.eb.fields if f.direction_rad == (0.0, 0.0) and not f.is_ephemeris]
    if not fields:
        return plan
    reason = "their recorded position is 0, 0; the pointing of the antennas gives the true one"
    fix = call(
        "fixplanets",
        vis=situation.products.ms,
        field=Choice(id_ranges(f.id for f in fields), reason),
        fixuvw=True,
    )
    warning = f"fields {id_ranges(f.id for f in fields)} had no position: compare with an ephemeris"
    choice = Choice(id_ranges(f.id for f in fields), reason, rule="domain A.8", warning=warning)

    def fixed(step: Step) -> Step:
        return replace(step, actions=(*step.actions, fix))

    return plan.with_step(StepId.SYSCAL_TIMES, fixed).with_choices(NamedChoice("fields without position", choice))
