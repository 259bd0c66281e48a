"""Better antenna positions than the observatory had while it observed."""

from __future__ import annotations

import functools
from typing import Any

from almared.heuristics.calibration.antpos import Offsets
from almared.model import Choice
from almared.names import Products
from almared.plan import Plan, Step, StepId, choice_findings, roles
from almared.recipes.building import calibration_step, call, check_made, nothing, remove
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import with_table
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the antennas to correct where positions were given; all-zero corrections are none.

    References
    ----------
    domain.md A.8 step 6.
    """
    choice = situation.decided.position_offsets
    if choice is None:
        return None
    names = ", ".join(name for name, _ in choice.value) or "none"
    return Choice(names, choice.reason, choice.evidence, choice.rule)


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with a table of position corrections."""
    offsets = situation.decided.position_offsets
    if offsets is None:
        return plan
    plan = plan.with_findings(*choice_findings(offsets))
    if not offsets.value:
        return plan.replacing(nothing(StepId.ANTPOS, choice.reason))
    table = situation.products.of_ms("antpos")
    plan = plan.replacing(_position_step(situation.products, offsets))
    return plan.with_calls(roles.APRIORI_APPLY, change=functools.partial(with_table, table))


def _position_step(products: Products, choice: Choice[Offsets]) -> Step:
    table = products.of_ms("antpos")
    solve = call(
        "gencal",
        role=roles.ANTPOS,
        vis=products.ms,
        caltable=table,
        caltype="antpos",
        antenna=Choice(",".join(name for name, _ in choice.value), choice.reason),
        parameter=Choice(tuple(part for _, offset in choice.value for part in offset), "x, y, z of each, m, ITRF"),
    )
    return calibration_step(StepId.ANTPOS, (remove(table), solve, check_made(table)), makes=(table,))


ANTENNA_POSITIONS = SpecialCase("antenna positions", recognise, rewrite)
