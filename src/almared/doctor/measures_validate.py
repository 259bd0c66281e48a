"""Whether measures are whole and sane, before they replace others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from casacore.tables import table

from almared.errors import InputError
from almared.formats.measures.tables import FINAL_2000, GEODETIC, LEAPS, PLANETS, made_on

ORIENTATION = ("MJD", "x", "y", "dUT1", "LOD", "Dx", "Dy", "DdUT1", "DLOD")
NUTATION = ("dPsi", "dEps", "DdPsi", "DdEps")
COLUMNS = {LEAPS: ("MJD", "dUTC", "Offset", "Multiplier"), FINAL_2000: ORIENTATION}
KEYWORDS = ("VS_CREATE", "VS_DATE", "VS_VERSION", "VS_TYPE")
KIND = "IERS"
"""Columns, keywords and kind of table without which casacore refuses one (``MeasIERS::getTable``)."""

LARGEST_UT1_S = 1.0
"""A leap second comes before UT1 and UTC are so far apart."""

LARGEST_POLE_ARCSEC = 1.0
FIRST_MJD = 36000.0
"""1957: there were no such tables before."""

LEAST_LEAPS = 35
"""With fewer rows casacore calls the table of leap seconds corrupted."""


def validate(measures: Path) -> None:
    """Read all of the tables of measures below a directory.

    Raises
    ------
    InputError
        One is missing, broken, or holds what cannot be.
    """
    for name in GEODETIC:
        _validate_table(measures / "geodetic" / name, COLUMNS.get(name, ORIENTATION + NUTATION))
    for name in PLANETS:
        if (measures / "ephemerides" / name).exists():
            _validate_table(measures / "ephemerides" / name, ("MJD", "x"))


def _validate_table(path: Path, columns: tuple[str, ...]) -> None:
    name = f"{path.parent.name}/{path.name}"
    if not (path / "table.dat").is_file():
        raise InputError(f"there is no {name}: these are no measures data", repair="give WSRT_Measures_*.ztar or alike")
    try:
        found = _read(path, columns)
        made_on(path)
    # casacore raises RuntimeError for any table that it cannot read.
    except (RuntimeError, ValueError) as fault:
        raise InputError(f"{name} is broken: {fault}", repair="get the measures again") from fault
    fault_found = _fault(found, is_daily="dUT1" in found)
    if path.name == LEAPS and found["MJD"].size < LEAST_LEAPS:
        fault_found = "leap seconds are missing"
    if fault_found:
        raise InputError(f"{name} cannot be right: {fault_found}", repair="get the measures again")


def _read(path: Path, columns: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return columns of a table after reading all others too: a table that was cut is found out so."""
    with table(str(path), ack=False) as rows:
        missing = [f"column {name}" for name in columns if name not in rows.colnames()]
        missing += [f"keyword {name}" for name in KEYWORDS if name not in rows.keywordnames()]
        if missing:
            raise ValueError(f"it has no {missing[0]}")
        if rows.info()["type"] != KIND:
            raise ValueError(f"it is no table of the kind {KIND}")
        return {name: np.asarray(rows.getcol(name), dtype=float) for name in rows.colnames()}


def _fault(found: dict[str, np.ndarray], *, is_daily: bool) -> str:
    days = found["MJD"]
    if days.size < 2 or days[0] < FIRST_MJD or np.any(np.diff(days) <= 0):
        return "its dates do not rise"
    if not all(np.isfinite(values).all() for values in found.values()):
        return "it holds what is no number"
    if is_daily and np.any(np.diff(days) != 1):
        return "a day is missing"
    if is_daily and np.abs(found["dUT1"]).max() > LARGEST_UT1_S:
        return "UT1-UTC is more than a second"
    if is_daily and max(np.abs(found["x"]).max(), np.abs(found["y"]).max()) > LARGEST_POLE_ARCSEC:
        return "the pole is more than an arcsecond off"
    return ""
