"""What the report measures on a calibrated execution block, against the truth of its simulation."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from almared.measure.averages import FieldAveraging, read_averages
from almared.measure.gains import measure_relative_gains
from almared.measure.phases import (
    PhaseRequest,
    ScanPhases,
    choose_phase_scan,
    measure_phase_noises,
    read_wvrgcal_table,
    solve_scan_phases,
)
from almared.measure.tsys import measure_windows
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.simulate.observe.truth import Truth, read_truth

pytestmark = pytest.mark.casa

LIGHT_M_S = 299_792_458.0


@pytest.fixture(scope="module")
def context(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> EbContext:
    """Return what is known of a copy of the tiny execution block: gaincal locks the MS it reads."""
    place = tmp_path_factory.mktemp("report") / "eb"
    shutil.copytree(tiny_run, place)
    return EbContext(place, next(place.glob("*.ms")).name, out=place / "qa2", work=place / "work")


@pytest.fixture(scope="module")
def truth(tiny_run: Path) -> Truth:
    """Return what the simulator put in."""
    return read_truth(tiny_run / "truth.json")


@pytest.fixture(scope="module")
def phases(context: EbContext) -> ScanPhases:
    """Return the phases of the bandpass scan, solved by gaincal."""
    scan = choose_phase_scan(context.eb)
    assert scan is not None
    ms, wvr = context.path(context.products.ms), context.path(context.products.of_ms("wvr"))
    return solve_scan_phases(PhaseRequest(ms, wvr, scan.number, 17, context.refant), context.work)


def make(context: EbContext, key: str) -> ItemProducts:
    """Make an item, and see that its files are there."""
    item: Item = importlib.import_module(f"almared.report.items.{key}").ITEM
    made = item.make(context)
    written = {figure.file for figure in made.figures} | set(made.texts)
    assert set(item.files) <= written
    assert all((context.out / name).stat().st_size > 200 for name in written)
    assert all(figure.caption and figure.alt for figure in made.figures)
    return made


def test_phase_noise_is_that_of_the_air_and_the_correction_takes_it_away(
    context: EbContext, truth: Truth, phases: ScanPhases
) -> None:
    scan, refant = phases.request.scan, truth.antenna_names.index(context.refant)
    path = truth.water_path(scan) - truth.water_path(scan)[:, [refant]]
    turns = path * truth.spw(17).mean_frequency_hz / LIGHT_M_S
    expected = dict(zip(truth.antenna_names, 360.0 * turns.std(axis=0), strict=True))
    noises = measure_phase_noises(phases, {antenna.name: antenna for antenna in context.eb.antennas})
    others = [noise for noise in noises if noise.antenna != context.refant]
    for noise in others:
        assert noise.before_deg == pytest.approx(expected[noise.antenna], rel=0.1, abs=1.0)
        assert noise.after_deg < 0.3 * noise.before_deg
        assert noise.is_improved
    assert np.isnan(next(noise.before_deg for noise in noises if noise.antenna == context.refant))
    own = read_wvrgcal_table(context.directory / context.products.of_ms("wvrgcal"))
    assert len(own) == 1 + len(truth.antenna_names)


def test_wvr_item_tells_the_same(context: EbContext) -> None:
    made = make(context, "wvr")
    assert made.numbers["median_ratio_percent"] < 30.0
    text = (context.out / "wvr_stat.txt").read_text()
    assert "Not improved: none" in text
    assert "Disc (um)" in text


def test_system_temperatures_are_those_put_in(context: EbContext, truth: Truth) -> None:
    windows = measure_windows(context.table(context.products.of_ms("tsys")))
    for window in windows:
        scans = [
            name.split("_")[1]
            for name in truth.arrays
            if name.startswith("tsys_") and name.endswith(f"_{window.spw_id}")
        ]
        true = np.mean([truth.tsys(int(scan), window.spw_id) for scan in scans], axis=0)
        n = true.shape[1]
        inner = true[:, int(0.2 * n) : int(0.8 * n)].mean(axis=1)
        assert window.mean_k == pytest.approx(inner, rel=0.02)
        assert window.median_k == pytest.approx(np.median(inner, axis=0), rel=0.02)
    assert not make(context, "tsys").warnings


def test_relative_gains_are_those_put_in(context: EbContext, truth: Truth) -> None:
    table = context.table(context.products.of_split("flux_inf"))
    found = {(g.antenna, g.spw_id): g.relative for g in measure_relative_gains(table, [0])}
    scan = choose_phase_scan(context.eb)
    assert scan is not None
    gains = np.abs(truth.arrays[f"gains_{scan.number}"]).mean(axis=0)
    for spw_id in truth.science_spws:
        n = context.eb.spws[spw_id].n_channels
        kept = slice(n // 16, n - n // 16)
        band = np.array(
            [np.sqrt((np.abs(truth.bandpass(a, spw_id)[kept]) ** 2).mean(axis=0)) for a in truth.antenna_names]
        )
        true = gains * band
        measured = np.array([found[name, spw_id] for name in truth.antenna_names])
        assert measured / np.median(measured) == pytest.approx(true / np.median(true), rel=0.02)
    make(context, "gain_check")
    make(context, "bandpass")
    make(context, "gains_time")


def test_averages_have_the_flux_put_in_and_the_noise_left_out(context: EbContext, truth: Truth) -> None:
    phase = context.groups[0].calibrator_field_id
    name = context.eb.fields[phase].name
    for one in context.averages(phase):
        flux = truth.flux(name, one.spw_id)
        assert abs(np.nanmean(one.vis)) == pytest.approx(flux, rel=0.02)
        assert np.nanmean(one.power - one.noise) ** 0.5 == pytest.approx(flux, rel=0.03)
        assert np.nanmax(one.uvdist_m) < 1.01 * np.ptp([a.position_m for a in context.eb.antennas], axis=0).sum()
    for key in ("flux_calibrator", "phase_calibrator", "target_spectrum"):
        made = make(context, key)
        assert not made.warnings
    assert make(context, "flux_calibrator").numbers["data_over_model_J0519-4546_spw17"] == pytest.approx(1.0, abs=0.01)


def test_averages_do_not_depend_on_the_size_of_the_pieces(context: EbContext, monkeypatch: pytest.MonkeyPatch) -> None:
    ms = context.path(context.products.split)
    whole = read_averages(ms, {2: FieldAveraging(30.0, 100.0)})
    monkeypatch.setattr("almared.measure.averages.BYTES_AT_ONCE", 30_000)
    pieces = read_averages(ms, {2: FieldAveraging(30.0, 100.0)})
    for one, other in zip(whole, pieces, strict=True):
        assert np.allclose(one.vis, other.vis, equal_nan=True)
        assert np.allclose(one.spectrum, other.spectrum, equal_nan=True)
        assert np.allclose(one.power, other.power, equal_nan=True)


def test_quick_image_and_check_source_agree_with_the_sky(context: EbContext, truth: Truth) -> None:
    made = make(context, "target_image")
    assert made.numbers["expected_rms_jy_per_beam"] == pytest.approx(true_rms_jy(context, truth), rel=0.15)
    assert made.numbers["expected_rms_from_weights_jy_per_beam"] == pytest.approx(true_rms_jy(context, truth), rel=0.15)
    # A quick clean without mask, of six antennas, loses a tenth of the peak to sidelobes (clean bias).
    assert made.numbers["peak_jy_per_beam"] == pytest.approx(0.3, rel=0.15)
    name = truth.source("check").name
    checked = make(context, "check_source")
    east, north = true_check_offset_arcsec(context, truth)
    beam = (made.numbers["beam_major_arcsec"] * made.numbers["beam_minor_arcsec"]) ** 0.5
    assert np.hypot(east, north) > 0.02 * beam  # the antennas that moved are not corrected in this run
    assert checked.numbers[f"{name}_offset_east_arcsec"] == pytest.approx(east, abs=0.015 * beam)
    assert checked.numbers[f"{name}_offset_north_arcsec"] == pytest.approx(north, abs=0.03 * beam)
    assert checked.numbers[f"{name}_peak_jy_per_beam"] == pytest.approx(0.6, rel=0.06)
    assert 0.93 < checked.numbers[f"{name}_coherence"] < 1.02
    assert not checked.warnings


def true_check_offset_arcsec(context: EbContext, truth: Truth) -> tuple[float, float]:
    """Return where errors of the antenna positions move the check source, phases taken from the phase calibrator."""
    paths = {
        kind: np.mean(
            [truth.position_path(s["number"]).mean(axis=0) for s in truth.tree["scans"] if s["kind"] == kind], axis=0
        )
        for kind in ("check", "phase")
    }
    error = paths["check"] - paths["phase"]
    one = context.averages(context.groups[0].check_field_ids[0])[0]
    uv = np.nanmean(one.uv_m, axis=0)
    offset, *_ = np.linalg.lstsq(uv, -(error[one.antenna1] - error[one.antenna2]), rcond=None)
    return tuple(np.rad2deg(offset) * 3600.0)


def true_rms_jy(context: EbContext, truth: Truth) -> float:
    """Return the noise of a naturally weighted image of the target, from the noise that the simulator added."""
    n = len(truth.antenna_names)
    weights = 0.0
    for spw in (spw for spw in truth.tree["spws"] if spw["role"] == "science"):
        scans = [scan["number"] for scan in truth.tree["scans"] if scan["kind"] == "target"]
        tsys = np.mean([truth.tsys(number, spw["id"]).mean() for number in scans])
        kelvin_per_jansky = float(np.mean(truth.tree["instrument"]["kelvin_per_jansky"]))
        per_channel = spw["noise_per_second"] * tsys / kelvin_per_jansky
        usable = spw["n_channels"] * (1 - 0.125 if context.eb.spws[spw["id"]].is_tdm else 1) * spw["channel_width_hz"]
        seconds = sum(len(truth.times(number)) for number in scans) * truth.tree["scenario"]["timing"]["science"]
        weights += n * (n - 1) / 2 * 2 * seconds * usable / spw["effective_bandwidth_hz"] / per_channel**2
    return float(weights**-0.5)
