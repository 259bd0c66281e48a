"""Averaged visibilities to numbers: binned spectra, short baselines, coherence (domain C.2, C.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.report import SHORT_BASELINE_PERCENTILE

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


def bin_channels(
    spectrum: ComplexArray, weight: FloatArray, *, frequency_hz: FloatArray, n_channels: int
) -> tuple[FloatArray, ComplexArray]:
    """Return frequencies and weighted means of neighbouring channels.

    Parameters
    ----------
    spectrum : ndarray of complex, shape (frequency, polarization)
        NaN where there are no data.
    weight : ndarray of float, shape (frequency, polarization)
        Zero where there are no data.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels.
    n_channels : int
        How many channels make one; what is left at the end makes a narrower one.
    """
    starts = np.arange(0, len(frequency_hz), max(n_channels, 1))
    counts = np.diff(np.append(starts, len(frequency_hz)))
    total = np.add.reduceat(weight, starts)
    summed = np.add.reduceat(np.where(weight > 0, spectrum, 0) * weight, starts)
    mean = np.where(total > 0, summed / np.where(total > 0, total, 1), np.nan + 0j)
    return np.add.reduceat(frequency_hz, starts) / counts, mean


def channels_per_bin(n_channels: int, wanted: int) -> int:
    """Return how many channels to average for about the wanted number of points."""
    return max(1, round(n_channels / wanted))


def choose_short_limit_m(lengths_m: FloatArray, longest_m: float) -> float:
    """Return up to which baseline the spectrum of a target is averaged.

    Parameters
    ----------
    lengths_m : ndarray of float, m
        Lengths of the baselines that have data.
    longest_m : float, m
        Limit asked for.

    References
    ----------
    domain.md C.3 target_spectrum, G35: where the shortest baseline is longer than the limit asked for, the 20th
    percentile of the lengths.
    """
    lengths = lengths_m[np.isfinite(lengths_m)]
    if lengths.size and lengths.min() > longest_m:
        return float(np.percentile(lengths, SHORT_BASELINE_PERCENTILE.value))
    return longest_m


def coherent_amplitude(power: FloatArray, noise: FloatArray) -> float:
    """Return the amplitude (Jy) of a point source that no phase noise has diminished.

    Parameters
    ----------
    power : ndarray of float, Jy2
        Mean squared amplitudes of single integrations.
    noise : ndarray of float, Jy2
        The part of them that is noise, from the difference of the polarisations.
    """
    good = np.isfinite(power) & np.isfinite(noise)
    if not good.any():
        return float("nan")
    return float(max(float(np.mean(power[good] - noise[good])), 0.0) ** 0.5)
