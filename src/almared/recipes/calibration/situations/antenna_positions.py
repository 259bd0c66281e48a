"""Better antenna positions than the observatory had while it observed."""

from __future__ import annotations

import functools

from almared.heuristics.calibration.antpos import Offsets
from almared.model import Choice
from almared.names import Products
from almared.plan import NamedChoice, Plan, Step, StepId
from almared.recipes.building import calibration_step, call, check_made, map_calls, nothing, remove
from almared.recipes.calibration.situations.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import with_table


def correct_antenna_positions(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with a table of position corrections where any were given.

    References
    ----------
    domain.md A.8 step 6; all-zero corrections are none.
    """
    choice = situation.decided.position_offsets
    if choice is None:
        return plan
    told = NamedChoice("antenna positions", Choice(_text(choice.value), choice.reason, choice.evidence, choice.rule))
    plan = plan.with_choices(told).with_warnings(*([choice.warning] if choice.warning else []))
    if not choice.value:
        return plan.replacing(nothing(StepId.ANTPOS, choice.reason))
    table = situation.products.of_ms("antpos")
    plan = plan.replacing(_position_step(situation.products, choice))
    return plan.with_step(
        StepId.APRIORI_APPLY, lambda step: map_calls(step, "applycal", change=functools.partial(with_table, table))
    )


def _text(offsets: Offsets) -> str:
    return ", ".join(name for name, _ in offsets) or "none"


def _position_step(products: Products, choice: Choice[Offsets]) -> Step:
    table = products.of_ms("antpos")
    solve = call(
        "gencal",
        vis=products.ms,
        caltable=table,
        caltype="antpos",
        antenna=Choice(",".join(name for name, _ in choice.value), choice.reason),
        parameter=Choice(tuple(part for _, offset in choice.value for part in offset), "x, y, z of each, m, ITRF"),
    )
    return calibration_step(StepId.ANTPOS, (remove(table), solve, check_made(table)), makes=(table,))
