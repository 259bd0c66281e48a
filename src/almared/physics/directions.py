"""Directions on the sky: angles between them, offsets, texts, and azimuth and elevation at a site."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from almared.basics.sexagesimal import sexagesimal_parts
from almared.basics.times import DAY_S
from almared.physics.constants import EARTH_TURNS_AT_J2000, EARTH_TURNS_PER_DAY, J2000_MJD

FloatArray = NDArray[np.float64]
Direction = tuple[float, float]
"""Right ascension and declination, or longitude and latitude (rad)."""


def separation_rad(here: Direction, there: Direction) -> float:
    """Return the angle (rad) between two directions (rad), accurate for very small ones."""
    (ra, dec), (other_ra, other_dec) = here, there
    half = (
        math.sin((dec - other_dec) / 2) ** 2 + math.cos(dec) * math.cos(other_dec) * math.sin((ra - other_ra) / 2) ** 2
    )
    return 2 * math.asin(min(1.0, math.sqrt(half)))


def offset_rad(direction: Direction, centre: Direction) -> Direction:
    """Return the offset east and north (rad) of a direction from a near one (rad), also across 0 h."""
    east = math.remainder(direction[0] - centre[0], 2 * math.pi) * math.cos(centre[1])
    return east, direction[1] - centre[1]


def right_ascension_text(angle_rad: float, *, digits: int) -> str:
    """Return hours, minutes and seconds of a right ascension (rad), ``06:02:12.0000``; never 24 hours."""
    hours, minutes, seconds = sexagesimal_parts(angle_rad % (2 * math.pi) * 12 / math.pi, digits=digits)
    return ":".join(("00" if hours == "24" else hours, minutes, seconds))


def declination_text(angle_rad: float, *, digits: int, separator: str = ":") -> str:
    """Return degrees, minutes and seconds of a declination (rad) with their sign, ``-28:10:30.000``."""
    parts = sexagesimal_parts(abs(angle_rad) * 180 / math.pi, digits=digits)
    return ("-" if angle_rad < 0 else "+") + separator.join(parts)


def direction_text(ra_rad: float, dec_rad: float, *, frame: str) -> str:
    """Return a direction as CASA reads it.

    Examples
    --------
    >>> direction_text(1.5803956376808652, -0.49174651674940234, frame="ICRS")
    'ICRS 06:02:12.00000 -28.10.30.0000'
    """
    # CASA reads a declination with points; with colons it would be in hours.
    return f"{frame} {right_ascension_text(ra_rad, digits=5)} {declination_text(dec_rad, digits=4, separator='.')}"


def azimuth_elevation_rad(
    directions_rad: FloatArray, mjd_s: FloatArray | float, *, site_rad: Direction
) -> tuple[FloatArray, FloatArray]:
    """Return azimuths (rad, north over east, -pi to pi) and elevations (rad), good to 0.15 deg until 2030.

    Precession since J2000, nutation, aberration and refraction are left out.

    Parameters
    ----------
    directions_rad : ndarray of float, rad, shape (..., 2)
        Right ascension and declination (ICRS).
    mjd_s : float or ndarray of float, s, shape (...)
        MJD seconds UTC.
    site_rad : tuple of float, rad
        Longitude and geodetic latitude: along the plumb line, not from the centre of the Earth.

    References
    ----------
    Earth rotation angle of IERS Conventions 2010, equation 5.15.
    """
    longitude, latitude = site_rad
    turns = EARTH_TURNS_AT_J2000 + EARTH_TURNS_PER_DAY * (np.asarray(mjd_s) / DAY_S - J2000_MJD)
    hour_angle = 2 * np.pi * (turns % 1.0) + longitude - directions_rad[..., 0]
    declination = directions_rad[..., 1]
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    return np.asarray(np.arctan2(east, north)), np.asarray(np.arcsin(np.clip(up, -1.0, 1.0)))


def local_axes(site_rad: Direction) -> FloatArray:
    """Return the unit vectors east, north and up of a place (longitude and geodetic latitude, rad) in ITRF as rows."""
    longitude, latitude = site_rad
    east = (-np.sin(longitude), np.cos(longitude), 0.0)
    north = (-np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude))
    up = (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    return np.array([east, north, up])


def site_of(position_m: FloatArray) -> Direction:
    """Return longitude and geodetic latitude (rad, WGS84) of a place (m, ITRF)."""
    import erfa

    longitude, latitude, _ = erfa.gc2gd(1, position_m)
    return float(longitude), float(latitude)
