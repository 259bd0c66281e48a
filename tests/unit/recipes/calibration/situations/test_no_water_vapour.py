"""No water-vapour correction: no table, and one fewer to apply (domain A.8 step 4, A.13, G13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.small_plan import MS
from support.special_cases import changes, plain, with_options

from almared.model import Choice
from almared.recipes.calibration.situations.no_water_vapour import NO_WATER_VAPOUR

MAP = (0, 1, 2, 3, 4, 1, 6, 3)
"""Science windows 5 and 7 take the Tsys of 1 and 3 in the same baseband."""


def tsys_alone(field: str) -> tuple[str, dict[str, Any]]:
    left = {"gaintable": (f"{MS}.tsys",), "gainfield": (field,), "interp": ("linear,linear",), "spwmap": (MAP,)}
    return "apriori_apply", left


APPLIED = [tsys_alone("0"), tsys_alone("1"), tsys_alone("1")]
"""Bandpass and phase calibrator have Tsys of their own; the target takes that of its phase calibrator."""


def test_switched_off_by_the_reducer() -> None:
    plan, situation = plain()
    after = NO_WATER_VAPOUR.apply(plan, with_options(situation, has_wvr_correction=False))
    reason = "the water-vapour correction was switched off (--no-wvr)"
    assert changes(plan, after) == {4: reason, 7: APPLIED}
    assert [(entry.name, entry.choice.value) for entry in after.choices] == [("water vapour", "not corrected")]


@pytest.mark.parametrize(
    "reason", ["all antennas are CM or PM: no radiometer correction", "no radiometer was recorded"]
)
def test_no_radiometers(reason: str) -> None:
    plan, situation = plain()
    situation = replace(situation, decided=replace(situation.decided, wvr=Choice(None, reason)))
    assert changes(plan, NO_WATER_VAPOUR.apply(plan, situation)) == {4: reason, 7: APPLIED}


def test_with_radiometers_the_plan_is_the_very_same() -> None:
    plan, situation = plain()
    assert NO_WATER_VAPOUR.apply(plan, situation) is plan
