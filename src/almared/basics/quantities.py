"""Quantities in files that people write: from text with a unit to a float in the unit of the code."""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import BeforeValidator

from almared.basics.sexagesimal import parse_sexagesimal
from almared.basics.times import DAY_S

UNITS: dict[str, dict[str, float]] = {
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9, "THz": 1e12},
    "duration": {"ps": 1e-12, "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": DAY_S},
    "length": {"um": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    "temperature": {"mK": 1e-3, "K": 1.0},
    "angle": {
        "mas": math.pi / 648e6,
        "arcsec": math.pi / 648e3,
        "arcmin": math.pi / 10800.0,
        "deg": math.pi / 180.0,
        "rad": 1.0,
    },
    "flux density": {"uJy": 1e-6, "mJy": 1e-3, "Jy": 1.0},
    "speed": {"m/s": 1.0, "km/s": 1e3},
    "pressure": {"Pa": 1.0, "hPa": 100.0, "mbar": 100.0},
    "fraction": {"%": 0.01},
}
"""Kind of quantity -> unit -> its size in the unit of the code (Hz, s, m, K, rad, Jy, m/s, Pa, 1)."""

QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%/]+)\s*")
SEXAGESIMAL = re.compile(r"\s*([-+]?)(\d{1,3}):(\d{1,2}):(\d{1,2}(?:\.\d*)?)\s*")


def parse_quantity(text: object, kind: str) -> float:
    """Return the value of a text such as ``"230 GHz"`` in the code's unit for its kind.

    Parameters
    ----------
    text : object
        Text with a unit; anything else is refused, including bare numbers.
    kind : str
        One of the kinds in `UNITS`.

    Raises
    ------
    ValueError
        Not a quantity, or a unit that is unknown or of another kind (pydantic wraps it in its own error).
    """
    units = UNITS[kind]
    found = QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'{text!r} is not a {kind}: write a number and a unit in quotes, "1 {next(iter(units))}"')
    if found[2] not in units:
        raise ValueError(f"{text!r} is not a {kind}: the unit must be one of {', '.join(units)}")
    return float(found[1]) * units[found[2]]


def _sexagesimal(text: object, turn: float, *, kind: str) -> float:
    found = SEXAGESIMAL.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return parse_quantity(text, kind)
    return parse_sexagesimal(found[0]) * turn


def _right_ascension(text: object) -> float:
    return _sexagesimal(text, math.pi / 12.0, kind="angle") % (2.0 * math.pi)


def _declination(text: object) -> float:
    value = _sexagesimal(text, math.pi / 180.0, kind="angle")
    if abs(value) > math.pi / 2.0:
        raise ValueError(f"{text!r} is not a declination: it must lie between -90 and 90 degrees")
    return value


def _of(kind: str) -> BeforeValidator:
    return BeforeValidator(lambda text: parse_quantity(text, kind))


Frequency = Annotated[float, _of("frequency")]
Duration = Annotated[float, _of("duration")]
Length = Annotated[float, _of("length")]
Temperature = Annotated[float, _of("temperature")]
Angle = Annotated[float, _of("angle")]
FluxDensity = Annotated[float, _of("flux density")]
Speed = Annotated[float, _of("speed")]
Pressure = Annotated[float, _of("pressure")]
Fraction = Annotated[float, _of("fraction")]
RightAscension = Annotated[float, BeforeValidator(_right_ascension)]
Declination = Annotated[float, BeforeValidator(_declination)]
