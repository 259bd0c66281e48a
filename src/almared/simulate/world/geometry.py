"""Source directions and projected baselines, with erfa and the earth orientation of casadata.

References
----------
asdm-facts 4: the uvw of the MS are position(ANTENNA1) - position(ANTENNA2), and a source at (l, m) has the
phase ``+2 pi (u l + v m) nu / c``.
This is the truth: formulas like those of ``physics.directions`` are kept independent (docs/decisions/038).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.formats.measures import measures_in_use
from almared.physics.constants import ARCSEC_RAD, MJD_ZERO_JD
from almared.simulate.world.array import enu_axes

FloatArray = NDArray[np.float64]

STEP_RAD = 1e-5
"""Step of the numerical derivative that gives the axes of the tangent plane."""


@dataclass(frozen=True, slots=True)
class EarthOrientation:
    """UT1 - UTC (s) and polar motion (rad) on a day."""

    dut1_s: float
    x_rad: float
    y_rad: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The tangent plane of a direction at some times, axes in ITRF.

    Parameters
    ----------
    u, v, w : ndarray of float, shape (time, 3)
        Unit vectors east, north and towards the source.
    """

    u: FloatArray
    v: FloatArray
    w: FloatArray

    def azimuth_elevation(self) -> tuple[FloatArray, FloatArray]:
        """Return azimuth (rad, north over east) and elevation (rad), shape (time,)."""
        east, north, up = (self.w @ enu_axes().T).T
        return np.arctan2(east, north), np.arcsin(up)

    def uvw(self, baselines_m: FloatArray) -> FloatArray:
        """Return the baselines as seen from the source.

        Parameters
        ----------
        baselines_m : ndarray of float, m, shape (baseline_id, 3)
            position(antenna 1) - position(antenna 2), ITRF.

        Returns
        -------
        ndarray of float, m, shape (time, baseline_id, 3)
        """
        axes = np.stack((self.u, self.v, self.w), axis=1)
        return np.asarray(np.einsum("tkx,bx->tbk", axes, baselines_m))


def read_earth_orientation(mjd: float) -> EarthOrientation:
    """Return the orientation of the earth at a date (MJD) from CASA's own table; zero outside its range."""
    from casacore.tables import table

    with table(str(measures_in_use().path / "geodetic" / "IERSeop2000"), ack=False) as rows:
        days = rows.getcol("MJD")
        if not days[0] <= mjd <= days[-1]:
            return EarthOrientation(0.0, 0.0, 0.0)
        dut1, x, y = (float(np.interp(mjd, days, rows.getcol(name))) for name in ("dUT1", "x", "y"))
    return EarthOrientation(dut1, x * ARCSEC_RAD, y * ARCSEC_RAD)


def make_frame(
    ra_rad: float | FloatArray, dec_rad: float | FloatArray, *, mjd_s: FloatArray, earth: EarthOrientation
) -> Frame:
    """Return the tangent plane at an ICRS direction.

    Parameters
    ----------
    ra_rad, dec_rad : float or ndarray, rad
        ICRS direction, shape () or (time,).
    mjd_s : ndarray of float, s
        MJD seconds UTC.
    earth : EarthOrientation
        Of the day.
    """
    ra, dec = (np.broadcast_to(np.asarray(x, dtype=float), mjd_s.shape) for x in (ra_rad, dec_rad))
    turning = _EarthRotation(mjd_s, earth)
    w = turning.apparent(ra, dec)
    u = turning.apparent(ra + STEP_RAD / np.cos(dec), dec) - w
    v = turning.apparent(ra, dec + STEP_RAD) - w
    u = _normalised(u - _along(u, w))
    v = _normalised(v - _along(v, w) - _along(v, u))
    return Frame(u, v, w)


class _EarthRotation:
    """The turning earth; aberration and precession are those of the middle of the times (an hour moves 0.01 arcsec)."""

    def __init__(self, mjd_s: FloatArray, earth: EarthOrientation) -> None:
        import erfa

        utc = mjd_s / DAY_S
        tt = erfa.taitt(*erfa.utctai(MJD_ZERO_JD, 0.5 * (utc.min() + utc.max())))
        self.astrometry, _ = erfa.apci13(*tt)
        self.angle = erfa.era00(MJD_ZERO_JD, utc + earth.dut1_s / DAY_S)
        self.wobble = np.asarray(erfa.pom00(earth.x_rad, earth.y_rad, 0.0))

    def apparent(self, ra: FloatArray, dec: FloatArray) -> FloatArray:
        """Return unit vectors in ITRF of the apparent (aberrated) direction, shape (time, 3)."""
        import erfa

        ri, di = erfa.atciqz(ra, dec, self.astrometry)
        return np.asarray(erfa.s2c(ri - self.angle, di) @ self.wobble.T, dtype=float)


def sidereal_time(mjd_s: float, longitude_rad: float, *, earth: EarthOrientation) -> float:
    """Return the apparent local sidereal time (rad)."""
    import erfa

    utc = mjd_s / DAY_S
    tt = erfa.taitt(*erfa.utctai(MJD_ZERO_JD, utc))
    gst = erfa.gst06a(MJD_ZERO_JD, utc + earth.dut1_s / DAY_S, *tt)
    return float((gst + longitude_rad) % (2.0 * np.pi))


def tangent_offsets(ra_rad: float, dec_rad: float, *, centre: tuple[float, float]) -> tuple[float, float, float]:
    """Return direction cosines l, m and n - 1 of a direction seen from a phase centre (rad)."""
    delta = ra_rad - centre[0]
    sin0, cos0 = np.sin(centre[1]), np.cos(centre[1])
    sin1, cos1 = np.sin(dec_rad), np.cos(dec_rad)
    east = cos1 * np.sin(delta)
    north = sin1 * cos0 - cos1 * sin0 * np.cos(delta)
    towards = sin1 * sin0 + cos1 * cos0 * np.cos(delta)
    return float(east), float(north), float(towards - 1.0)


def shifted(direction: tuple[float, float], offset: tuple[float, float]) -> tuple[float, float]:
    """Return the direction at a tangent-plane offset (east, north; rad) from another."""
    ra, dec = direction
    x, y = offset
    along = np.cos(dec) - y * np.sin(dec)
    new_ra = ra + np.arctan2(x, along)
    new_dec = np.arctan2(y * np.cos(dec) + np.sin(dec), np.hypot(x, along))
    return float(new_ra % (2.0 * np.pi)), float(new_dec)


def _along(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    return np.asarray(np.sum(vectors * axis, axis=-1, keepdims=True) * axis)


def _normalised(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
