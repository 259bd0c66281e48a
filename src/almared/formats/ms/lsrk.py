"""Frequencies at the observatory over those in the local standard of rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.subtables import opened
from almared.physics.constants import (
    AU_PER_DAY_M_S,
    EARTH_TURN_RAD_S,
    LIGHT_M_S,
    MJD_ZERO_JD,
    SOLAR_APEX_J2000_RAD,
    SOLAR_MOTION_M_S,
)

TOPO = 5
"""MEAS_FREQ_REF of frequencies at the observatory."""


def lsrk_factor(direction_rad: tuple[float, float], mjd_s: float, *, position_m: NDArray[np.float64]) -> float:
    """Return frequency in LSRK over frequency at the observatory; good to 5 m/s.

    Parameters
    ----------
    direction_rad : tuple of float, rad, ICRS
        Of the source.
    mjd_s : float, s
        Time, MJD seconds UTC.
    position_m : ndarray of float, m, shape (3,)
        The observatory, ITRF.
    """
    import erfa

    days = mjd_s / DAY_S
    terrestrial = erfa.taitt(*erfa.utctai(MJD_ZERO_JD, days))
    _, barycentric = erfa.epv00(*terrestrial)
    source = erfa.s2c(*direction_rad)
    orbit = float(np.dot(np.asarray(barycentric["v"]) * AU_PER_DAY_M_S, source))
    sun = SOLAR_MOTION_M_S * float(np.dot(erfa.s2c(*SOLAR_APEX_J2000_RAD), source))
    # UT1 is within a second of UTC: 0.03 m/s.
    celestial = np.asarray(erfa.c2t06a(*terrestrial, MJD_ZERO_JD, days, 0.0, 0.0)).T @ np.asarray(position_m)
    spin = np.asarray(erfa.c2t06a(*terrestrial, MJD_ZERO_JD, days, 0.0, 0.0))[2]
    turning = float(np.dot(EARTH_TURN_RAD_S * np.cross(spin, celestial), source))
    speeds = np.array([orbit, sun, turning]) / LIGHT_M_S
    return float(np.prod(np.sqrt((1.0 - speeds) / (1.0 + speeds))))


def lsrk_factors(
    data: OpenMs, direction_rad: tuple[float, float], *, spws: tuple[int, ...], position_m: NDArray[np.float64]
) -> dict[int, tuple[float, float]]:
    """Return per window the smallest and largest factor over its observation; 1 for windows in another frame.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.
    """
    found = {}
    for spw in spws:
        span = _span(data, spw) if data.frequency_frames[spw] == TOPO else None
        times = np.linspace(*span, 9) if span else np.zeros(0)
        values = [lsrk_factor(direction_rad, float(time), position_m=position_m) for time in times] or [1.0]
        found[spw] = (min(values), max(values))
    return found


def _span(data: OpenMs, spw: int) -> tuple[float, float] | None:
    """Return the first and last time of the rows of a window (MJD s), None when it has none."""
    numbers = [n for n, (window, _) in enumerate(data.descriptions) if window == spw]
    with opened(data.path) as main:
        chosen = main.query(f"DATA_DESC_ID in {numbers}", columns="TIME")
        times = chosen.getcol("TIME") if chosen.nrows() else None
        chosen.close()
    return None if times is None else (float(times.min()), float(times.max()))
