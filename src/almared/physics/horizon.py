"""Elevations of sources above the array, and antennas on the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.model import ExecutionBlock
from almared.physics.directions import azimuth_elevation_rad, local_axes, site_of

FloatArray = NDArray[np.float64]


def elevations_of_scans(eb: ExecutionBlock) -> dict[int, float]:
    """Return the elevation (deg) of the first field of each scan at mid-scan, by scan number; no moving sources."""
    scans = [scan for scan in eb.scans if not eb.fields[scan.field_ids[0]].is_ephemeris]
    times = np.array([(scan.start_mjd_s + scan.end_mjd_s) / 2 for scan in scans])
    directions = np.array([eb.fields[scan.field_ids[0]].direction_rad for scan in scans]).reshape(-1, 2)
    found = elevation_deg(eb, directions, mjd_s=times)
    return {scan.number: float(value) for scan, value in zip(scans, found, strict=True)}


def elevation_deg(eb: ExecutionBlock, directions_rad: FloatArray, *, mjd_s: FloatArray) -> FloatArray:
    """Return elevations of fixed directions, good to 0.15 deg until 2030 (precession is left out).

    Parameters
    ----------
    eb : ExecutionBlock
        Its antennas give the site.
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
        Its antennas give the site.
    directions_rad : ndarray of float, rad, shape (time, 2)
        Right ascension and declination (ICRS).
    mjd_s : ndarray of float, s, shape (time,)
        MJD seconds UTC.
    """
    middle = np.mean([antenna.position_m for antenna in eb.antennas], axis=0)
    azimuth, elevation = azimuth_elevation_rad(directions_rad, mjd_s, site_rad=site_of(middle))
    return np.asarray(np.rad2deg(azimuth) % 360.0), np.asarray(np.rad2deg(elevation))


def east_north_up_m(positions_m: FloatArray) -> FloatArray:
    """Return positions relative to their mean on the local east, north and up axes.

    Parameters
    ----------
    positions_m : ndarray of float, m, shape (antenna, 3)
        Geocentric (ITRF).

    Returns
    -------
    ndarray of float, m, shape (antenna, 3)
    """
    middle = positions_m.mean(axis=0)
    return np.asarray((positions_m - middle) @ local_axes(site_of(middle)).T)
