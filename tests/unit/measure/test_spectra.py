"""What is measured on calibrated visibilities, on MeasurementSets whose noise, lines and flags are known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from support.target_ms import (
    CONTINUUM_JY,
    FIRST_HZ,
    N_ANTENNAS,
    N_CHANNELS,
    N_TIMES,
    SIGMA_JY,
    STEP_HZ,
    line,
    make_ms,
)

from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.uv_points import read_uv_points
from almared.heuristics.imaging.lines import find_line_channels, find_noisy_channels
from almared.measure import target_spectra
from almared.measure.scatter import measure_scatter
from almared.measure.target_spectra import read_target_spectrum


@pytest.mark.parametrize("hands", [1, 2])
@pytest.mark.parametrize("turning_deg", [0.0, 20.0])
def test_the_scatter_over_the_weights_is_found_whatever_the_source_does(
    tmp_path: Path, turning_deg: float, hands: int
) -> None:
    """Noise 1.4 times that of the weights; a source of 8 sigma whose phase jitters changes nothing."""
    ms = make_ms(tmp_path / "a.ms", excess=1.4, turning_deg=turning_deg, hands=hands)
    found = measure_scatter(OpenMs(ms), [0], spws=[0])[0]
    assert found.ratio == pytest.approx(1.4, rel=0.05)
    assert found.neighbours == pytest.approx((2 / 3, 1 / 6), abs=0.05)


def test_without_data_nothing_is_told_of_the_weights(tmp_path: Path) -> None:
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    assert measure_scatter(OpenMs(ms), [3], spws=[0]) == {}
    assert measure_scatter(OpenMs(ms), [0], spws=[7]) == {}


def test_the_spectra_are_those_that_were_put_in(tmp_path: Path) -> None:
    ms = make_ms(tmp_path / "a.ms", excess=1.0)
    found = read_target_spectrum(OpenMs(ms), 0, spw=0)
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
    whole = read_target_spectrum(OpenMs(ms), 0, spw=0)
    monkeypatch.setattr(target_spectra, "BYTES_AT_ONCE", 9 * N_CHANNELS * 2 * 5)
    pieces = read_target_spectrum(OpenMs(ms), 0, spw=0)
    assert whole is not None
    assert pieces is not None
    np.testing.assert_allclose(pieces.amplitude, whole.amplitude, rtol=1e-6)
    np.testing.assert_allclose(pieces.noise, whole.noise, rtol=1e-5)


def test_the_line_and_the_atmosphere_are_told_from_the_continuum(tmp_path: Path) -> None:
    """The line has 60 % of the noise of a visibility; in channels 20 to 31 the air has three times the noise."""
    ms = make_ms(tmp_path / "a.ms", excess=1.0, turning_deg=10.0, telluric=3.0)
    found = read_target_spectrum(OpenMs(ms), 0, spw=0)
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
    points = read_uv_points(OpenMs(ms), [0], spws=[0])
    number = N_TIMES * N_ANTENNAS * (N_ANTENNAS - 1) / 2 * (N_CHANNELS - 8) * 2
    assert points.natural_rms_jy == pytest.approx(SIGMA_JY / math.sqrt(number), rel=1e-5)
    assert points.channel_weight[0][[0, 3, -1]].tolist() == [0.0, 0.0, 0.0]
    middle = FIRST_HZ + (N_CHANNELS - 1) / 2 * STEP_HZ
    np.testing.assert_allclose(points.lengths, points.length_m * middle / 299792458.0, rtol=1e-9)


def test_there_is_no_spectrum_without_data(tmp_path: Path) -> None:
    assert read_target_spectrum(OpenMs(make_ms(tmp_path / "a.ms", excess=1.0)), 5, spw=0) is None
