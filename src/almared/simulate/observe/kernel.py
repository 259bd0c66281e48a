"""The inner loop: antenna spectra to correlation coefficients with noise, smoothed and rounded to integers.

The noise of a value depends only on the stream's key and the value's index (SplitMix64 over a counter, then
Box and Muller), so the bytes are the same for any number of threads.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf_layout import baseline_pairs


def cache_directory() -> Path:
    """Return the directory of compiled code: ``almared/numba`` below the user's cache directory."""
    base = os.environ.get("NUMBA_CACHE_DIR")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "almared" / "numba"


numba.config.CACHE_DIR = os.fspath(cache_directory())  # type: ignore[attr-defined]

TWO_PI = np.float32(2.0 * math.pi)
UNIT = np.float32(2.0**-32)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """Layout of the value axis of a file (window, channel, product), and how it is stored.

    Parameters
    ----------
    starts, channels, products : ndarray of int64, shape (window,)
        First value, number of channels and of products of each window.
    trims : ndarray of int64, shape (window,)
        Channels at each edge that the channel average leaves out.
    scale, noise : ndarray of float32, shape (value,)
        Integer steps per coefficient; thermal rms of each part before smoothing, 0 for none.
    is_smooth : bool
        Whether the correlator smooths with a Hanning window.
    """

    starts: NDArray[np.int64]
    channels: NDArray[np.int64]
    products: NDArray[np.int64]
    trims: NDArray[np.int64]
    scale: NDArray[np.float32]
    noise: NDArray[np.float32]
    is_smooth: bool

    @property
    def n_values(self) -> int:
        """Length of the value axis."""
        return int(self.scale.size)

    @property
    def n_averages(self) -> int:
        """Values of the channel averages: window, product."""
        return int(self.products.sum())


@numba.njit(cache=True, nogil=True)
def _mixed(z: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True, nogil=True)
def _add_noise(row: Any, noise: Any, key: np.uint64) -> None:  # pragma: no cover - compiled
    for v in range(row.size):
        z = _mixed(key + np.uint64(v + 1) * GOLDEN)
        first = np.float32((z >> np.uint64(32)) + np.uint64(1)) * UNIT
        angle = np.float32(z & np.uint64(0xFFFFFFFF)) * UNIT * TWO_PI
        size = noise[v] * math.sqrt(np.float32(-2.0) * math.log(first))
        row[v] += np.complex64(complex(size * math.cos(angle), size * math.sin(angle)))


@numba.njit(cache=True, nogil=True)
def _smooth(row: Any, start: int, n_channels: int, step: int) -> None:  # pragma: no cover - compiled
    quarter, half = np.float32(0.25), np.float32(0.5)
    for p in range(step):
        before = row[start + step + p]
        for c in range(n_channels):
            v = start + c * step + p
            here = row[v]
            after = row[v + step] if c + 1 < n_channels else before
            row[v] = quarter * (before + after) + half * here
            before = here


@numba.njit(cache=True, nogil=True)
def _store(row: Any, scale: Any, out: Any) -> None:  # pragma: no cover - compiled
    for v in range(row.size):
        value = row[v]
        out[v, 0] = round(value.real * scale[v])
        out[v, 1] = round(value.imag * scale[v])


@numba.njit(cache=True, nogil=True)
def _average(row: Any, layout: Any, averages: Any) -> None:  # pragma: no cover - compiled
    place = 0
    for w in range(layout.shape[1]):
        start, n_channels, step, trim = layout[0, w], layout[1, w], layout[2, w], layout[3, w]
        for p in range(step):
            total = 0j
            for c in range(trim, n_channels - trim):
                total += row[start + c * step + p]
            averages[place] = total / (n_channels - 2 * trim)
            place += 1


@numba.njit(cache=True, nogil=True)
def _correlate(inputs: Any, axis: Any, place: Any, outputs: Any) -> None:  # pragma: no cover - compiled
    spectra, sky, pairs = inputs
    layout, scale, noise, is_smooth, is_noisy = axis
    first_row, end_row, key = place
    out, averages = outputs
    n_baselines = pairs.shape[0]
    row = np.empty(scale.size, np.complex64)
    for r in range(first_row, end_row):
        t, b = r // n_baselines, r % n_baselines
        one, two = spectra[t, pairs[b, 0]], spectra[t, pairs[b, 1]]
        source = sky[min(t, sky.shape[0] - 1), min(b, sky.shape[1] - 1)]
        for v in range(row.size):
            row[v] = source[v] * one[v] * np.conj(two[v])
        if is_noisy:
            _add_noise(row, noise, _mixed(key + np.uint64(r + 1) * MIX_2))
        if is_smooth:
            for w in range(layout.shape[1]):
                _smooth(row, layout[0, w], layout[1, w], layout[2, w])
        _store(row, scale, out[t, b])
        _average(row, layout, averages[t, b])


@numba.njit(cache=True, nogil=True)
def _ramps(first: Any, step: Any, out: Any) -> None:  # pragma: no cover - compiled
    for r in range(first.size):
        phasor = complex(math.cos(first[r]), math.sin(first[r]))
        turn = complex(math.cos(step[r]), math.sin(step[r]))
        for c in range(out.shape[1]):
            out[r, c] = phasor
            phasor *= turn


def phase_ramps(delays_s: NDArray[np.float64], frequency_hz: NDArray[np.float64]) -> NDArray[np.complex64]:
    """Return ``exp(2 pi i delay frequency)`` on an even frequency grid.

    Parameters
    ----------
    delays_s : ndarray of float, s
        Any shape.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Evenly spaced.

    Returns
    -------
    ndarray of complex64, shape (*delays, frequency)
    """
    width = frequency_hz[1] - frequency_hz[0] if frequency_hz.size > 1 else 0.0
    turns = np.ascontiguousarray(delays_s, dtype=np.float64).reshape(-1) * 2.0 * np.pi
    out = np.empty((turns.size, frequency_hz.size), np.complex64)
    _ramps(turns * frequency_hz[0], turns * width, out)
    return out.reshape(*delays_s.shape, frequency_hz.size)


def correlate(
    spectra: NDArray[np.complex64], sky: NDArray[np.complex64], *, axis: ValueAxis, key: int, dtype: str
) -> tuple[NDArray[Any], NDArray[np.complex64]]:
    """Return scaled integers and channel averages of all baselines; runs in parallel with other threads.

    Parameters
    ----------
    spectra : ndarray of complex64, shape (time, antenna_name, value)
        All antenna-based factors, in square roots of correlation coefficient per jansky.
    sky : ndarray of complex64, Jy, shape (time or 1, baseline or 1, value)
        Source visibilities.
    axis : ValueAxis
        Windows, scales and noise of the value axis.
    key : int
        Of the noise stream of these integrations.
    dtype : str
        Integer type of the file.

    Returns
    -------
    tuple of ndarray
        Integers (time, baseline, value, 2) and complex64 averages (time, baseline, window and product).
    """
    pairs = np.array(baseline_pairs(spectra.shape[1]), dtype=np.int64)
    n_rows = spectra.shape[0] * pairs.shape[0]
    out = np.empty((spectra.shape[0], pairs.shape[0], axis.n_values, 2), dtype)
    averages = np.empty((*out.shape[:2], axis.n_averages), np.complex64)
    layout = np.stack((axis.starts, axis.channels, axis.products, axis.trims))
    settings = (layout, axis.scale, axis.noise, axis.is_smooth, bool(axis.noise.any()))
    _correlate((spectra, sky, pairs), settings, (0, n_rows, np.uint64(key)), (out, averages))
    return out, averages
