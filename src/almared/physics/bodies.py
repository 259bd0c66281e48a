"""Solar-System bodies that calibrate fluxes, from a small table made by ``tools/make_tables.py`` from casadata."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.physics.atmosphere import read_table
from almared.physics.constants import BACKGROUND_K, BOLTZMANN_J_K, JANSKY_W_M2_HZ, LIGHT_M_S, PLANCK_J_S

BODIES = (
    "Venus", "Mars", "Jupiter", "Uranus", "Neptune", "Pluto", "Io", "Europa", "Ganymede", "Callisto", "Titan", "Triton",
    "Ceres", "Pallas", "Vesta", "Juno", "Victoria", "Davida",
)  # fmt: skip
"""Bodies for which setjy's Solar-System standard is used (domain A.8 step 11)."""

NUMBERED = re.compile(r"(?P<name>[A-Za-z]+)(_\d+)?")


def body_name(field_name: str) -> str | None:
    """Return the body that a field is named after, or None.

    Only whole names count, or ``Name_N``: the old generator matched parts of names and would take ``J1io`` for Io
    (domain A.8 step 11).
    """
    found = NUMBERED.fullmatch(field_name.strip())
    wanted = found["name"].capitalize() if found else ""
    return wanted if wanted in BODIES else None


@dataclass(frozen=True, slots=True)
class BodyModel:
    """A body on one day.

    Parameters
    ----------
    name : str
        Such as ``Titan``.
    diameter_rad : float, rad
        Apparent diameter, geometric mean of equatorial and polar.
    frequencies_hz, brightness_k : tuple of float, Hz and K
        Its brightness temperatures.
    """

    name: str
    diameter_rad: float
    frequencies_hz: tuple[float, ...]
    brightness_k: tuple[float, ...]

    def flux_jy(self, frequency_hz: float) -> float:
        """Return the flux density (Jy) above the cosmic background of the whole disk.

        References
        ----------
        ALMA memo 594; Planck's law of the brightness temperature less that of 2.725 K, times the solid angle.
        """
        brightness = float(np.interp(frequency_hz, self.frequencies_hz, self.brightness_k))
        solid_angle = 0.25 * np.pi * self.diameter_rad**2
        return float(
            (_planck(frequency_hz, brightness) - _planck(frequency_hz, BACKGROUND_K)) * solid_angle / JANSKY_W_M2_HZ
        )


def _planck(frequency_hz: float, kelvin: float) -> float:
    factor = 2.0 * PLANCK_J_S * frequency_hz**3 / LIGHT_M_S**2
    return float(factor / np.expm1(PLANCK_J_S * frequency_hz / (BOLTZMANN_J_K * kelvin)))


@cache
def _table() -> dict[str, NDArray[np.generic]]:
    return read_table("bodies")


def read_body_model(name: str, mjd_s: float) -> BodyModel | None:
    """Return the model of a body at a time (MJD seconds UTC), None when the table lacks the body or the time.

    Good to 0.6 % of what setjy puts in for moons, Venus and Juno, to 2.5 % for Uranus and Neptune and 7 % for Jupiter
    (setjy tilts their disks wrongly), to 8 % for Mars and 17 % for Ceres, Pallas and Vesta, whose brightness changes
    with time; compared on four dates from 2012 to 2025. It serves predictions; the models written to the data come from
    setjy, except for numbered names.
    """
    table = _table()
    times = table["mjd"].astype(float)
    mjd = mjd_s / DAY_S
    if f"{name}_hz" not in table or not times[0] <= mjd <= times[-1]:
        return None
    diameter = float(np.interp(mjd, times, table[f"{name}_diameter_rad"].astype(float)))
    frequencies, brightness = (tuple(table[f"{name}_{key}"].tolist()) for key in ("hz", "k"))
    return BodyModel(name, diameter, frequencies, brightness)
