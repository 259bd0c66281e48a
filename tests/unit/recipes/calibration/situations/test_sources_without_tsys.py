"""A source for which no Tsys would do: its data are flagged, unless it is a calibrator (domain A.8 step 7, G9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_plan import MS
from support.special_cases import changes, plain

from almared.errors import PlanError
from almared.plan import Plan
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.sources_without_tsys import SOURCES_WITHOUT_TSYS


def without_tsys_of(*names: str) -> tuple[Plan, Situation]:
    _, situation = plain()
    fields = tuple(
        replace(source, value=replace(source.value, gain_field_ids=())) if source.value.name in names else source
        for source in situation.decided.tsys_fields
    )
    return plain(tsys_fields=fields)


def test_data_of_the_target_are_flagged_in_place_of_its_correction() -> None:
    plan, situation = without_tsys_of("SgrB2")
    flagged = {"vis": MS, "mode": "manual", "field": "2", "spw": "5,7", "flagbackup": False}
    after = SOURCES_WITHOUT_TSYS.apply(plan, situation)
    assert changes(plan, after) == {7: [("flag_without_tsys", flagged)]}
    assert [getattr(action, "task", "") for action in after.step(7).actions] == ["", "applycal", "applycal", "flagdata"]


@pytest.mark.parametrize("name", ["J1733-1304", "J1752-2956"])
def test_calibrator_without_tsys_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match=f"calibrator '{name}' has no system temperatures"):
        SOURCES_WITHOUT_TSYS.apply(*without_tsys_of(name))


def test_with_tsys_of_all_or_of_none_the_plan_is_the_very_same() -> None:
    plan, situation = plain()
    assert SOURCES_WITHOUT_TSYS.apply(plan, situation) is plan
    plan, situation = without_tsys_of("SgrB2")
    assert SOURCES_WITHOUT_TSYS.apply(plan, replace(situation, eb=replace(situation.eb, tsys=()))) is plan
