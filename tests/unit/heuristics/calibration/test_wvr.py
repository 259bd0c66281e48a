"""How the water-vapour radiometers are used (domain A.8 step 4, A.13; G15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.builders import SCIENCE, Look, Setup, build_eb, spiral, usual_looks

from almared.heuristics.calibration.calibrators import choose_phase_association
from almared.heuristics.calibration.wvr import WvrParameters, choose_wvr
from almared.heuristics.thresholds.wvr import WVR_CLOCK_FIXED
from almared.model import ExecutionBlock


def parameters(eb: ExecutionBlock) -> WvrParameters:
    value = choose_wvr(eb, SCIENCE, groups=choose_phase_association(eb).value).value
    assert value is not None
    return value


def mjd_s(*date: int) -> float:
    return (datetime(*date, tzinfo=UTC) - datetime(1858, 11, 17, tzinfo=UTC)).total_seconds()  # type: ignore[misc]


@pytest.mark.parametrize("prefix", ["CM", "PM"])
def test_no_correction_of_the_compact_and_the_total_power_array(prefix: str) -> None:
    choice = choose_wvr(build_eb(None, Setup(antennas=spiral(prefix=prefix))), SCIENCE)
    assert choice.value is None
    assert "CM or PM" in choice.reason


def test_compact_and_total_power_antennas_together_have_none_either() -> None:
    antennas = (*spiral(4, prefix="CM"), *(replace(a, id=4 + a.id) for a in spiral(2, prefix="PM")))
    assert choose_wvr(build_eb(None, Setup(antennas=antennas)), SCIENCE).value is None


def test_one_12_m_antenna_of_the_main_array_is_enough() -> None:
    antennas = (*spiral(4, prefix="CM"), replace(spiral(1)[0], id=4))
    assert choose_wvr(build_eb(None, Setup(antennas=antennas)), SCIENCE).value is not None


def test_missing_radiometer_data_are_told() -> None:
    choice = choose_wvr(build_eb(None, Setup(has_radiometers=False)), SCIENCE)
    assert choice.value is None
    assert choice.warning


@pytest.mark.parametrize(
    ("integration", "smooth"),
    [(6.048, "6.048s"), (10.08, "10.08s"), (2.016, "2.016s"), (12.096, "12.096s"), (1.152, ""), (1.008, "")],
)
def test_smoothed_to_the_science_integration_where_longer_than_1_152_s(integration: float, smooth: str) -> None:
    assert parameters(build_eb(None, Setup(integration_s=integration))).smooth == smooth


def test_smallest_integration_counts_atmosphere_scans_aside() -> None:
    eb = build_eb()
    (atmosphere, *_) = [s for s in eb.scans if s.has("CALIBRATE_ATMOSPHERE")]
    short = replace(atmosphere.subscans[0].blocks[1], spw_ids=SCIENCE, integration_s=0.5)
    changed = replace(atmosphere, subscans=(replace(atmosphere.subscans[0], blocks=(short,)),))
    scans = tuple(changed if s.number == atmosphere.number else s for s in eb.scans)
    assert parameters(replace(eb, scans=scans)).smooth == "6.048s"


def test_g15_clock_of_the_radiometers_before_2013_01_21() -> None:
    assert mjd_s(2013, 1, 21) == WVR_CLOCK_FIXED.value
    for start, offset in (
        (mjd_s(2013, 1, 20, 23, 59), -1.0),
        (mjd_s(2013, 1, 21, 0, 1), 0.0),
        (mjd_s(2015, 5, 1), 0.0),
    ):
        assert parameters(build_eb(None, Setup(start=start))).toffset == offset


def test_targets_and_check_sources_are_tied_to_their_phase_calibrator() -> None:
    """The script of the real Xbe0d4d_X12f5 ties target and check source; order does not matter."""
    assert sorted(parameters(build_eb()).tie) == ["J1744-3116,J1752-2956", "SgrB2,J1752-2956"]


def test_one_tie_for_all_pointings_of_a_mosaic() -> None:
    looks = [Look("P", "PHASE"), *(Look(f"M#{n}", "TARGET") for n in range(5)), Look("P", "PHASE")]
    assert parameters(build_eb(looks)).tie == ("M,P",)


def test_names_that_would_break_the_list_are_not_tied() -> None:
    looks = [Look("P", "PHASE"), Look("M,x", "TARGET"), Look("N", "TARGET"), Look("P", "PHASE")]
    assert parameters(build_eb(looks)).tie == ("N,P",)


def test_statistics_on_the_target_of_lowest_source_id() -> None:
    looks = [Look("P", "PHASE"), Look("Z", "TARGET"), Look("A", "TARGET"), Look("P", "PHASE")]
    assert parameters(build_eb(looks)).statsource == "Z"


def test_windows_that_are_calibrated_are_corrected() -> None:
    found = parameters(build_eb(usual_looks()))
    assert found.spws == SCIENCE
    assert found.wvr_spws == (0,)
