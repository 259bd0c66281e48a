"""A polarisation calibrator: one reference antenna for all times in the gains (domain A.14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.special_cases import changes, plain

from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.polarisation import POLARISATION

STRICT = {"refantmode": "strict"}


def observed_with(situation: Situation, intent: str) -> Situation:
    scans = situation.eb.scans
    changed = replace(scans[1], intents=(*scans[1].intents, intent))
    return replace(situation, eb=replace(situation.eb, scans=(scans[0], changed, *scans[2:])))


def test_every_gaincal_is_strict_and_the_bandpass_has_no_such_mode() -> None:
    plan, situation = plain()
    after = POLARISATION.apply(plan, observed_with(situation, "CALIBRATE_POLARIZATION"))
    assert changes(plan, after) == {
        13: [("ap_pre_bandpass", STRICT)],
        15: [("phase_int", STRICT), ("ampli_inf", STRICT), ("phase_inf", STRICT)],
    }
    assert "parallel hands alone" in after.choices[-1].choice.warning


@pytest.mark.parametrize("intent", ["CALIBRATE_DELAY", "CALIBRATE_AMPLI"])
def test_other_intents_leave_the_very_same_plan(intent: str) -> None:
    plan, situation = plain()
    assert POLARISATION.apply(plan, observed_with(situation, intent)) is plan
