"""Where sources stood above the array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.model import ExecutionBlock

FloatArray = NDArray[np.float64]

GMST_AT_MJD_51544_5_TURNS = 0.7790572732640
SIDEREAL_RATIO = 1.00273781191135448
"""Earth rotation angle (IERS Conventions 2010, eq. 5.15)."""


def elevations_of_scans(eb: ExecutionBlock) -> dict[int, float]:
    """Return the elevation (deg) of the first field of each scan at its middle, by scan number; none of moving ones."""
    scans = [scan for scan in eb.scans if not eb.fields[scan.field_ids[0]].is_ephemeris]
    times = np.array([(scan.start_mjd_s + scan.end_mjd_s) / 2 for scan in scans])
    directions = np.array([eb.fields[scan.field_ids[0]].direction_rad for scan in scans]).reshape(-1, 2)
    found = elevation_deg(eb, directions, mjd_s=times)
    return {scan.number: float(value) for scan, value in zip(scans, found, strict=True)}


def elevation_deg(eb: ExecutionBlock, directions_rad: FloatArray, *, mjd_s: FloatArray) -> FloatArray:
    """Return elevations of fixed directions, good to about half a degree (precession is left out).

    Parameters
    ----------
    eb : ExecutionBlock
        Its antennas tell the place.
    directions_rad : ndarray of float, rad, shape (time, 2)
        Right ascension and declination (ICRS).
    mjd_s : ndarray of float, s, shape (time,)
        MJD seconds UTC.

    Returns
    -------
    ndarray of float, deg, shape (time,)
    """
    return azimuth_elevation_deg(eb, directions_rad, mjd_s=mjd_s)[1]


def azimuth_elevation_deg(
    eb: ExecutionBlock, directions_rad: FloatArray, *, mjd_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return azimuths (deg, north over east) and elevations (deg) of fixed directions, as good as `elevation_deg`.

    Parameters
    ----------
    eb : ExecutionBlock
        Its antennas tell the place.
    directions_rad : ndarray of float, rad, shape (time, 2)
        Right ascension and declination (ICRS).
    mjd_s : ndarray of float, s, shape (time,)
        MJD seconds UTC.
    """
    x, y, z = np.mean([antenna.position_m for antenna in eb.antennas], axis=0)
    latitude, longitude = np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)
    turns = GMST_AT_MJD_51544_5_TURNS + SIDEREAL_RATIO * (mjd_s / DAY_S - 51544.5)
    hour_angle = 2 * np.pi * (turns % 1.0) + longitude - directions_rad[:, 0]
    declination = directions_rad[:, 1]
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    azimuth = np.rad2deg(np.arctan2(east, north)) % 360.0
    return np.asarray(azimuth), np.asarray(np.rad2deg(np.arcsin(np.clip(up, -1.0, 1.0))))
