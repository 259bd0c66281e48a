"""Dishes of two sizes: the most numerous ones stay in the calibrated MS (domain A.8 step 18, A.13, G41)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.special_cases import changes, plain, with_options

from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.mixed_diameters import MIXED_DIAMETERS


def of_sizes(situation: Situation, *diameters_m: float) -> Situation:
    antennas = situation.eb.antennas
    sized = tuple(replace(a, diameter_m=size) for a, size in zip(antennas, diameters_m, strict=True))
    return replace(situation, eb=replace(situation.eb, antennas=sized))


@pytest.mark.parametrize(
    ("diameters_m", "kept"),
    [
        ((12.0, 12.0, 12.0, 7.0, 12.0), "DA41,DV02,PM03,DV10&"),
        ((7.0, 12.0, 7.0, 7.0, 12.0), "DA41,PM03,CM01&"),
    ],
)
def test_baselines_of_the_most_numerous_size_stay(diameters_m: tuple[float, ...], kept: str) -> None:
    plan, situation = plain()
    after = MIXED_DIAMETERS.apply(plan, of_sizes(situation, *diameters_m))
    assert changes(plan, after) == {18: [("calibrated_split", {"antenna": kept})]}


def test_one_size_or_an_allowed_hybrid_leave_the_very_same_plan() -> None:
    plan, situation = plain()
    assert MIXED_DIAMETERS.apply(plan, of_sizes(situation, 12, 12, 12, 12, 12)) is plan
    mixed = of_sizes(situation, 12, 12, 12, 7, 12)
    assert MIXED_DIAMETERS.apply(plan, with_options(mixed, keeps_all_antennas=True)) is plan
