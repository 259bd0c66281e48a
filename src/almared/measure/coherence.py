"""Phase noise before and after the correction by the water-vapour radiometers (domain C.3, WVR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.report import WVR_OUTLIER_MADS
from almared.physics.robust import find_outliers, median, median_absolute_deviation

FloatArray = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PhaseNoise:
    """Phase scatter of one antenna against the reference antenna, without and with the radiometers.

    Parameters
    ----------
    antenna : str
        Its name.
    distance_m : float, m
        From the reference antenna.
    before_deg, after_deg : float, deg
        Standard deviation of the unwrapped phases; NaN where there are no phases.
    """

    antenna: str
    distance_m: float
    before_deg: float
    after_deg: float

    @property
    def ratio_percent(self) -> float:
        """Scatter after in per cent of that before; NaN where there was none (the reference antenna)."""
        return 100.0 * self.after_deg / self.before_deg if self.before_deg > 0 else float("nan")

    @property
    def coherence_before(self) -> float:
        """Coherence without the correction (0 to 1)."""
        return coherence(self.before_deg)

    @property
    def coherence_after(self) -> float:
        """Coherence with the correction (0 to 1)."""
        return coherence(self.after_deg)

    @property
    def is_improved(self) -> bool:
        """Whether the scatter is not larger after the correction; an antenna without phases is not judged."""
        return not self.after_deg > self.before_deg


def coherence(phase_rms_deg: float) -> float:
    """Return what phase noise leaves of an amplitude, exp(-sigma^2 / 2).

    References
    ----------
    Thompson, Moran & Swenson, sect. 13.1; domain.md C.3, J13: the old report's cos^2 of the rms is wrong.
    """
    return float(np.exp(-(np.deg2rad(phase_rms_deg) ** 2) / 2))


def unwrapped_deg(gains: Array) -> FloatArray:
    """Return the phases (deg) of a series of gains, each nearest to the one before; NaN where the gain is not finite.

    Parameters
    ----------
    gains : ndarray of complex, shape (time,)
        Solutions in order of time, NaN where flagged.
    """
    phases = np.full(len(gains), np.nan)
    good = np.isfinite(gains)
    phases[good] = np.rad2deg(np.unwrap(np.angle(gains[good])))
    return phases


def measure_phase_rms_deg(gains: Array) -> float:
    """Return the standard deviation (deg) of the unwrapped phases of a series of gains; NaN for fewer than two."""
    phases = unwrapped_deg(gains)
    phases = phases[np.isfinite(phases)]
    return float(phases.std()) if phases.size > 1 else float("nan")


def find_wvr_outliers(noises: Sequence[PhaseNoise]) -> tuple[str, ...]:
    """Return the antennas whose ratio of phase noise stands apart from the others', upwards.

    References
    ----------
    domain.md C.3: more than 5 median absolute deviations from the median.
    """
    ratios = np.array([noise.ratio_percent for noise in noises])
    limit = WVR_OUTLIER_MADS.value
    apart = find_outliers(ratios, limit, deviation=median_absolute_deviation(ratios))
    high = ratios > median(ratios)
    return tuple(noise.antenna for noise, is_bad in zip(noises, apart & high, strict=True) if is_bad)


def median_improvement(noises: Sequence[PhaseNoise]) -> float:
    """Return the median ratio (per cent) of phase noise after and before."""
    return median(np.array([noise.ratio_percent for noise in noises]))
