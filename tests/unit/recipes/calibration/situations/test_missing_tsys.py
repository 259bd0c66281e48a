"""No system temperatures at all: no table, and the radiometers alone are applied (domain A.8 step 7, G9)."""

from __future__ import annotations

from dataclasses import replace

from support.small_plan import MS
from support.special_cases import changes, plain

from almared.recipes.calibration.situations.missing_tsys import MISSING_TSYS

WVR_ALONE = {"gaintable": (f"{MS}.wvr",), "gainfield": ("",), "interp": ("linear",), "spwmap": ((),)}


def test_radiometers_alone_are_applied_to_each_source() -> None:
    plan, situation = plain()
    after = MISSING_TSYS.apply(plan, replace(situation, eb=replace(situation.eb, tsys=())))
    assert changes(plan, after) == {
        5: "no system temperatures were recorded",
        7: [("apriori_apply", WVR_ALONE)] * 3,
    }
    assert "weights are no measure of noise" in after.choices[-1].choice.warning


def test_with_tsys_the_plan_is_the_very_same() -> None:
    plan, situation = plain()
    assert MISSING_TSYS.apply(plan, situation) is plan
