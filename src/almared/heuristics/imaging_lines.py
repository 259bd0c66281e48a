"""Which channels of a spectrum are free of lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds import (
    LINE_CLIP,
    LINE_EDGE,
    LINE_GUARD,
    LINE_LEAST_RUN,
    LINE_NOISY_CHANNEL,
)

BOXES = (1, 2, 4, 8, 16, 32)
"""Widths in channels over which lines are looked for."""

ROUNDS = 12
LAG = 3
"""Channels this far apart are independent after Hanning smoothing."""

MAD_TO_SIGMA = 1.4826
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Ranges = tuple[tuple[int, int], ...]


def find_line_channels(spectrum: FloatArray, is_good: BoolArray) -> BoolArray:
    """Return the channels of a spectrum that depart from a straight line, with a guard on both sides.

    Parameters
    ----------
    spectrum : ndarray of float, shape (frequency,)
        Amplitudes or real parts.
    is_good : ndarray of bool, shape (frequency,)
        Channels that have data.

    References
    ----------
    domain.md D.2; sigma clipping of the spectrum smoothed over 1 to 32 channels, the noise from differences of
    channels three apart, which lines and slopes hardly change.
    """
    clipped = np.zeros(len(spectrum), dtype=bool)
    if np.count_nonzero(is_good) < 4 * LAG:
        return clipped
    sigma = _noise(spectrum, is_good)
    for _ in range(ROUNDS):
        before = clipped.copy()
        residual = spectrum - _straight(spectrum, is_good & ~clipped)
        for width in BOXES:
            clipped |= _outliers(residual, is_good, sigma=sigma, width=width)
        if (clipped == before).all() or np.count_nonzero(is_good & ~clipped) < 4 * LAG:
            break
    return with_guard(clipped)


def find_noisy_channels(noise: FloatArray, is_good: BoolArray) -> BoolArray:
    """Return the channels whose noise is far above that of the window: lines of the atmosphere."""
    if not is_good.any():
        return np.zeros(len(noise), dtype=bool)
    middle = _smoothed(noise, max(1, len(noise) // 32))
    return np.asarray(is_good & (middle > LINE_NOISY_CHANNEL.value * np.median(noise[is_good])))


def with_guard(lines: BoolArray) -> BoolArray:
    """Return the lines with a guard on both sides, part of their width and two channels at least."""
    found = lines.copy()
    for first, last in runs(lines):
        guard = max(2, round(LINE_GUARD.value * (last - first + 1)))
        found[max(0, first - guard) : last + guard + 1] = True
    return found


def line_free_ranges(lines: BoolArray, is_good: BoolArray) -> Ranges:
    """Return the ranges of channels without lines; edges and short remains between lines are left out."""
    n = len(lines)
    free = is_good & ~lines
    good = np.flatnonzero(is_good)
    if len(good):
        edge = round(LINE_EDGE.value * len(good))
        free[: good[0] + edge] = False
        free[good[-1] - edge + 1 :] = False
    least = max(1, round(LINE_LEAST_RUN.value * n))
    return tuple((a, b) for a, b in runs(free) if b - a + 1 >= least)


def runs(values: BoolArray) -> list[tuple[int, int]]:
    """Return first and last place of each run of true values."""
    padded = np.concatenate([[False], values, [False]])
    steps = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b) - 1) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _noise(spectrum: FloatArray, is_good: BoolArray) -> float:
    pairs = is_good[LAG:] & is_good[:-LAG]
    differences = (spectrum[LAG:] - spectrum[:-LAG])[pairs]
    spread = np.median(np.abs(differences - np.median(differences)))
    return float(MAD_TO_SIGMA * spread / np.sqrt(2)) or float(np.finfo(float).tiny)


def _straight(spectrum: FloatArray, chosen: BoolArray) -> FloatArray:
    """Return a straight line through the chosen channels, after leaving out the farthest tenth on each side."""
    x = np.arange(len(spectrum), dtype=float)
    line = np.polynomial.Polynomial.fit(x[chosen], spectrum[chosen], 1)
    residual = spectrum - line(x)
    low, high = np.percentile(residual[chosen], [10, 90])
    inner = chosen & (residual >= low) & (residual <= high)
    if np.count_nonzero(inner) > LAG:
        line = np.polynomial.Polynomial.fit(x[inner], spectrum[inner], 1)
    # The trimmed fit has the slope; the median of all that is left sets the level.
    level = float(np.median((spectrum - line(x))[chosen]))
    return np.asarray(line(x) + level)


def _outliers(residual: FloatArray, is_good: BoolArray, *, sigma: float, width: int) -> BoolArray:
    """Return the channels of boxes whose mean is beyond the clip."""
    if width > len(residual) // 4:
        return np.zeros(len(residual), dtype=bool)
    values = np.where(is_good, residual, 0.0)
    box = np.ones(width)
    number = np.convolve(is_good.astype(float), box, mode="valid")
    means = np.convolve(values, box, mode="valid") / np.maximum(number, 1)
    # Neighbours are correlated by the Hanning smoothing: a box of n channels has n / 2 independent ones and a bit.
    limit = LINE_CLIP.value * sigma * np.sqrt(min(1.0, 2.0 / (width + 1)))
    beyond = (np.abs(means) > limit) & (number >= width / 2)
    found = np.convolve(beyond.astype(float), box, mode="full") > 0
    # A box reaches beyond a narrow line: only the channels that share in it count.
    return np.asarray(found & is_good & (np.abs(residual) > limit / 2))


def _smoothed(values: FloatArray, width: int) -> FloatArray:
    kernel = np.ones(2 * width + 1) / (2 * width + 1)
    return np.convolve(np.pad(values, width, mode="edge"), kernel, mode="valid")
