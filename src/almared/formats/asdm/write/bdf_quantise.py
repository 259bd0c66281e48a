"""Correlation coefficients as integers of a binary data file, converted in blocks that fit in the processor's cache."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import ScenarioError
from almared.formats.asdm.write.bdf_layout import BdfWindow, CrossType

HIGHEST = {CrossType.INT16: 32767.0, CrossType.INT32: 2147483520.0}
"""Largest value that is stored; for INT32 the largest float32 below 2**31."""

LEAST_STEPS_PER_NOISE = 8.0
"""With this many integer steps per thermal rms the quantisation adds 0.07 % to the noise."""

BLOCK = 1 << 15


def choose_scale(peak: float, cross_type: CrossType = CrossType.INT16) -> float:
    """Return the largest power of two that keeps the peak in range; dividing by it is exact.

    Parameters
    ----------
    peak : float
        Largest real or imaginary part that will be stored.
    cross_type : CrossType
        How crosses are stored; FLOAT32 needs no scale.

    Raises
    ------
    ScenarioError
        The peak is not finite.
    """
    if not math.isfinite(peak):
        raise ScenarioError("the simulated correlations hold values that are not finite", where="crossData")
    if cross_type is CrossType.FLOAT32 or peak <= 0:
        return 1.0
    return 2.0 ** math.floor(math.log2(HIGHEST[cross_type] / peak))


def choose_storage(peak: float, noise_rms: float) -> tuple[CrossType, float]:
    """Return type and scale that keep the quantisation noise far below the thermal noise.

    Parameters
    ----------
    peak : float
        Largest real or imaginary part.
    noise_rms : float
        Thermal rms of the real part; 0 when there is none.

    Raises
    ------
    ScenarioError
        The peak is not finite.
    """
    scale = choose_scale(peak, CrossType.INT16)
    if scale * noise_rms >= LEAST_STEPS_PER_NOISE:
        return CrossType.INT16, scale
    return CrossType.INT32, choose_scale(peak, CrossType.INT32)


def quantisation_noise(scale: float) -> float:
    """Return the rms that rounding adds to each real and imaginary part, in units of the coefficients."""
    return 1.0 / (scale * math.sqrt(12.0))


def window_peaks(cross: NDArray[np.complex64], windows: tuple[BdfWindow, ...]) -> tuple[float, ...]:
    """Return the largest real or imaginary part of each window.

    Parameters
    ----------
    cross : ndarray of complex64, shape (time, baseline, value)
        Correlation coefficients in file order.
    windows : tuple of BdfWindow
        The windows whose values follow each other along the last axis.
    """
    ends = np.cumsum([0, *(2 * w.n_values for w in windows)])
    real = np.ascontiguousarray(cross).view(np.float32)
    return tuple(
        float(max(real[..., a:b].max(initial=0.0), -real[..., a:b].min(initial=0.0))) for a, b in pairwise(ends)
    )


def quantise(cross: NDArray[np.complex64], scales: NDArray[np.float32], *, cross_type: CrossType) -> NDArray[Any]:
    """Return the stored numbers, real and imaginary part one after the other.

    Parameters
    ----------
    cross : ndarray of complex64, shape (row, value)
        Correlation coefficients.
    scales : ndarray of float32, shape (value,)
        Scale factor of each value.
    cross_type : CrossType
        How they are stored.

    Returns
    -------
    ndarray, shape (row, 2 * value)
        In the type of `cross_type`.

    Raises
    ------
    ScenarioError
        A value is not finite or exceeds the range of the type.
    """
    real = np.ascontiguousarray(cross, dtype=np.complex64).view(np.float32)
    factors = np.repeat(scales, 2)
    stored = np.empty(real.shape, dtype=cross_type.dtype)
    rows = max(1, BLOCK // max(1, real.shape[1]))
    for first in range(0, real.shape[0], rows):
        block = real[first : first + rows] * factors
        _require_range(block, cross_type)
        if cross_type is not CrossType.FLOAT32:
            np.rint(block, out=block)
        stored[first : first + rows] = block
    return stored


def _require_range(block: NDArray[np.float32], cross_type: CrossType) -> None:
    low, high = float(block.min(initial=0.0)), float(block.max(initial=0.0))
    most = HIGHEST.get(cross_type, math.inf)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ScenarioError("the simulated correlations hold values that are not finite", where="crossData")
    if low < -most or high > most:
        raise ScenarioError(
            f"scaled correlations reach {max(-low, high):.6g}, beyond what {cross_type.value} stores",
            where="crossData",
            repair="use a smaller scale factor (almared.formats.asdm.write.bdf_quantise.choose_scale)",
        )
