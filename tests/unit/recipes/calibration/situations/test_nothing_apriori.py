"""No table to apply: nothing is applied, and the raw data are split (domain A.8 steps 7 and 8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.special_cases import changes, plain, with_options

from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.missing_tsys import MISSING_TSYS
from almared.recipes.calibration.situations.no_water_vapour import NO_WATER_VAPOUR
from almared.recipes.calibration.situations.nothing_apriori import NOTHING_APRIORI
from almared.recipes.special_case import SpecialCase, apply_cases


def bare(situation: Situation) -> Situation:
    """The situation without Tsys, and with the water vapour switched off."""
    return with_options(replace(situation, eb=replace(situation.eb, tsys=())), has_wvr_correction=False)


def test_raw_data_are_split() -> None:
    plan, situation = plain()
    before = apply_cases(plan, bare(situation), cases=(MISSING_TSYS, NO_WATER_VAPOUR))
    assert changes(before, NOTHING_APRIORI.apply(before, bare(situation))) == {
        7: "there is no table to apply",
        8: [("science_split", {"datacolumn": "data"})],
    }


@pytest.mark.parametrize("cases", [(), (MISSING_TSYS,), (NO_WATER_VAPOUR,)])
def test_with_any_table_the_plan_is_the_very_same(cases: tuple[SpecialCase[Situation], ...]) -> None:
    plan, situation = plain()
    before = apply_cases(plan, bare(situation), cases=cases)
    assert NOTHING_APRIORI.apply(before, bare(situation)) is before
