"""Line-free channels of a spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.imaging.baseline import Noise, first_baseline, measure_noise, next_baseline
from almared.heuristics.thresholds.channels import STRONG_LINE_OPACITY
from almared.heuristics.thresholds.general import ASSUMED_PWV
from almared.heuristics.thresholds.lines import (
    LINE_CLIP,
    LINE_EDGE,
    LINE_GUARD,
    LINE_LEAST_RUN,
    LINE_NOISY_CHANNEL,
    LINE_WINGS,
)
from almared.physics.atmosphere import zenith_opacity
from almared.physics.correlator import INDEPENDENT_LAG

WIDEST = 0.25
"""Fraction of the window: boxes of 1, 2, 4, ... channels up to this are searched for lines."""

ROUNDS = 12
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Ranges = tuple[tuple[int, int], ...]


def find_line_channels(spectrum: FloatArray, is_good: BoolArray) -> BoolArray:
    """Return the channels of a spectrum that deviate from the continuum, with a guard on both sides.

    Parameters
    ----------
    spectrum : ndarray of float, shape (frequency,)
        Amplitudes or real parts.
    is_good : ndarray of bool, shape (frequency,)
        Channels that have data.

    References
    ----------
    domain.md D.2. The continuum is the straight line on which most of the spectrum lies; a line is where the mean over
    1, 2, 4, ... channels is beyond the clip, with adjacent channels as long as they are beyond the limit for wings.
    """
    lines = np.zeros(len(spectrum), dtype=bool)
    if np.count_nonzero(is_good) < 4 * INDEPENDENT_LAG:
        return lines
    noise = measure_noise(spectrum, is_good)
    line = first_baseline(spectrum, is_good, noise=noise)
    for _ in range(ROUNDS):
        before, lines = lines, with_guard(_departures(spectrum - line, is_good, noise=noise))
        free = is_good & ~lines
        if (lines == before).all() or np.count_nonzero(free) < 4 * INDEPENDENT_LAG:
            break
        line = next_baseline(spectrum, free, noise=noise)
    return lines


def _departures(residual: FloatArray, is_good: BoolArray, *, noise: Noise) -> BoolArray:
    """Return the channels of lines, narrow ones first: a wide box would smear a bright narrow line."""
    found = np.zeros(len(residual), dtype=bool)
    width = 1
    while width <= max(1, WIDEST * len(residual)):
        found |= _lines_of_width(residual, is_good & ~found, noise=noise, width=width)
        width *= 2
    return found


def _lines_of_width(residual: FloatArray, usable: BoolArray, *, noise: Noise, width: int) -> BoolArray:
    """Return the channels around which the mean of a box is beyond the clip, with their wings."""
    box = np.ones(width)
    number = np.convolve(usable.astype(float), box, mode="same")
    mean = np.convolve(np.where(usable, residual, 0.0), box, mode="same") / np.maximum(number, 1)
    error = np.hypot(noise.of_mean(number), noise.of_mean(float(np.count_nonzero(usable))))
    ratio = np.where(number >= width / 2, mean / error, 0.0)
    return np.asarray(usable & (_reaching(ratio) | _reaching(-ratio)))


def _reaching(ratio: FloatArray) -> BoolArray:
    """Return the runs above the limit for wings that reach the clip somewhere."""
    found = np.zeros(len(ratio), dtype=bool)
    for first, last in runs(ratio > LINE_WINGS.value):
        if ratio[first : last + 1].max() > LINE_CLIP.value:
            found[first : last + 1] = True
    return found


def find_noisy_channels(noise: FloatArray, is_good: BoolArray) -> BoolArray:
    """Return the channels whose noise is far above that of the window: lines of the atmosphere."""
    if not is_good.any():
        return np.zeros(len(noise), dtype=bool)
    middle = _smoothed(noise, max(1, len(noise) // 32))
    return np.asarray(is_good & (middle > LINE_NOISY_CHANNEL.value * np.median(noise[is_good])))


def find_telluric_channels(frequency_hz: FloatArray) -> BoolArray:
    """Return the channels in strong lines of the atmosphere, with a guard on both sides.

    The residual of such a line after a coarser system temperature looks like a line of the source, or hides one.

    Parameters
    ----------
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels as observed, for a usual amount of water.

    References
    ----------
    domain.md D.2. Ozone, oxygen and water by `almared.formats.catalogues.zenith_opacity`, on a grid of 62.5 MHz.
    """
    opacity = zenith_opacity(frequency_hz, ASSUMED_PWV.value)
    return with_guard(np.asarray(opacity - np.median(opacity) > STRONG_LINE_OPACITY.value))


def with_guard(lines: BoolArray) -> BoolArray:
    """Return the lines with a guard on both sides: part of their width, from two channels to an edge of the window."""
    found = lines.copy()
    for first, last in runs(lines):
        most = LINE_EDGE.value * len(lines)
        guard = max(2, round(min(LINE_GUARD.value * (last - first + 1), most)))
        found[max(0, first - guard) : last + guard + 1] = True
    return found


def line_free_ranges(lines: BoolArray, is_good: BoolArray) -> Ranges:
    """Return the ranges of channels without lines; without edges and short gaps between lines."""
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
    """Return the first and last index of each run of true values."""
    padded = np.concatenate([[False], values, [False]])
    steps = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b) - 1) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _smoothed(values: FloatArray, width: int) -> FloatArray:
    kernel = np.ones(2 * width + 1) / (2 * width + 1)
    return np.convolve(np.pad(values, width, mode="edge"), kernel, mode="valid")
