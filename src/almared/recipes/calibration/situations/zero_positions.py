"""Moving targets that the observatory recorded at the position 0, 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.plan import Plan, StepId, roles
from almared.recipes.building import call
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase

REASON = "their recorded position is 0, 0; the pointing of the antennas gives the true one"


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the fields at exactly 0, 0 that have no ephemeris.

    References
    ----------
    domain.md A.8 (fixplanets), A.16, G37.
    """
    ids = [f.id for f in situation.eb.fields if f.direction_rad == (0.0, 0.0) and not f.is_ephemeris]
    if not ids:
        return None
    fields = id_ranges(ids)
    return Choice(
        fields, REASON, rule="domain A.8", warning=f"fields {fields} had no position: compare with an ephemeris"
    )


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with fixplanets after the fix of the times of SYSCAL."""
    fix = call("fixplanets", role=roles.FIX_POSITIONS, vis=situation.products.ms, field=choice, fixuvw=True)
    return plan.with_step(StepId.SYSCAL_TIMES, lambda step: replace(step, actions=(*step.actions, fix)))


ZERO_POSITIONS = SpecialCase("fields without position", recognise, rewrite)
