"""The kernel against plain numpy, and its noise against the radiometer equation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf_layout import baseline_pairs
from almared.simulate.observe.kernel import ValueAxis, correlate, phase_ramps

SCALE = 2.0**20


def axis(channels: tuple[int, ...], *, noise: float = 0.0, is_smooth: bool = False, trim: int = 0) -> ValueAxis:
    counts = np.array(channels) * 2
    return ValueAxis(
        starts=np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64),
        channels=np.array(channels, dtype=np.int64),
        products=np.full(len(channels), 2, dtype=np.int64),
        trims=np.full(len(channels), trim, dtype=np.int64),
        scale=np.full(counts.sum(), SCALE, np.float32),
        noise=np.full(counts.sum(), noise, np.float32),
        is_smooth=is_smooth,
    )


def complex_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    return (rng.normal(0, 0.1, shape) + 1j * rng.normal(0, 0.1, shape)).astype(np.complex64)


def found(out: NDArray[np.int32]) -> NDArray[np.complex128]:
    return (out[..., 0] + 1j * out[..., 1]) / SCALE


def smoothed(values: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Smooth with 1/4, 1/2, 1/4 along channels, mirrored at the edges."""
    padded = np.concatenate((values[..., 1:2, :], values, values[..., -2:-1, :]), axis=-2)
    return 0.25 * padded[..., :-2, :] + 0.5 * padded[..., 1:-1, :] + 0.25 * padded[..., 2:, :]


@pytest.mark.parametrize("is_smooth", [False, True])
@pytest.mark.parametrize("sky_shape", [(1, 1), (3, 10)])
def test_visibilities_are_the_product_of_antennas_and_sky(*, is_smooth: bool, sky_shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    channels = (16, 6)
    spectra, sky = complex_numbers(rng, (3, 5, 44)), complex_numbers(rng, (*sky_shape, 44))
    out, averages = correlate(spectra, sky, axis=axis(channels, is_smooth=is_smooth, trim=1), key=1, dtype="<i4")
    first, second = np.array(baseline_pairs(5)).T
    wanted = sky * spectra[:, first] * np.conj(spectra[:, second])
    windows = [wanted[..., :32].reshape(3, 10, 16, 2), wanted[..., 32:].reshape(3, 10, 6, 2)]
    windows = [smoothed(w) if is_smooth else w for w in windows]
    joined = np.concatenate([w.reshape(3, 10, -1) for w in windows], axis=-1)
    assert np.abs(found(out) - joined).max() < 1.0 / SCALE
    means = np.concatenate([w[:, :, 1:-1].mean(axis=2) for w in windows], axis=-1)
    assert np.abs(averages - means).max() < 1e-7


def test_noise_is_gaussian_white_and_of_the_right_size() -> None:
    zeros = np.zeros((60, 6, 800), np.complex64)
    out, _ = correlate(zeros, zeros[:1, :1], axis=axis((400,), noise=1e-3), key=7, dtype="<i4")
    noise = found(out)
    for part in (noise.real, noise.imag):
        assert part.std() == pytest.approx(1e-3, rel=5e-3)
        assert abs(part.mean()) < 5e-6
        assert (np.abs(part) > 3e-3).mean() == pytest.approx(0.0027, rel=0.1)
    assert abs(np.mean(noise.real * noise.imag)) < 5e-9
    assert abs(np.mean(noise[:, :, 2:] * np.conj(noise[:, :, :-2]))) < 1e-8
    assert abs(np.mean(noise[1:] * np.conj(noise[:-1]))) < 1e-8
    assert abs(np.mean(noise[:, 1:] * np.conj(noise[:, :-1]))) < 1e-8


def test_hanning_lowers_and_correlates_the_noise() -> None:
    """Variance 3/8; correlation of neighbours 2/3, of the next ones 1/6."""
    zeros = np.zeros((60, 6, 800), np.complex64)
    out, _ = correlate(zeros, zeros[:1, :1], axis=axis((400,), noise=1e-3, is_smooth=True), key=7, dtype="<i4")
    noise = found(out).reshape(60, 15, 400, 2)[:, :, 2:-2]
    variance = np.mean(np.abs(noise) ** 2)
    assert variance == pytest.approx(2e-6 * 3 / 8, rel=0.01)
    for lag, expected in ((1, 2 / 3), (2, 1 / 6), (3, 0.0)):
        correlation = np.mean(noise[:, :, lag:] * np.conj(noise[:, :, :-lag])).real / variance
        assert correlation == pytest.approx(expected, abs=0.01)


def test_streams_differ_by_key_alone() -> None:
    zeros = np.zeros((2, 3, 64), np.complex64)
    once, again, other = (
        correlate(zeros, zeros[:1, :1], axis=axis((32,), noise=1e-3), key=key, dtype="<i4")[0] for key in (3, 3, 4)
    )
    assert np.array_equal(once, again)
    assert (once == other).mean() < 0.01


def test_phase_ramps_are_exact_over_many_channels() -> None:
    delays = np.array([[1.3e-12, -4.2e-9], [0.0, 2.2e-10]])
    frequency = 230e9 + 488e3 * np.arange(3840)
    wanted = np.exp(2j * np.pi * delays[..., None] * frequency)
    assert np.abs(phase_ramps(delays, frequency) - wanted).max() < 1e-6
