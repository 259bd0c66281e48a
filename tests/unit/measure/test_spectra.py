"""What is measured on calibrated visibilities, on MeasurementSets whose noise, lines and flags are known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import default_ms, makearrcoldesc, maketabdesc, table

from almared.formats.ms.uv_points import read_uv_points
from almared.heuristics.imaging.lines import find_line_channels, find_noisy_channels
from almared.measure import target_spectra
from almared.measure.scatter import measure_scatter
from almared.measure.target_spectra import read_target_spectrum

N_ANTENNAS, N_TIMES, N_CHANNELS = 7, 16, 128
SIGMA_JY, SECONDS = 0.05, 6.0
CONTINUUM_JY, LINE_JY, LINE_CHANNEL, LINE_WIDTH = 0.4, 0.2, 80.0, 10.0
FIRST_HZ, STEP_HZ = 100e9, 15.625e6


def smoothed_noise(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    """Complex noise of unit scatter in real and imaginary part, Hanning smoothed along channels."""
    wide = rng.normal(size=(*shape[:1], shape[1] + 2, *shape[2:], 2))
    smooth = 0.25 * wide[:, :-2] + 0.5 * wide[:, 1:-1] + 0.25 * wide[:, 2:]
    return (smooth[..., 0] + 1j * smooth[..., 1]) / math.sqrt(0.375)


def line() -> np.ndarray:
    channels = np.arange(N_CHANNELS)
    return LINE_JY * np.exp(-4 * math.log(2) * ((channels - LINE_CHANNEL) / LINE_WIDTH) ** 2)


def make_ms(path: Path, *, excess: float, turning_deg: float = 0.0, telluric: float = 1.0, hands: int = 2) -> Path:
    """Write an MS of one field and window.

    Parameters
    ----------
    path : Path
        Where.
    excess : float
        Noise over that which the weights tell.
    turning_deg : float, deg
        Scatter of the phase of each baseline from time to time.
    telluric : float
        Noise over the usual in channels 20 to 31.
    hands : int
        Correlations: XX, or XX and YY.
    """
    rng = np.random.default_rng(11)
    pairs = np.array(list(combinations(range(N_ANTENNAS), 2)))
    place = np.stack([rng.uniform(-200, 200, N_ANTENNAS), rng.uniform(-200, 200, N_ANTENNAS), np.zeros(N_ANTENNAS)], 1)
    n_rows = N_TIMES * len(pairs)
    columns = [makearrcoldesc("DATA", 0j, ndim=2, valuetype="complex")]
    with default_ms(str(path), maketabdesc(columns)) as main:
        main.addrows(n_rows)
        shape = (n_rows, N_CHANNELS, hands)
        phase = np.exp(1j * np.radians(turning_deg) * rng.normal(size=n_rows))
        scatter = np.where((np.arange(N_CHANNELS) >= 20) & (np.arange(N_CHANNELS) < 32), telluric, 1.0)[:, None]
        sky = ((CONTINUUM_JY + line()) * phase[:, None])[:, :, None]
        main.putcol("DATA", (sky + SIGMA_JY * excess * scatter * smoothed_noise(rng, shape)).astype(np.complex64))
        flags = np.zeros(shape, dtype=bool)
        flags[:, :4] = flags[:, -4:] = True
        main.putcol("FLAG", flags)
        main.putcol("WEIGHT", np.full((n_rows, hands), SIGMA_JY**-2, dtype=np.float32))
        main.putcol("SIGMA", np.full((n_rows, hands), SIGMA_JY, dtype=np.float32))
        main.putcol("ANTENNA1", np.tile(pairs[:, 0], N_TIMES).astype(np.int32))
        main.putcol("ANTENNA2", np.tile(pairs[:, 1], N_TIMES).astype(np.int32))
        main.putcol("UVW", np.tile(place[pairs[:, 0]] - place[pairs[:, 1]], (N_TIMES, 1)))
        main.putcol("TIME", 5e9 + SECONDS * np.repeat(np.arange(N_TIMES), len(pairs)))
        main.putcol("INTERVAL", np.full(n_rows, SECONDS))
        main.flush()
    _fill_subtables(path, hands)
    return path


def _fill_subtables(path: Path, hands: int) -> None:
    frequencies = FIRST_HZ + STEP_HZ * np.arange(N_CHANNELS)
    widths = np.full(N_CHANNELS, STEP_HZ)
    with table(str(path / "SPECTRAL_WINDOW"), readonly=False, ack=False) as windows:
        windows.addrows(1)
        cells = {
            "NUM_CHAN": N_CHANNELS, "NAME": "ALMA_RB_03#BB_1#SW-01#FULL_RES", "CHAN_FREQ": frequencies,
            "CHAN_WIDTH": widths, "EFFECTIVE_BW": widths * 8 / 3, "RESOLUTION": widths * 2, "REF_FREQUENCY": FIRST_HZ,
            "TOTAL_BANDWIDTH": N_CHANNELS * STEP_HZ, "MEAS_FREQ_REF": 5, "NET_SIDEBAND": 2,
        }  # fmt: skip
        for name, value in cells.items():
            windows.putcell(name, 0, value)
    with table(str(path / "POLARIZATION"), readonly=False, ack=False) as polarizations:
        polarizations.addrows(1)
        polarizations.putcell("CORR_TYPE", 0, np.array([9, 12][:hands], dtype=np.int32))
        polarizations.putcell("NUM_CORR", 0, hands)
    with table(str(path / "DATA_DESCRIPTION"), readonly=False, ack=False) as descriptions:
        descriptions.addrows(1)


@pytest.mark.parametrize("hands", [1, 2])
@pytest.mark.parametrize("turning_deg", [0.0, 20.0])
def test_the_scatter_over_the_weights_is_found_whatever_the_source_does(
    tmp_path: Path, turning_deg: float, hands: int
) -> None:
    """Noise 1.4 times that of the weights; a source of 8 sigma whose phase jitters changes nothing."""
    ms = make_ms(tmp_path / "a.ms", excess=1.4, turning_deg=turning_deg, hands=hands)
    found = measure_scatter(ms, [0], spws=[0])[0]
    assert found.ratio == pytest.approx(1.4, rel=0.05)
    assert found.neighbours == pytest.approx((2 / 3, 1 / 6), abs=0.05)


def test_without_data_nothing_is_told_of_the_weights(tmp_path: Path) -> None:
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    assert measure_scatter(ms, [3], spws=[0]) == {}
    assert measure_scatter(ms, [0], spws=[7]) == {}


def test_the_spectra_are_those_that_were_put_in(tmp_path: Path) -> None:
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    found = read_target_spectrum(ms, 0, spw=0)
    assert found is not None
    assert found.is_good.tolist() == [4 <= n < N_CHANNELS - 4 for n in range(N_CHANNELS)]
    baselines = N_ANTENNAS * (N_ANTENNAS - 1) / 2
    expected = SIGMA_JY / math.sqrt(2 * N_TIMES * baselines)
    residual = (found.real - CONTINUUM_JY - line())[found.is_good]
    assert np.std(residual) == pytest.approx(expected, rel=0.3)
    assert np.median(found.noise[found.is_good]) == pytest.approx(SIGMA_JY / math.sqrt(2 * N_TIMES), rel=0.2)
    assert np.abs(found.amplitude - found.real)[found.is_good].max() < 8 * expected


def test_reading_in_pieces_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    whole = read_target_spectrum(ms, 0, spw=0)
    monkeypatch.setattr(target_spectra, "BYTES_AT_ONCE", 9 * N_CHANNELS * 2 * 5)
    pieces = read_target_spectrum(ms, 0, spw=0)
    assert whole is not None
    assert pieces is not None
    np.testing.assert_allclose(pieces.amplitude, whole.amplitude, rtol=1e-6)
    np.testing.assert_allclose(pieces.noise, whole.noise, rtol=1e-5)


def test_the_line_and_the_atmosphere_are_told_from_the_continuum(tmp_path: Path) -> None:
    """The line has 60 % of the noise of a visibility; in channels 20 to 31 the air has three times the noise."""
    ms = make_ms(tmp_path / "a.ms", excess=1.0, turning_deg=10.0, telluric=3.0)
    found = read_target_spectrum(ms, 0, spw=0)
    assert found is not None
    lines = find_line_channels(found.amplitude, found.is_good) | find_line_channels(found.real, found.is_good)
    assert lines[72:89].all()
    assert lines[40:64].mean() < 0.2
    noisy = find_noisy_channels(found.noise, found.is_good)
    assert noisy[23:29].all()
    assert not noisy[40:64].any()
    assert not noisy[96:].any()


def test_the_weights_that_are_left_tell_the_noise_of_an_image(tmp_path: Path) -> None:
    """Natural weights: the noise of a visibility over the root of their number, flagged channels left out."""
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    points = read_uv_points(ms, [0], spws=[0])
    number = N_TIMES * N_ANTENNAS * (N_ANTENNAS - 1) / 2 * (N_CHANNELS - 8) * 2
    assert points.natural_rms_jy == pytest.approx(SIGMA_JY / math.sqrt(number), rel=1e-5)
    assert points.channel_weight[0][[0, 3, -1]].tolist() == [0.0, 0.0, 0.0]
    middle = FIRST_HZ + (N_CHANNELS - 1) / 2 * STEP_HZ
    np.testing.assert_allclose(points.lengths, points.length_m * middle / 299792458.0, rtol=1e-9)


def test_there_is_no_spectrum_without_data(tmp_path: Path) -> None:
    assert read_target_spectrum(make_ms(tmp_path / "a.ms", excess=1.0), 5, spw=0) is None
