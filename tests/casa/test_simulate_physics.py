"""CASA's importasdm, gencal and wvrgcal find the physics that the simulator put in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.truth import Truth, read_truth
from almared.simulate.world.bodies import read_body
from almared.simulate.world.geometry import make_frame, read_earth_orientation

pytestmark = pytest.mark.casa

IMPORT = """
from casatasks import importasdm, gencal, wvrgcal
import sys
importasdm(asdm=sys.argv[1], vis="x.ms", asis="Antenna Station Source CalWVR", process_caldevice=False)
gencal(vis="x.ms", caltable="x.tsys", caltype="tsys")
if len(sys.argv) > 2:
    wvrgcal(vis="x.ms", caltable="x.wvr", wvrspw=[0], spw=[17], smooth="6.048s")
"""

QUIET = ("--set", "noise.enabled=false")
LONG = ("sequence.cycles=1", "sequence.target_time=4 min", "atmosphere.path_rms=350 um", "atmosphere.pwv=2.5 mm")


@dataclass(frozen=True)
class Observed:
    """An imported simulation."""

    directory: Path
    truth: Truth

    def rows(self, condition: str, *columns: str) -> list[NDArray[Any]]:
        with table(str(self.directory / "x.ms"), ack=False) as main:
            chosen = main.query(f"ANTENNA1 != ANTENNA2 && {condition}", columns=",".join(columns))
            return [chosen.getcol(name) for name in columns]


def observed(
    place: Path, almared: Command, casa_child: Command, *, scenario: str, options: tuple[str, ...]
) -> Observed:
    almared("simulate", scenario, "--out", place, *options)
    asdm = next(path for path in place.glob("uid___*"))
    casa_child(IMPORT, asdm.name, *(["wvr"] if options and "atmosphere.path_rms=350 um" in options else []), cwd=place)
    return Observed(place, read_truth(place))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, almared: Command, casa_child: Command) -> Observed:
    """The tiny EB without noise, with a long target scan and rough water."""
    options = (*QUIET, *(word for setting in LONG for word in ("--set", setting)))
    return observed(tmp_path_factory.mktemp("quiet"), almared, casa_child, scenario="tiny", options=options)


def test_uvw_are_those_of_importasdm(quiet: Observed) -> None:
    time, one, two, field, uvw = quiet.rows("DATA_DESC_ID == 17", "TIME", "ANTENNA1", "ANTENNA2", "FIELD_ID", "UVW")
    place = np.array([a["recorded_position_m"] for a in quiet.truth.tree["antennas"]])
    earth = read_earth_orientation(time[0] / DAY_S)
    for facts in quiet.truth.tree["fields"]:
        mine = field == facts["id"]
        frame = make_frame(*facts["direction_rad"], mjd_s=time[mine], earth=earth)
        baseline = (place[one] - place[two])[mine]
        ours = np.stack([(axis * baseline).sum(axis=1) for axis in (frame.u, frame.v, frame.w)], axis=1)
        assert np.abs(ours - uvw[mine]).max() < 0.02


@pytest.mark.parametrize("spw", [17, 19, 23])
def test_raw_visibilities_follow_the_formula_of_the_truth(quiet: Observed, spw: int) -> None:
    """r_ij = S sqrt(K_i K_j / (T_i T_j)) g_i b_i conj(g_j b_j) exp(-2 pi i (L_i - L_j) nu / c), smoothed."""
    truth = quiet.truth
    scan = truth.scans("phase")[0]
    data, one, two, time = quiet.rows(
        f"DATA_DESC_ID == {spw} && SCAN_NUMBER == {scan}", "DATA", "ANTENNA1", "ANTENNA2", "TIME"
    )
    step = np.abs(time[:, None] - truth.times(scan)[None]).argmin(axis=1)
    window = truth.spw(spw)
    frequency = window.first_channel_hz + window.channel_step_hz * np.arange(window.n_channels)
    path = truth.water_path(scan) + truth.position_path(scan)
    gains, kelvin = truth.arrays[f"gains_{scan}"], np.array(truth.tree["instrument"]["kelvin_per_jansky"])
    bandpass, tsys = truth.arrays[f"bandpass_{spw}"], truth.tsys(scan, spw)

    def antenna(number: NDArray[np.int32]) -> NDArray[np.complex128]:
        phase = np.exp(-2j * np.pi * path[step, number][:, None] * frequency / LIGHT_M_S)[..., None]
        size = np.sqrt(kelvin[number][:, None, None] / tsys[number])
        return np.asarray(gains[step, number][:, None] * bandpass[number] * size * phase)

    wanted = truth.source("phase").flux(frequency)[:, None] * antenna(one) * np.conj(antenna(two))
    padded = np.concatenate((wanted[:, 1:2], wanted, wanted[:, -2:-1]), axis=1)
    wanted = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    assert np.abs(data - wanted).max() < 1e-5 * np.abs(wanted).max()


def test_gencal_finds_the_true_tsys(quiet: Observed) -> None:
    with table(str(quiet.directory / "x.tsys"), ack=False) as rows:
        keys = [rows.getcol(name) for name in ("SCAN_NUMBER", "SPECTRAL_WINDOW_ID", "ANTENNA1")]
        values = rows.getcol("FPARAM")
    assert len(values) == 4 * 6 * len(quiet.truth.scans("atmosphere"))
    for scan, spw, number, tsys in zip(*keys, values, strict=True):
        assert np.allclose(tsys, quiet.truth.tsys(int(scan), int(spw))[number], rtol=1e-6)


def test_wvrgcal_takes_the_water_out(quiet: Observed) -> None:
    """Path rms of at least 200 um: below 5 % of it is left without noise."""
    truth, scan = quiet.truth, quiet.truth.scans("target")[0]
    times, water = truth.times(scan), truth.water_path(scan)
    with table(str(quiet.directory / "x.wvr"), ack=False) as rows:
        when, number = rows.getcol("TIME"), rows.getcol("ANTENNA1")
        phase = np.angle(rows.getcol("CPARAM")[:, 0, 0])
    inside = (when > times[0] - 6.0) & (when < times[-1] + 6.0)
    scale = -LIGHT_M_S / truth.spw(17).mean_frequency_hz / (2.0 * np.pi)
    found = np.empty_like(water)
    for antenna in range(water.shape[1]):
        mine = np.flatnonzero(inside & (number == antenna))
        mine = mine[np.argsort(when[mine])]
        found[:, antenna] = scale * np.interp(times, when[mine], np.unwrap(phase[mine]))
    before, after = (_baseline_rms(path) for path in (water, water - found))
    assert before >= 200e-6
    assert after < 0.05 * before


def _baseline_rms(path: NDArray[np.float64]) -> float:
    """Return the rms over time of the path difference, over all baselines."""
    relative = path - path.mean(axis=0) - (path - path.mean(axis=0)).mean(axis=1, keepdims=True)
    n = path.shape[1]
    return float(np.sqrt(2.0 * np.mean(relative**2) * n / (n - 1)))


def test_noise_has_the_size_of_the_radiometer_equation(tmp_path: Path, almared: Command, casa_child: Command) -> None:
    """Off the source there is only noise: 1 / (efficiency sqrt(2 bandwidth time)) per part, bandwidth Hanning's."""
    seen = observed(tmp_path / "eb", almared, casa_child, scenario="tiny", options=())
    with table(str(seen.directory / "x.ms" / "STATE"), ack=False) as states:
        off = [i for i, mode in enumerate(states.getcol("OBS_MODE")) if "ATMOSPHERE#OFF_SOURCE" in mode]
    (data,) = seen.rows(f"DATA_DESC_ID == 9 && STATE_ID IN {off}", "DATA")
    spw = seen.truth.spw(9)
    expected = 1.0 / (0.88 * np.sqrt(2.0 * spw.channel_width_hz * 8.0 / 3.0 * 1.008))
    assert seen.truth.coefficient_noise(9, 1.008) == pytest.approx(expected)
    inner = data[:, 2:-2]
    assert inner.real.std() == pytest.approx(expected, rel=0.02)
    assert inner.imag.std() == pytest.approx(expected, rel=0.02)


def test_a_moving_source_is_followed(tmp_path: Path, almared: Command, casa_child: Command) -> None:
    """With an ephemeris CASA's uvw are those of Titan, within 2 cm."""
    short = ("--set", "sequence.cycles=1", "--set", "sequence.target_time=12 s")
    options = (*QUIET, *short, "--set", "atmosphere.screen=false")
    seen = observed(tmp_path / "eb", almared, casa_child, scenario="b6-titan", options=options)
    scan = seen.truth.scans("flux")[0]
    time, one, two, uvw = seen.rows(
        f"DATA_DESC_ID == 17 && SCAN_NUMBER == {scan}", "TIME", "ANTENNA1", "ANTENNA2", "UVW"
    )
    ra, dec = read_body("Titan", time[0]).direction(time)
    frame = make_frame(ra, dec, mjd_s=time, earth=read_earth_orientation(time[0] / DAY_S))
    place = np.array([a["recorded_position_m"] for a in seen.truth.tree["antennas"]])
    ours = np.stack([(axis * (place[one] - place[two])).sum(axis=1) for axis in (frame.u, frame.v, frame.w)], axis=1)
    assert np.abs(ours - uvw).max() < 0.02


@pytest.mark.parametrize("threads", [1, 3])
def test_the_bytes_do_not_depend_on_threads(tmp_path: Path, almared: Command, tiny_out: Path, threads: int) -> None:
    almared("simulate", "tiny", "--out", tmp_path / "eb", "--seed", 1, "--threads", threads)
    before = {p.relative_to(tiny_out): p for p in tiny_out.rglob("*") if p.is_file()}
    after = {p.relative_to(tmp_path / "eb"): p for p in (tmp_path / "eb").rglob("*") if p.is_file()}
    assert before.keys() == after.keys()
    assert [str(name) for name in before if before[name].read_bytes() != after[name].read_bytes()] == []


def test_another_seed_is_another_observation(tmp_path: Path, almared: Command, tiny_out: Path) -> None:
    almared("simulate", "tiny", "--out", tmp_path / "eb", "--seed", 2)
    one, two = read_truth(tiny_out), read_truth(tmp_path / "eb")
    assert not np.allclose(one.water_path(4), two.water_path(4))
    assert one.antenna_names == two.antenna_names


def test_nothing_is_overwritten_without_force(tmp_path: Path, almared: Command) -> None:
    kept = tmp_path / "truth.json"
    kept.write_text("mine")
    done = almared("simulate", "tiny", "--out", tmp_path, code=3)
    assert "a simulation exists already" in done.stderr
    assert kept.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [kept]
