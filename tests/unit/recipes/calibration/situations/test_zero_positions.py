"""Fields at 0, 0: fixplanets after the fix of the times of SYSCAL (domain A.8, A.16, G37)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_plan import MS
from support.special_cases import changes, plain

from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.zero_positions import ZERO_POSITIONS


def at_zero(situation: Situation, *ids: int, is_ephemeris: bool = False) -> Situation:
    fields = tuple(
        replace(f, direction_rad=(0.0, 0.0), is_ephemeris=is_ephemeris) if f.id in ids else f
        for f in situation.eb.fields
    )
    return replace(situation, eb=replace(situation.eb, fields=fields))


@pytest.mark.parametrize(("ids", "fields"), [((2,), "2"), ((0, 2), "0,2"), ((0, 1, 2), "0~2")])
def test_fields_are_moved_to_where_the_antennas_pointed(ids: tuple[int, ...], fields: str) -> None:
    plan, situation = plain()
    after = ZERO_POSITIONS.apply(plan, at_zero(situation, *ids))
    assert changes(plan, after) == {1: [("fix_positions", {"vis": MS, "field": fields, "fixuvw": True})]}
    assert after.step(1).actions[:-1] == plan.step(1).actions
    assert "compare with an ephemeris" in after.choices[-1].choice.warning


def test_known_positions_and_ephemerides_leave_the_very_same_plan() -> None:
    plan, situation = plain()
    assert ZERO_POSITIONS.apply(plan, situation) is plan
    assert ZERO_POSITIONS.apply(plan, at_zero(situation, 2, is_ephemeris=True)) is plan
