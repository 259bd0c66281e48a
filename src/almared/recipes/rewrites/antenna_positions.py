"""Better antenna positions than the observatory had while it observed."""

from __future__ import annotations

import functools

from almared.model import Choice
from almared.names import Products
from almared.plan import NamedChoice, Plan, Step
from almared.recipes.apriori_apply import with_table
from almared.recipes.building import call, check_made, map_calls, remove
from almared.recipes.options import Offsets
from almared.recipes.rewrites.situation import Situation

LARGE_M = 2e-3
"""Corrections above this are told to the reducer (domain A.8 step 6)."""


def correct_antenna_positions(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with a table of position corrections where any were given.

    References
    ----------
    domain.md A.8 step 6; all-zero corrections are none.
    """
    offsets = tuple((name, offset) for name, offset in situation.options.antenna_offsets if any(offset))
    if not offsets:
        return plan
    table = situation.products.of_ms("antpos")
    plan = plan.replacing(_position_step(situation.products, offsets))
    plan = plan.with_step(7, lambda step: map_calls(step, "applycal", functools.partial(with_table, table)))
    return plan.with_choices(NamedChoice("antenna positions", _choice(offsets)))


def _choice(offsets: Offsets) -> Choice[str]:
    longest = max(offsets, key=lambda entry: _length(entry[1]))
    reason = f"corrections of {len(offsets)} antennas were given; the longest is {1e3 * _length(longest[1]):.2f} mm"
    large = [name for name, offset in offsets if _length(offset) > LARGE_M]
    warning = f"positions of {', '.join(large)} move by more than {1e3 * LARGE_M:g} mm" if large else ""
    return Choice(f"{len(offsets)} corrected", f"{reason} ({longest[0]})", rule="domain A.8 step 6", warning=warning)


def _length(offset: tuple[float, float, float]) -> float:
    return float(sum(part * part for part in offset) ** 0.5)


def _position_step(products: Products, offsets: Offsets) -> Step:
    table = products.of_ms("antpos")
    solve = call(
        "gencal",
        vis=products.ms,
        caltable=table,
        caltype="antpos",
        antenna=Choice(",".join(name for name, _ in offsets), _choice(offsets).reason),
        parameter=Choice(tuple(part for _, offset in offsets for part in offset), "x, y, z of each antenna, m, ITRF"),
    )
    return Step(6, (remove(table), solve, check_made(table)), makes=(table,))
