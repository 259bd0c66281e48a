"""Where system temperatures come from (domain A.3, A.8 steps 5 and 7, Tsys spw map; G5, G7, G9, G10, G11)."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import SCIENCE, Look, Setup, build_eb, usual_looks, window, windows, without_tsys

from almared.formats.ms import read_execution_block
from almared.heuristics.calibration.calibrators import choose_phase_association
from almared.heuristics.calibration.tsys import (
    check_tsys,
    choose_tsys_edge_channels,
    choose_tsys_fields,
    choose_tsys_spwmap,
    fields_with_tsys,
    tsys_spws,
)
from almared.model import ExecutionBlock, SpectralWindow
from almared.physics.directions import separation_rad


def with_windows(*changed: SpectralWindow) -> ExecutionBlock:
    """The usual execution block with some windows replaced or added."""
    by_id = {w.id: w for w in (*windows(), *changed)}
    made = tuple(by_id[i] for i in range(len(by_id)))
    return build_eb(None, Setup(windows=made))


def sources(eb: ExecutionBlock) -> dict[str, str]:
    """Per source the name of the field its Tsys comes from, empty for none."""
    found = choose_tsys_fields(eb, choose_phase_association(eb).value)
    return {c.value.name: "".join(eb.fields[i].name for i in c.value.gain_field_ids[:1]) for c in found}


def chosen(eb: ExecutionBlock, name: str) -> tuple[str, str, str]:
    """Source, reason and warning for one source."""
    for choice in choose_tsys_fields(eb, choose_phase_association(eb).value):
        if choice.value.name == name:
            return sources(eb)[name], choice.reason, choice.warning
    raise AssertionError(name)


def test_map_pairs_windows_of_one_baseband() -> None:
    choice = choose_tsys_spwmap(build_eb(), SCIENCE)
    assert choice.value.spwmap == (*range(9), 1, 10, 3, 12, 5, 14, 7)
    assert choice.value.unmapped == ()
    assert not choice.warning


def test_tdm_science_windows_with_tsys_of_their_own_map_to_themselves() -> None:
    eb = build_eb([Look("P", "PHASE"), Look("T", "ATMOSPHERE", spws=SCIENCE), Look("T", "TARGET"), Look("P", "PHASE")])
    assert choose_tsys_spwmap(eb, SCIENCE).value.spwmap == ()


def test_defect_a_every_candidate_is_compared_by_its_own_baseband() -> None:
    """Two Tsys windows cover window 9; the nearer in id is of another baseband."""
    other = window(7, "ALMA_RB_03#BB_4#SW-01#FULL_RES", 91.0, n_channels=128, width_hz=2e9 / 128)
    assert choose_tsys_spwmap(with_windows(other), (9,)).value.spwmap[9] == 1


def test_defect_b_widths_of_lower_sideband_windows_count_without_sign() -> None:
    """With its sign kept, the width would shrink the window by a channel on each side and let it in."""
    name = "ALMA_RB_03#BB_1#SW-01#FULL_RES"
    wide = {"n_channels": 4, "width_hz": 2.06e9 / 4, "lsb": True}
    assert choose_tsys_spwmap(with_windows(window(9, name, 91.0, **wide)), (9,)).value.unmapped == (9,)
    fitting = {**wide, "width_hz": 2.02e9 / 4}
    assert choose_tsys_spwmap(with_windows(window(9, name, 91.0, **fitting)), (9,)).value.unmapped == ()


@pytest.mark.parametrize("lsb", [True, False])
def test_both_sidebands_reach_equally_far(lsb: bool) -> None:
    name = "ALMA_RB_03#BB_1#SW-01#FULL_RES"
    for offset_mhz, fits in ((-70.0, True), (70.0, True), (-90.0, False), (90.0, False)):
        science = window(9, name, 91.0 + 1e-3 * offset_mhz, n_channels=3840, width_hz=1.875e9 / 3840, lsb=lsb)
        unmapped = choose_tsys_spwmap(with_windows(science), (9,)).value.unmapped
        assert (unmapped == ()) is fits, offset_mhz


def test_g11_tolerance_widens_the_tsys_window() -> None:
    science = window(9, "ALMA_RB_03#BB_1#SW-01#FULL_RES", 91.2, n_channels=3840, width_hz=1.875e9 / 3840)
    eb = with_windows(science)
    assert choose_tsys_spwmap(eb, (9,)).value.unmapped == (9,)
    assert choose_tsys_spwmap(eb, (9,), tolerance_channels=10).value.unmapped == ()


def test_of_several_windows_the_nearest_id() -> None:
    twin = window(5, "ALMA_RB_03#BB_1#SW-01#FULL_RES", 91.0, n_channels=128, width_hz=2e9 / 128)
    assert choose_tsys_spwmap(with_windows(twin), (9,)).value.spwmap[9] == 5


def test_unmapped_window_is_reported_and_keeps_itself() -> None:
    far = window(9, "ALMA_RB_03#BB_1#SW-01#FULL_RES", 99.0, n_channels=3840, width_hz=1.875e9 / 3840)
    choice = choose_tsys_spwmap(with_windows(far), SCIENCE)
    assert choice.value.unmapped == (9,)
    assert choice.value.spwmap[9] == 9
    assert "spw 9" in choice.warning


def test_g10_square_law_detectors_give_no_tsys() -> None:
    square = replace(windows()[1], name="ALMA_RB_03#BB_1#SW-01#SQLD")
    eb = with_windows(square)
    assert 1 not in {w.id for w in tsys_spws(eb)}
    assert choose_tsys_spwmap(eb, (9,)).value.unmapped == (9,)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(90, 104)), min_size=4, max_size=4),
    st.sets(st.sampled_from(SCIENCE)),
)
def test_map_is_trimmed_and_maps_to_tsys_windows_only(places: list[tuple[int, float]], wanted: set[int]) -> None:
    changed = [
        window(i, f"ALMA_RB_03#BB_{bb}#SW-01#FULL_RES", ghz, n_channels=480, width_hz=1e6, lsb=bb < 3)
        for i, (bb, ghz) in zip(SCIENCE, places, strict=True)
    ]
    eb = with_windows(*changed)
    value = choose_tsys_spwmap(eb, sorted(wanted)).value
    allowed = {w.id for w in tsys_spws(eb)}
    assert not value.spwmap or value.spwmap[-1] != len(value.spwmap) - 1
    assert all(target == i or (i in wanted and target in allowed) for i, target in enumerate(value.spwmap))
    assert set(value.unmapped) <= wanted


def test_edges_of_the_tsys_table() -> None:
    assert choose_tsys_edge_channels(build_eb()).value == "1:0~3;124~127,3:0~3;124~127,5:0~3;124~127,7:0~3;124~127"


def test_edges_are_the_same_part_of_coarser_windows_and_none_of_fine_ones() -> None:
    eb = build_eb(None, Setup(windows=windows(tsys_channels=64)))
    assert choose_tsys_edge_channels(eb).value.split(",")[0] == "1:0~1;62~63"
    eb = build_eb(None, Setup(windows=windows(tsys_channels=480)))
    assert choose_tsys_edge_channels(eb).value == ""


def test_source_takes_its_own_tsys() -> None:
    found = sources(build_eb())
    assert found["SgrB2"] == "SgrB2"
    assert found["J1924-2914"] == "J1924-2914"


def test_phase_calibrator_without_takes_its_target() -> None:
    assert chosen(build_eb(), "J1752-2956")[0] == "SgrB2"


def test_check_source_without_takes_the_target() -> None:
    assert chosen(build_eb(), "J1744-3116")[0] == "SgrB2"


def test_g9_target_without_takes_another_target_of_the_same_calibrator() -> None:
    cycle = [Look("P", "PHASE"), Look("A", "ATMOSPHERE"), Look("A", "TARGET"), Look("B", "TARGET"), Look("P", "PHASE")]
    assert sources(build_eb(cycle)) == {"P": "A", "A": "A", "B": "A"}


def test_of_several_targets_the_nearest_on_the_sky() -> None:
    looks = [
        Look("P", "PHASE"),
        *(Look(n, "ATMOSPHERE") for n in "AC"),
        *(Look(n, "TARGET") for n in "ABC"),
        Look("P", "PHASE"),
    ]
    places = {"P": (1.0, 0.0), "A": (1.2, 0.0), "B": (1.1, 0.0), "C": (1.11, 0.0)}
    assert sources(build_eb(looks, Setup(directions=places)))["B"] == "C"


def test_target_takes_its_phase_calibrator_where_no_target_has_any() -> None:
    looks = [Look("P", "ATMOSPHERE"), Look("P", "PHASE"), Look("T", "TARGET"), Look("P", "PHASE")]
    assert sources(build_eb(looks)) == {"P": "P", "T": "P"}


def test_source_that_nothing_serves_is_skipped_loudly() -> None:
    eb = without_tsys(build_eb(), "J1924-2914")
    name, _, warning = chosen(eb, "J1924-2914")
    assert name == ""
    assert "J1924-2914" in warning


def test_several_tsys_fields_of_one_source_are_all_used_and_told() -> None:
    looks = [*(Look(f"M#{n}", "ATMOSPHERE") for n in (0, 1)), *(Look(f"M#{n}", "TARGET") for n in (0, 1))]
    looks = [Look("P", "PHASE"), *looks, Look("P", "PHASE")]
    eb = build_eb(looks)
    found = {c.value.name: c for c in choose_tsys_fields(eb, choose_phase_association(eb).value)}["M"]
    assert found.value.gain_field_ids == (1, 2)
    assert "2 fields" in found.warning


def test_sources_of_atmosphere_scans_only_are_not_calibrated() -> None:
    assert "X" not in sources(build_eb([Look("X", "ATMOSPHERE WVR"), *usual_looks()]))


def test_good_tsys_gives_no_finding() -> None:
    assert check_tsys(build_eb()) == ()


def test_g7_negative_tsys_is_found() -> None:
    eb = build_eb()
    rows = (replace(eb.tsys[0], n_bad_tsys=3), *eb.tsys[1:])
    (found,) = check_tsys(replace(eb, tsys=rows))
    assert (found.value, found.selection) == (3, "DA41 spw 1")
    assert "Tsys not above zero" in found.metric


@pytest.mark.parametrize(("bad", "n_found"), [(22, 0), (23, 1)])
def test_g7_negative_trx_is_found_above_a_tenth_of_the_channels(bad: int, n_found: int) -> None:
    eb = build_eb()
    rows = (replace(eb.tsys[0], n_bad_trx=bad, n_values=224), *eb.tsys[1:])
    found = check_tsys(replace(eb, tsys=rows))
    assert [e.value for e in found] == [bad] * n_found


def test_g5_atmosphere_scan_without_rows_is_found() -> None:
    eb = build_eb()
    scan = eb.scans_with("CALIBRATE_ATMOSPHERE")[1]
    rows = tuple(t for t in eb.tsys if not scan.start_mjd_s <= t.start_mjd_s <= scan.end_mjd_s)
    (found,) = check_tsys(replace(eb, tsys=rows))
    assert found.selection == f"scan {scan.number}"


@pytest.mark.parametrize(("seconds", "n_found"), [(4.9, 0), (30.0, 4)])
def test_rows_may_begin_seconds_before_the_data(seconds: float, n_found: int) -> None:
    """In the real uid___A002_X8ca70c_X5 rows begin 4.9 s before the atmosphere scan and are valid for ever."""
    eb = build_eb()
    rows = tuple(replace(t, start_mjd_s=t.start_mjd_s - seconds, end_mjd_s=9.2e9) for t in eb.tsys)
    assert len(check_tsys(replace(eb, tsys=rows))) == n_found


def test_g10_scan_without_rows_of_one_window_is_found() -> None:
    eb = build_eb()
    scan = eb.scans_with("CALIBRATE_ATMOSPHERE")[1]
    rows = tuple(t for t in eb.tsys if t.spw_id != 3 or not scan.start_mjd_s <= t.start_mjd_s <= scan.end_mjd_s)
    (found,) = check_tsys(replace(eb, tsys=rows))
    assert "spw 3" in found.metric


def test_scan_of_a_real_raw_ms_has_its_tsys(almared_real: Path, tmp_path: Path) -> None:
    with tarfile.open(almared_real / "raw-ms" / "mssel_test_small.ms.tgz") as archive:
        archive.extractall(tmp_path, filter="data")
    eb = read_execution_block(tmp_path / "mssel_test_small.ms")
    assert len(eb.tsys) == 13
    assert check_tsys(eb) == ()
    assert fields_with_tsys(eb) == {0}


angles = st.tuples(st.floats(0, 6.28), st.floats(-1.57, 1.57))


@given(angles, angles)
def test_separation_is_symmetric_and_at_most_half_a_turn(here: tuple[float, float], there: tuple[float, float]) -> None:
    assert separation_rad(here, there) == pytest.approx(separation_rad(there, here), abs=1e-9)
    assert 0 <= separation_rad(here, there) <= 3.1416
    assert separation_rad(here, here) == 0
