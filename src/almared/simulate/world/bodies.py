"""Solar-System bodies from casadata: where they are, how large and how bright.

References
----------
The tables of JPL-Horizons positions and of brightness temperatures are those that setjy's standard
``Butler-JPL-Horizons 2012`` reads (ALMA memo 594); evaluated here independently of
``physics.bodies`` (docs/decisions/038).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.errors import ScenarioError
from almared.formats.measures import casadata_path
from almared.physics.constants import (
    ASTRONOMICAL_UNIT_M,
    BACKGROUND_K,
    BOLTZMANN_J_K,
    JANSKY_W_M2_HZ,
    LIGHT_M_S,
    PLANCK_J_S,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Body:
    """A body's ephemeris and model.

    Parameters
    ----------
    name : str
        Such as ``Titan``.
    mjd : ndarray of float, d, shape (time,)
        Times of the table (UTC).
    ra_rad, dec_rad, distance_m, velocity_m_s : ndarray of float, shape (time,)
        Geocentric position (ICRS), distance and radial velocity.
    radii_m : tuple of float, m
        Equatorial and polar radius.
    model : tuple of ndarray
        Frequencies (Hz) and brightness temperatures (K).
    """

    name: str
    mjd: FloatArray
    ra_rad: FloatArray
    dec_rad: FloatArray
    distance_m: FloatArray
    velocity_m_s: FloatArray
    radii_m: tuple[float, float]
    model: tuple[FloatArray, FloatArray]

    def direction(self, mjd_s: float | FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return right ascension and declination (rad, ICRS) at times (MJD seconds UTC)."""
        return self._at(self.ra_rad, mjd_s), self._at(self.dec_rad, mjd_s)

    def distance(self, mjd_s: float) -> float:
        """Return the distance (m) at a time."""
        return float(self._at(self.distance_m, mjd_s))

    def velocity(self, mjd_s: float) -> float:
        """Return the radial velocity (m/s) at a time."""
        return float(self._at(self.velocity_m_s, mjd_s))

    def diameter_rad(self, mjd_s: float) -> float:
        """Return the apparent diameter (rad): geometric mean of equatorial and polar."""
        return 2.0 * float(np.sqrt(self.radii_m[0] * self.radii_m[1])) / self.distance(mjd_s)

    def flux_table(self, mjd_s: float) -> tuple[FloatArray, FloatArray]:
        """Return frequencies (Hz) and flux densities (Jy) above the cosmic background at a time."""
        frequency, brightness = self.model
        solid_angle = 0.25 * np.pi * self.diameter_rad(mjd_s) ** 2
        excess = _planck(frequency, brightness) - _planck(frequency, np.full_like(frequency, BACKGROUND_K))
        return frequency, np.asarray(excess * solid_angle / JANSKY_W_M2_HZ)

    def _at(self, values: FloatArray, mjd_s: float | FloatArray) -> FloatArray:
        from scipy.interpolate import CubicSpline

        return np.asarray(CubicSpline(self.mjd, values)(np.asarray(mjd_s) / DAY_S))


def read_body(name: str, mjd_s: float) -> Body:
    """Return a body from the tables of casadata that cover a date.

    Raises
    ------
    ScenarioError
        No ephemeris covers the date, or there is no model.
    """
    model = casadata_path() / "alma" / "SolarSystemModels" / f"{name}_Tb.dat"
    if not model.is_file():
        raise ScenarioError("casadata has no model of this body", where=name, repair="name one like Titan or Uranus")
    frequency_ghz, brightness = np.loadtxt(model, unpack=True)
    path = _ephemeris(name, mjd_s / DAY_S)
    return _read(name, path, mjd=mjd_s / DAY_S, model=(frequency_ghz * 1e9, brightness))


def _ephemeris(name: str, mjd: float) -> Path:
    folder = casadata_path() / "ephemerides" / "JPL-Horizons"
    for path in sorted(folder.glob(f"{name}_*dUTC*.tab"), reverse=True):
        first, last = path.name.split("_")[1].split("dUTC")[0].split("-")
        if float(first) < mjd < float(last):
            return path
    raise ScenarioError("casadata has no ephemeris of this body at the date", where=f"{name}, MJD {mjd:.0f}")


def _read(name: str, path: Path, *, mjd: float, model: tuple[FloatArray, FloatArray]) -> Body:
    from casacore.tables import table

    with table(str(path), ack=False) as rows:
        near = np.flatnonzero(np.abs(rows.getcol("MJD") - mjd) < 10.0)
        columns = {key: rows.getcol(key)[near] for key in ("MJD", "RA", "DEC", "Rho", "RadVel")}
        radii = rows.getkeyword("radii")["value"]
    return Body(
        name=name,
        mjd=columns["MJD"],
        ra_rad=np.unwrap(np.deg2rad(columns["RA"])),
        dec_rad=np.deg2rad(columns["DEC"]),
        distance_m=columns["Rho"] * ASTRONOMICAL_UNIT_M,
        velocity_m_s=columns["RadVel"] * ASTRONOMICAL_UNIT_M / DAY_S,
        radii_m=(500.0 * float(radii[0] + radii[1]), 1000.0 * float(radii[2])),
        model=model,
    )


def _planck(frequency_hz: FloatArray, temperature_k: FloatArray) -> FloatArray:
    exponent = PLANCK_J_S * frequency_hz / (BOLTZMANN_J_K * temperature_k)
    return np.asarray(2.0 * PLANCK_J_S * frequency_hz**3 / LIGHT_M_S**2 / np.expm1(exponent))
