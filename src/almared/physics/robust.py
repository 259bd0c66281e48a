"""Medians and deviations that are robust against a few bad values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

GAUSSIAN_SIGMA_PER_MAD = 1.4826
"""Standard deviation of a Gaussian in units of its median absolute deviation."""


def median(values: FloatArray) -> float:
    """Return the median of the finite values; NaN where there is none."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")


def median_absolute_deviation(values: FloatArray) -> float:
    """Return the median distance of the finite values from their median; NaN where there is none."""
    return median(np.abs(values - median(values)))


def robust_sigma(values: FloatArray) -> float:
    """Return the standard deviation of the bulk of the values, from their median absolute deviation."""
    return GAUSSIAN_SIGMA_PER_MAD * median_absolute_deviation(values)


def find_outliers(values: FloatArray, n_deviations: float, *, deviation: float, least: float = 0.0) -> BoolArray:
    """Return which values are outliers from their median.

    Parameters
    ----------
    values : ndarray of float
        NaN where there is none: never an outlier.
    n_deviations : float
        Threshold, in deviations.
    deviation : float
        One deviation, in the unit of the values.
    least : float
        Distance, in the unit of the values, below which nothing is an outlier: for a few similar values the deviation
        can be tiny.
    """
    distance = np.abs(values - median(values))
    with np.errstate(invalid="ignore"):
        return np.asarray((distance > n_deviations * deviation) & (distance > least))
