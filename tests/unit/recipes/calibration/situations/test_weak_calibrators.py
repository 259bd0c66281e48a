"""Weak calibrators: whole windows before the bandpass, phases of whole scans (domain A.12, G20)."""

from __future__ import annotations

import pytest
from support.special_cases import changes, plain, with_options

from almared.model import Choice
from almared.recipes.calibration.situations.weak_calibrators import WEAK_CALIBRATORS


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("int", {13: [("ap_pre_bandpass", {"spw": "5,7"})], 15: [("phase_int", {"solint": "inf"})]}),
        ("30s", {13: [("ap_pre_bandpass", {"spw": "5,7"})], 15: [("phase_int", {"solint": "inf"})]}),
        ("inf", {13: [("ap_pre_bandpass", {"spw": "5,7"})]}),
    ],
)
def test_solutions_are_wider_and_longer(interval: str, expected: dict[int, object]) -> None:
    plan, situation = plain(phase_solint=Choice(interval, "a test"), phase_channels=Choice("5:1~2,7:1~2", "a test"))
    after = WEAK_CALIBRATORS.apply(plan, with_options(situation, is_low_snr=True))
    assert changes(plan, after) == expected
    assert [entry.name for entry in after.choices] == ["low SNR"]


def test_not_asked_for_the_plan_is_the_very_same() -> None:
    plan, situation = plain()
    assert WEAK_CALIBRATORS.apply(plan, situation) is plan
