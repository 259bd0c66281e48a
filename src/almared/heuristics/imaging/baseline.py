"""The level of the continuum in a spectrum, and its noise, robust against lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.lines import LINE_SLOPE
from almared.physics.correlator import INDEPENDENT_LAG
from almared.physics.robust import robust_sigma

MOST_BLOCKS = 32
LEAST_IN_BLOCK = 4
ABOVE, BELOW = 6.0, 12.0
"""Largest penalty of a block above or below a trial line: lines in emission are far more common."""

STRAIGHT_COSTS = 9.0
"""A slope must improve on a constant by this much: three sigmas."""

MEDIAN_NOISE = 1.2533
"""Noise of a median over that of a mean."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of a spectrum.

    Parameters
    ----------
    sigma : float
        Of one channel.
    correlation : float
        Variance of the mean of many channels times their number, over that of one: 8/3 after Hanning smoothing, 1 for
        channels that are independent.
    """

    sigma: float
    correlation: float

    def of_mean(self, number: FloatArray | float) -> FloatArray:
        """Return the noise of the mean of a number of neighbours."""
        count = np.maximum(number, 1.0)
        return np.asarray(self.sigma * np.sqrt((self.correlation - (self.correlation - 1) / count) / count))


def measure_noise(spectrum: FloatArray, is_good: BoolArray) -> Noise:
    """Return the noise from differences of channels one, two and three apart, which lines and slopes hardly affect."""
    spreads = [_spread(spectrum, is_good, lag=lag) for lag in (1, 2, INDEPENDENT_LAG)]
    variance = spreads[-1] ** 2
    if variance == 0:
        return Noise(float(np.finfo(float).tiny), 1.0)
    # Var(a - b) = 2 var (1 - rho); the mean of many channels has the variance (1 + 2 rho_1 + 2 rho_2 + ...) / n.
    rho = [1 - spread**2 / variance for spread in spreads[:-1]]
    return Noise(float(spreads[-1] / np.sqrt(2)), float(np.clip(1 + 2 * sum(rho), 1.0, 3.0)))


def _spread(spectrum: FloatArray, is_good: BoolArray, *, lag: int) -> float:
    differences = (spectrum[lag:] - spectrum[:-lag])[is_good[lag:] & is_good[:-lag]]
    if not len(differences):
        return 0.0
    return robust_sigma(differences)


def first_baseline(spectrum: FloatArray, is_good: BoolArray, *, noise: Noise) -> FloatArray:
    """Return the line on which most of a spectrum lies, found from medians of blocks of channels.

    Of all constants through one block and straight lines through two, it is the one with the most blocks nearby:
    lines may fill more than half of the window.
    """
    place, value, error = _blocks(spectrum, is_good, noise=noise)
    if not len(place):
        return np.full(len(spectrum), float(np.median(spectrum[is_good])))
    level, slope = _candidates(place, value, n=len(spectrum), error=error)
    distance = (value[:, None] - level - slope * place[:, None]) / error[:, None]
    cost = np.minimum(distance**2, np.where(distance > 0, ABOVE, BELOW)).sum(axis=0) + STRAIGHT_COSTS * (slope != 0)
    best = int(np.argmin(cost))
    near = (distance[:, best] ** 2) < ABOVE
    start = level[best] + slope[best] * np.arange(len(spectrum))
    if np.count_nonzero(near) > 1:
        start += np.average((value - level[best] - slope[best] * place)[near], weights=error[near] ** -2.0)
    return np.asarray(start)


def _blocks(spectrum: FloatArray, is_good: BoolArray, *, noise: Noise) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return middles, medians and their noise of blocks of channels."""
    good = np.flatnonzero(is_good)
    n_blocks = min(MOST_BLOCKS, len(good) // LEAST_IN_BLOCK)
    parts = np.array_split(good, n_blocks) if n_blocks else []
    place = np.array([part.mean() for part in parts])
    value = np.array([np.median(spectrum[part]) for part in parts])
    error = np.array([MEDIAN_NOISE * float(noise.of_mean(len(part))) for part in parts])
    return place, value, error


def _candidates(place: FloatArray, value: FloatArray, *, n: int, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return level (at channel 0) and slope of trial lines."""
    i, j = np.triu_indices(len(place), max(1, len(place) // 4))
    slope = (value[j] - value[i]) / (place[j] - place[i])
    middle = value[i] + slope * (n / 2 - place[i])
    possible = np.abs(slope) * n < steepest(middle) + 3 * float(np.median(error))
    return (
        np.concatenate([value, (value[i] - slope * place[i])[possible]]),
        np.concatenate([np.zeros(len(value)), slope[possible]]),
    )


def steepest(level: FloatArray | float) -> FloatArray:
    """Return how much a continuum of a given level may change over a window."""
    return np.asarray(LINE_SLOPE.value * np.abs(level))


def next_baseline(spectrum: FloatArray, free: BoolArray, *, noise: Noise) -> FloatArray:
    """Return the straight line, or the constant, that fits the channels that are free of lines."""
    x = np.arange(len(spectrum), dtype=float)
    places, values = x[free], spectrum[free]
    level, middle = float(values.mean()), float(places.mean())
    spread = float(((places - middle) ** 2).sum())
    slope = float(((places - middle) * (values - level)).sum()) / max(spread, 1.0)
    error = noise.sigma * np.sqrt(noise.correlation / max(spread, 1.0))
    most = float(steepest(level)) / len(spectrum) + 3 * error
    if abs(slope) < np.sqrt(STRAIGHT_COSTS) * error or abs(slope) > most:
        slope = 0.0
    return np.asarray(level + slope * (x - middle))
