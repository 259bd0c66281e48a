"""What an image can be expected to show, and what is measured on one."""

from __future__ import annotations

import numpy as np
import pytest

from almared.measure.expected import (
    Sensitivity,
    choose_cell_arcsec,
    choose_image_size,
    combined_rms,
    expected_rms_jy,
)
from almared.measure.images import fit_gaussian, measure_corner_rms, measure_peak, position_error
from almared.measure.visibilities import bin_channels, channels_per_bin, choose_short_limit_m, coherent_amplitude
from almared.physics.beams import primary_beam_arcsec


@pytest.mark.parametrize(
    ("frequency_ghz", "tsys_k", "rms_mjy"),
    [
        (100, 75, 0.20),
        (150, 86, 0.24),
        (230, 90, 0.27),
        (290, 150, 0.50),
        (345, 150, 0.50),
        (690, 1200, 5.32),
        (870, 1515, 8.85),
    ],
)
def test_the_reference_of_each_band_is_reproduced(frequency_ghz: float, tsys_k: float, rms_mjy: float) -> None:
    window = Sensitivity(frequency_ghz * 1e9, 8e9, tsys_k, 60.0, 16)
    assert expected_rms_jy(window) * 1e3 == pytest.approx(rms_mjy)


def test_the_reference_agrees_with_the_radiometer_equation() -> None:
    """Band 3: 2 k Tsys / (eta A) / sqrt(N (N - 1) n_pol dnu t), with efficiencies of the Technical Handbook."""
    area = np.pi / 4 * 12.0**2 * 0.71
    sigma = 2 * 1380.649 * 75.0 / (0.85 * area) / np.sqrt(16 * 15 * 2 * 8e9 * 60.0)
    assert expected_rms_jy(Sensitivity(100e9, 8e9, 75.0, 60.0, 16)) == pytest.approx(sigma, rel=0.15)


def test_the_rms_scales_with_what_it_should() -> None:
    base = expected_rms_jy(Sensitivity(100e9, 2e9, 75.0, 60.0, 40))
    assert expected_rms_jy(Sensitivity(100e9, 2e9, 75.0, 240.0, 40)) == pytest.approx(base / 2)
    assert expected_rms_jy(Sensitivity(100e9, 2e9, 75.0, 60.0, 40, n_polarizations=1)) == pytest.approx(base * 2**0.5)
    assert expected_rms_jy(Sensitivity(100e9, 2e9, 75.0, 60.0, 40, 7.0)) == pytest.approx(base * (12 / 7) ** 2)
    assert expected_rms_jy(Sensitivity(100e9, 2e9, 75.0, 60.0, 2)) == pytest.approx(base * np.sqrt(40 * 39 / 2))
    assert combined_rms([base, base, base, base]) == pytest.approx(base / 2)


@pytest.mark.parametrize(
    ("longest_m", "frequency_ghz", "cell"),
    [(500.0, 97.0, 0.30), (373.0, 97.0, 0.40), (1500.0, 100.0, 0.10), (3000.0, 100.0, 0.05), (3000.0, 345.0, 0.014),
     (15000.0, 345.0, 0.0025)],
)  # fmt: skip
def test_cells_are_plain_numbers_below_what_the_array_resolves(
    longest_m: float, frequency_ghz: float, cell: float
) -> None:
    found = choose_cell_arcsec(longest_m, frequency_ghz * 1e9)
    assert found == pytest.approx(cell)
    assert found <= 15000.0 / (longest_m * frequency_ghz)


def test_images_hold_one_and_a_half_primary_beams() -> None:
    beam = primary_beam_arcsec(100e9, 12.0)
    assert beam == pytest.approx(58.2, abs=0.05)
    assert primary_beam_arcsec(100e9, 7.0) == pytest.approx(beam * 12 / 7)
    assert choose_image_size(0.3, beam) == 360
    assert choose_image_size(0.005, beam) == 2048


def noisy_source(*, seed: int, noise: float) -> np.ndarray:
    """Return an image with a source of 2 at (130.3, 121.6), 6 by 4 pixels wide, turned by 30 degrees."""
    x, y = np.meshgrid(np.arange(256.0), np.arange(240.0))
    turn, dx, dy = np.deg2rad(30.0), x - 130.3, y - 121.6
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    source = 2.0 * np.exp(-4 * np.log(2) * ((along / 6.0) ** 2 + (across / 4.0) ** 2))
    return source + noise * np.random.default_rng(seed).normal(size=source.shape)


def test_a_source_is_found_with_its_size() -> None:
    pixels = noisy_source(seed=1, noise=0.01)
    fit = fit_gaussian(pixels, width=5.0)
    assert (fit.x, fit.y) == pytest.approx((130.3, 121.6), abs=0.05)
    assert (fit.peak, fit.major, fit.minor) == pytest.approx((2.0, 6.0, 4.0), rel=0.02)
    assert np.rad2deg(fit.angle_rad) % 180 == pytest.approx(30.0, abs=2.0)
    assert fit.peak * fit.area == pytest.approx(2.0 * np.pi * 24.0 / (4 * np.log(2)), rel=0.02)
    assert measure_peak(pixels) == pytest.approx(2.0, abs=0.1)
    assert measure_corner_rms(pixels) == pytest.approx(0.01, rel=0.05)


def test_positions_scatter_no_more_than_their_error_says() -> None:
    """White noise per pixel is kinder than that of an image, so the formula is an upper limit here."""
    fits = [fit_gaussian(noisy_source(seed=n, noise=0.1), width=5.0) for n in range(60)]
    assert np.std([fit.x for fit in fits]) < position_error(6.0, 20.0)
    assert position_error(1.0, 0.0) != position_error(1.0, 0.0)  # NaN: nothing is known


def test_one_bad_corner_does_not_spoil_the_rms() -> None:
    pixels = noisy_source(seed=1, noise=0.01)
    pixels[24:72, 25:76] += 1.0
    assert measure_corner_rms(pixels) == pytest.approx(0.01, rel=0.05)


def test_short_baselines_are_taken_where_there_are_any() -> None:
    assert choose_short_limit_m(np.array([15.0, 80.0, 300.0]), 30.0) == 30.0
    long = np.linspace(100.0, 1100.0, 101)
    assert choose_short_limit_m(long, 30.0) == pytest.approx(300.0)
    assert choose_short_limit_m(np.array([np.nan]), 30.0) == 30.0


def test_channels_are_averaged_by_weight() -> None:
    spectrum = np.array([1.0, 3.0, 5.0, np.nan, 7.0]).reshape(-1, 1) + 0j
    weight = np.array([1.0, 3.0, 1.0, 0.0, 0.0]).reshape(-1, 1)
    frequency, mean = bin_channels(spectrum, weight, frequency_hz=np.arange(5.0), n_channels=2)
    assert frequency == pytest.approx([0.5, 2.5, 4.0])
    assert mean[:2, 0] == pytest.approx([2.5, 5.0])
    assert np.isnan(mean[2, 0])
    assert channels_per_bin(3840, 128) == 30
    assert channels_per_bin(64, 128) == 1


def test_the_amplitude_without_phase_noise_is_recovered() -> None:
    random = np.random.default_rng(3)
    signal = 0.7 * np.exp(1j * random.normal(0.0, 0.8, (2000, 1)))
    noise = 0.3 * (random.normal(size=(2000, 2)) + 1j * random.normal(size=(2000, 2)))
    x, y = (signal + noise).T
    power, part = np.abs((x + y) / 2) ** 2, np.abs(x - y) ** 2 / 4
    assert coherent_amplitude(power, part) == pytest.approx(0.7, rel=0.02)
    assert abs(((x + y) / 2).mean()) < 0.55
