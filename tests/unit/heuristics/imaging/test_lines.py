"""Channels without lines, against spectra whose lines are known: what is kept, and what of the lines is left in it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from almared.heuristics.imaging.baseline import first_baseline, measure_noise
from almared.heuristics.imaging.lines import find_line_channels, line_free_ranges, runs

Line = tuple[float, float, float]
"""Peak in units of the noise, middle and full width at half maximum in channels."""

N_SEEDS = 8


def true_lines(n: int, lines: tuple[Line, ...]) -> np.ndarray:
    x = np.arange(n)
    return sum(
        (peak * np.exp(-4 * math.log(2) * ((x - middle) / width) ** 2) for peak, middle, width in lines),
        start=np.zeros(n),
    )


def hanning_noise(n: int, seed: int) -> np.ndarray:
    """Noise of unit scatter, Hanning smoothed."""
    return np.convolve(np.random.default_rng(seed).normal(size=n + 2), [0.25, 0.5, 0.25], mode="valid") / math.sqrt(
        0.375
    )


def kept_channels(spectrum: np.ndarray) -> np.ndarray:
    good = np.ones(len(spectrum), dtype=bool)
    kept = np.zeros(len(spectrum), dtype=bool)
    for first, last in line_free_ranges(find_line_channels(spectrum, good), good):
        kept[first : last + 1] = True
    return kept


def free_of(n: int, lines: tuple[Line, ...]) -> float:
    """Part of the channels in which the lines are below a tenth of the noise: what one who knows them would keep."""
    return float((np.abs(true_lines(n, lines)) < 0.1).mean())


MANY = tuple((20.0 + 5 * k, 40.0 + 96 * k, 8.0) for k in range(10))
CASES = {
    "no line": (960, ()),
    "no line, few channels": (128, ()),
    "narrow": (960, ((10.0, 480.0, 4.0),)),
    "narrow, few channels": (128, ((20.0, 50.0, 4.0),)),
    "very bright, very few channels": (63, ((500.0, 24.0, 7.0),)),
    "bright and broad": (960, ((100.0, 400.0, 120.0),)),
    "at the edge": (960, ((15.0, 0.0, 80.0),)),
    "absorption": (960, ((-12.0, 300.0, 60.0),)),
    "absorption beside emission": (960, ((-12.0, 300.0, 40.0), (15.0, 360.0, 40.0))),
    "many": (960, MANY),
    "broad and weak, many channels": (3840, ((1.0, 1900.0, 480.0),)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_is_continuum_and_most_of_it(case: str) -> None:
    n, lines = CASES[case]
    truth = true_lines(n, lines)
    kept, left = [], []
    for seed in range(N_SEEDS):
        chosen = kept_channels(60 + 0.004 * np.arange(n) + truth + hanning_noise(n, seed))
        kept.append(chosen.mean())
        left.append(truth[chosen].mean() if chosen.any() else np.inf)
    noise_of_mean = math.sqrt(8 / 3 / (n * float(np.median(kept))))
    assert abs(float(np.median(left))) < 1.5 * noise_of_mean
    assert np.median(kept) > 0.55 * free_of(n, lines)


def test_a_line_over_most_of_the_window_leaves_the_level_of_the_continuum() -> None:
    n = 960
    lines = ((30.0, 480.0, 330.0),)
    spectrum = 60 + true_lines(n, lines) + hanning_noise(n, 1)
    good = np.ones(n, dtype=bool)
    level = first_baseline(spectrum, good, noise=measure_noise(spectrum, good))
    assert abs(float(np.median(level)) - 60) < 0.7
    chosen = kept_channels(spectrum)
    assert chosen.mean() > 0.1
    assert true_lines(n, lines)[chosen].mean() < 1.0


@pytest.mark.parametrize(("kernel", "correlation"), [([1.0], 1.0), ([0.25, 0.5, 0.25], 8 / 3)])
def test_the_correlation_of_neighbours_is_measured(kernel: list[float], correlation: float) -> None:
    found, sigma = [], math.sqrt(sum(k**2 for k in kernel))
    for seed in range(N_SEEDS):
        values = np.convolve(np.random.default_rng(seed).normal(size=1920), kernel, mode="valid")
        noise = measure_noise(values, np.ones(len(values), dtype=bool))
        assert noise.sigma == pytest.approx(sigma, rel=0.1)
        found.append(noise.correlation)
    assert np.mean(found) == pytest.approx(correlation, rel=0.1)


def test_noise_alone_seldom_loses_channels() -> None:
    lost = [1 - kept_channels(50 + hanning_noise(960, seed)).mean() for seed in range(40)]
    assert np.median(lost) < 0.05
    assert np.mean(np.array(lost) > 0.1) <= 0.05


def test_channels_without_data_do_not_matter() -> None:
    values = 50 + true_lines(960, ((20.0, 480.0, 20.0),)) + hanning_noise(960, 3)
    good = np.ones(960, dtype=bool)
    good[:40], good[200:210], good[930:] = False, False, False
    values[~good] = 0.0
    found = find_line_channels(values, good)
    assert found[465:496].all()
    assert all(a > 420 and b < 540 for a, b in runs(found & good))
