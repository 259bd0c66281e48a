"""Science windows and who calibrates whom (domain A.3, A.4, A.8 steps 11, 13 and 15; G23)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.builders import SCIENCE, TSYS, Look, Setup, build_eb, usual_looks, window, windows

from almared.errors import PlanError
from almared.heuristics.calibration.calibrators import (
    choose_bandpass_field,
    choose_bandpass_scans,
    choose_flux_fields,
    choose_gain_fields,
    choose_phase_association,
    fields_of_source,
)
from almared.heuristics.calibration.spws import choose_calibration_spws, choose_science_spws, choose_wvr_spws
from almared.model import ExecutionBlock


def field_id(eb: ExecutionBlock, name: str) -> int:
    return next(f.id for f in eb.fields if f.name == name)


def served(eb: ExecutionBlock) -> dict[str, tuple[list[str], list[str]]]:
    """Names of targets and check sources per phase calibrator."""
    names = [f.name for f in eb.fields]
    return {
        names[g.calibrator_field_id]: ([names[i] for i in g.science_field_ids], [names[i] for i in g.check_field_ids])
        for g in choose_phase_association(eb).value
    }


def test_science_windows_are_full_resolution_windows_of_targets() -> None:
    assert choose_science_spws(build_eb()).value == SCIENCE


@pytest.mark.parametrize("intents", ["PHASE", "AMPLI", "FLUX"])
def test_science_windows_without_targets_are_those_of_the_calibrators(intents: str) -> None:
    eb = build_eb([Look("J1", "POINTING"), Look("J1", "ATMOSPHERE"), Look("J2", intents)])
    choice = choose_science_spws(eb)
    assert choice.value == SCIENCE
    assert "OBSERVE_TARGET" in choice.warning


def test_phase_comes_before_flux_when_there_is_no_target() -> None:
    eb = build_eb([Look("J1", "FLUX", spws=(9, 11)), Look("J2", "PHASE", spws=(13, 15))])
    assert choose_science_spws(eb).value == (13, 15)


def test_no_science_window_is_an_error() -> None:
    with pytest.raises(PlanError, match="correlator window"):
        choose_science_spws(build_eb([Look("J1", "POINTING")]))


def test_mixed_numbers_of_channels_are_told() -> None:
    eb = build_eb(None, Setup(windows=windows(channels=(128, 480, 128, 480))))
    assert "128 and 480" in choose_science_spws(eb).warning


def test_different_scan_lists_of_science_windows_are_told() -> None:
    looks = [*usual_looks(), Look("SgrB2", "TARGET", spws=(9, 11)), Look("J1752-2956", "PHASE WVR")]
    assert "scan lists" in choose_science_spws(build_eb(looks)).warning


def test_windows_of_the_bandpass_calibrator_are_calibrated_too() -> None:
    looks = [
        Look("B", "BANDPASS", spws=(9, 11, 13)),
        Look("P", "PHASE"),
        Look("T", "TARGET", spws=(9, 11)),
        Look("P", "PHASE"),
    ]
    choice = choose_calibration_spws(build_eb(looks))
    assert choice.value == (9, 11, 13)
    assert "13" in choice.reason


def test_radiometer_window_is_found_where_it_has_data() -> None:
    assert choose_wvr_spws(build_eb()).value == (0,)
    assert choose_wvr_spws(build_eb(None, Setup(has_radiometers=False))).value == ()


def test_square_law_detectors_are_no_science_windows() -> None:
    made = list(windows())
    made[9] = window(9, "ALMA_RB_03#BB_1#SW-01#SQLD", 91.0, n_channels=2, width_hz=1e9)
    assert 9 not in choose_science_spws(build_eb(None, Setup(windows=tuple(made)))).value


def test_target_takes_the_phase_calibrator_around_it() -> None:
    assert served(build_eb()) == {"J1752-2956": (["SgrB2"], ["J1744-3116"])}


def test_each_target_takes_its_own_of_two_phase_calibrators() -> None:
    looks = [
        Look("P1", "PHASE WVR"), Look("T1", "TARGET"), Look("P1", "PHASE WVR"),
        Look("P2", "PHASE WVR"), Look("T2", "TARGET"), Look("P2", "PHASE WVR"),
    ]  # fmt: skip
    assert served(build_eb(looks)) == {"P1": (["T1"], []), "P2": (["T2"], [])}


def test_of_several_candidates_the_one_that_began_first() -> None:
    looks = [Look("P2", "PHASE"), Look("P1", "PHASE"), Look("T", "TARGET"), Look("P1", "PHASE"), Look("P2", "PHASE")]
    assert served(build_eb(looks)) == {"P2": (["T"], []), "P1": ([], [])}


def test_target_outside_all_spans_takes_the_first_calibrator_with_a_warning() -> None:
    eb = build_eb(
        [Look("P1", "PHASE"), Look("P1", "PHASE"), Look("P2", "PHASE"), Look("P2", "PHASE"), Look("T", "TARGET")]
    )
    choice = choose_phase_association(eb)
    assert served(eb)["P1"] == (["T"], [])
    assert "T" in choice.warning
    assert "not between" in choice.warning


def test_scans_for_more_than_phase_do_not_make_a_phase_calibrator() -> None:
    looks = [Look("B", "BANDPASS PHASE"), *usual_looks(), Look("B", "BANDPASS PHASE")]
    assert list(served(build_eb(looks))) == ["J1752-2956"]


def test_mixed_phase_scans_serve_where_there_are_no_pure_ones() -> None:
    looks = [Look("B", "BANDPASS PHASE"), Look("T", "TARGET"), Look("B", "BANDPASS PHASE")]
    assert served(build_eb(looks)) == {"B": (["T"], [])}


def test_all_pointings_of_a_mosaic_take_one_calibrator() -> None:
    looks = [
        Look("P", "PHASE"),
        Look("M#0", "TARGET"),
        Look("M#1", "TARGET"),
        Look("P", "PHASE"),
        Look("M#2", "TARGET"),
    ]
    assert served(build_eb(looks)) == {"P": (["M", "M", "M"], [])}


def test_targets_without_phase_calibrator_are_an_error() -> None:
    with pytest.raises(PlanError, match="without a phase calibrator"):
        choose_phase_association(build_eb([Look("B", "BANDPASS"), Look("T", "TARGET")]))


def test_phase_calibrator_of_two_fields_is_an_error() -> None:
    looks = [Look("P#0", "PHASE"), Look("T", "TARGET"), Look("P#1", "PHASE")]
    with pytest.raises(PlanError, match=r"several fields .* have the same name: P"):
        choose_phase_association(build_eb(looks))


def test_fields_of_one_source_have_its_name_and_its_place() -> None:
    eb = build_eb([Look("P", "PHASE"), Look("M#0", "TARGET"), Look("M#1", "TARGET"), Look("P", "PHASE")])
    assert [f.id for f in fields_of_source(eb, 1)] == [1, 2]
    elsewhere = replace(eb.sources[1], id=7, direction_rad=(1.0, 0.1))
    moved = (eb.fields[0], eb.fields[1], replace(eb.fields[2], source_id=7))
    eb = replace(eb, fields=moved, sources=(*eb.sources, elsewhere))
    assert [f.id for f in fields_of_source(eb, 1)] == [1]


def test_bandpass_field_is_the_first_with_the_intent() -> None:
    eb = build_eb([*usual_looks(), Look("B2", "BANDPASS")])
    choice = choose_bandpass_field(eb)
    assert eb.fields[choice.value].name == "J1924-2914"
    assert "2 bandpass fields" in choice.warning


def test_bandpass_field_given_by_the_reducer_is_used() -> None:
    eb = build_eb()
    wanted = field_id(eb, "J1752-2956")
    assert choose_bandpass_field(eb, override=wanted).value == wanted
    with pytest.raises(PlanError, match="field 99"):
        choose_bandpass_field(eb, override=99)


def test_phase_calibrator_replaces_a_missing_bandpass_calibrator() -> None:
    eb = build_eb([Look("P", "PHASE"), Look("T", "TARGET"), Look("P", "PHASE")])
    choice = choose_bandpass_field(eb)
    assert choice.value == field_id(eb, "P")
    assert "BANDPASS" in choice.warning


def test_neither_bandpass_nor_phase_is_an_error() -> None:
    with pytest.raises(PlanError, match="bandpass"):
        choose_bandpass_field(build_eb([Look("T", "TARGET")]))


def test_bandpass_scans_leave_atmosphere_and_pointing_out() -> None:
    eb = build_eb()
    assert choose_bandpass_scans(eb, field_id(eb, "J1924-2914")).value == (3,)


def test_flux_fields_have_flux_or_ampli_and_a_second_is_told() -> None:
    eb = build_eb([*usual_looks(), Look("Q", "AMPLI WVR")])
    choice = choose_flux_fields(eb)
    assert [eb.fields[i].name for i in choice.value] == ["J1733-1304", "Q"]
    assert "only the first sets the scale" in choice.warning


def test_solar_system_body_comes_before_a_quasar_as_flux_calibrator() -> None:
    eb = build_eb([*usual_looks(), Look("Callisto", "FLUX WVR")])
    assert eb.fields[choose_flux_fields(eb).value[0]].name == "Callisto"


def test_no_flux_calibrator_is_told() -> None:
    choice = choose_flux_fields(build_eb([Look("P", "PHASE"), Look("T", "TARGET"), Look("P", "PHASE")]))
    assert choice.value == ()
    assert choice.warning


def test_g23_pointing_only_source_stays_out_of_the_gain_fields() -> None:
    eb = build_eb([Look("J2246-1206", "POINTING WVR"), *usual_looks()])
    choice = choose_gain_fields(eb)
    assert [eb.fields[i].name for i in choice.value] == ["J1924-2914", "J1733-1304", "J1752-2956"]
    assert "J2246-1206" in choice.reason


def test_gain_fields_have_data_in_the_calibrated_windows() -> None:
    eb = build_eb([Look("D", "DELAY", spws=TSYS), *usual_looks()])
    assert field_id(eb, "D") not in choose_gain_fields(eb).value
