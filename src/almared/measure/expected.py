"""What an image can be expected to show: cell, size, primary beam, rms (domain C.3, target check and expected rms)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from almared.heuristics.calibration.sensitivity import CORRELATOR_EFFICIENCY
from almared.heuristics.thresholds.report import QUICK_CELL, QUICK_FIELD
from almared.physics.bands import NOMINAL_TSYS_K, nearest_band
from almared.physics.constants import GHZ

IMAGE_SIZES = (128, 216, 256, 360, 432, 640, 800, 1000, 1296, 1600, 2048)
"""Sizes of images that are fast to transform (domain C.3)."""

CELLS_ARCSEC = (0.05, 0.01, 0.005, 0.001, 0.0005)
"""Steps to which cells are rounded down (domain C.3)."""

REFERENCE_ANTENNAS = 16
REFERENCE_BANDWIDTH_HZ = 8e9
REFERENCE_SECONDS = 60.0
"""One minute with 16 antennas of 12 m, two polarisations and 8 GHz."""


RMS_JY = {3: 0.20e-3, 4: 0.24e-3, 5: 0.37e-3, 6: 0.27e-3, 7: 0.50e-3, 8: 1.29e-3, 9: 5.32e-3, 10: 8.85e-3}
"""Receiver band -> rms (Jy) that the reference array reaches at the nominal system temperature (domain C.3)."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What decides how deep an image of one window goes.

    Parameters
    ----------
    frequency_hz, bandwidth_hz : float, Hz
        Mean frequency and width over which data are averaged.
    tsys_k : float, K
        Median system temperature.
    seconds : float, s
        Time on a pointing.
    n_antennas : int
        Antennas with data.
    diameter_m : float, m
        Of their dishes.
    n_polarizations : int
        One or two.
    """

    frequency_hz: float
    bandwidth_hz: float
    tsys_k: float
    seconds: float
    n_antennas: int
    diameter_m: float = 12.0
    n_polarizations: int = 2


def expected_rms_jy(window: Sensitivity) -> float:
    """Return the rms (Jy/beam) that an image of one window should have.

    References
    ----------
    domain.md C.3: the reference of the band scaled with Tsys, time, bandwidth, polarisations and dish; with the number
    of baselines, sqrt(N (N - 1)), where the old report had N.
    """
    band = max(nearest_band(window.frequency_hz), min(RMS_JY))
    baselines = REFERENCE_ANTENNAS * (REFERENCE_ANTENNAS - 1) / max(window.n_antennas * (window.n_antennas - 1), 1)
    samples = REFERENCE_SECONDS / window.seconds * REFERENCE_BANDWIDTH_HZ / window.bandwidth_hz
    polarizations = 2.0 / window.n_polarizations
    dish = (12.0 / window.diameter_m) ** 2
    scale = np.sqrt(baselines * samples * polarizations) * dish
    return float(RMS_JY[band] * window.tsys_k / NOMINAL_TSYS_K[band] * scale)


def weighted_rms_jy(weights_jy: float, *, channel_width_hz: float, effective_bandwidth_hz: float) -> float:
    """Return the rms (Jy/beam) that an image should have, from what CASA makes of the weights.

    Parameters
    ----------
    weights_jy : float, Jy/beam
        One over the root of the sum of the weights.
    channel_width_hz, effective_bandwidth_hz : float, Hz
        Of the channels.

    References
    ----------
    CASA's weights count each channel with its effective bandwidth, as if neighbouring ones were independent (domain
    C.3, note on Hanning's 2.667 channels), and leave out the efficiency of the correlator.
    """
    overlap = max(effective_bandwidth_hz / channel_width_hz, 1.0)
    return float(weights_jy * np.sqrt(overlap) / CORRELATOR_EFFICIENCY)


def combined_rms(values: Iterable[float]) -> float:
    """Return the rms of the weighted mean of independent images (inverse variances)."""
    return float(1.0 / np.sqrt(sum(1.0 / value**2 for value in values)))


def choose_cell_arcsec(longest_m: float, frequency_hz: float) -> float:
    """Return the cell (arcsec) for an array, rounded down to a plain number.

    Parameters
    ----------
    longest_m : float, m
        Longest baseline with data.
    frequency_hz : float, Hz
        Frequency.

    References
    ----------
    domain.md C.3: 15000 / (longest baseline x GHz) rounded down to 0.05 (above 0.2), 0.01, 0.005, 0.001 or 0.0005.
    """
    cell = QUICK_CELL.value / (longest_m * frequency_hz / GHZ)
    # A cell keeps at least a fourth of its size when it is rounded down.
    step = next((s for s in CELLS_ARCSEC if cell > 4 * s), CELLS_ARCSEC[-1])
    return max(round(float(np.floor(cell / step + 1e-9)) * step, 6), CELLS_ARCSEC[-1])


def choose_image_size(cell_arcsec: float, beam_arcsec: float) -> int:
    """Return the first size (pixels) above one and a half primary beams, the largest when none is (domain C.3)."""
    wanted = QUICK_FIELD.value * beam_arcsec / cell_arcsec
    return next((size for size in IMAGE_SIZES if size > wanted), IMAGE_SIZES[-1])
