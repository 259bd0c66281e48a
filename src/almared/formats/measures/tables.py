"""Reads tables of measures without CASA: orientation of the Earth, leap seconds, ephemerides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from casacore.tables import table
from numpy.typing import NDArray

from almared.basics.times import DAY_S, utc_of
from almared.errors import AlmaredError
from almared.formats.measures.place import Measures, measures_in_use
from almared.physics.bodies import BODIES
from almared.physics.earth_rotation import KnownOrientation

FINAL, FINAL_2000, PREDICTED, LEAPS = "IERSeop97", "IERSeop2000", "IERSpredict", "TAI_UTC"
GEODETIC = (FINAL, FINAL_2000, PREDICTED, LEAPS)
"""Tables of ``geodetic`` that CASA needs and that get old."""

PLANETS = ("DE200", "DE405")
MOST_MISSES = 95.0
"""Per cent of the predictions that missed by less than what is called their error."""


@dataclass(frozen=True, slots=True)
class Span:
    """For which dates a table serves.

    Parameters
    ----------
    first, last : datetime
        Its first and its last date, UTC.
    """

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class LeapSeconds:
    """The table of leap seconds.

    Parameters
    ----------
    last : datetime
        Day of the last one.
    tai_utc_s : float, s
        TAI-UTC since then.
    made : datetime
        When the table was made; casacore complains of one older than half a year.
    """

    last: datetime
    tai_utc_s: float
    made: datetime


def read_span(path: Path) -> Span:
    """Return the dates of the first and the last row of a table.

    Raises
    ------
    RuntimeError
        It is no table, or has no column of dates.
    ValueError
        It is empty.
    """
    with table(str(path), ack=False) as rows:
        if not rows.nrows():
            raise ValueError(f"{path.name} has no rows")
        first, last = (utc_of(float(rows.getcell("MJD", row)) * DAY_S) for row in (0, rows.nrows() - 1))
    return Span(first, last)


def made_on(path: Path) -> datetime:
    """Return when a table was made, by its keyword.

    Raises
    ------
    RuntimeError
        It is no table, or has no such keyword.
    ValueError
        The keyword is no date.
    """
    with table(str(path), ack=False) as rows:
        text = str(rows.getkeyword("VS_DATE"))
    return datetime.strptime(text[:10], "%Y/%m/%d").replace(tzinfo=UTC)


def read_leap_seconds(measures: Path) -> LeapSeconds:
    """Return what the table of leap seconds below a directory says.

    Raises
    ------
    RuntimeError, ValueError
        It cannot be read.
    """
    path = measures / "geodetic" / LEAPS
    with table(str(path), ack=False) as rows:
        tai_utc = float(rows.getcell("dUTC", rows.nrows() - 1))
    return LeapSeconds(read_span(path).last, tai_utc, made_on(path))


def read_orientation(measures: Path, version: str = "") -> KnownOrientation:
    """Return for which dates the tables below a directory know the orientation of the Earth, and how well.

    Parameters
    ----------
    measures : Path
        Directory with ``geodetic``.
    version : str
        What these measures are called.

    Raises
    ------
    RuntimeError, ValueError
        A table cannot be read.
    """
    final, predicted = (_columns(measures / "geodetic" / name) for name in (FINAL, PREDICTED))
    last = predicted if predicted["MJD"][-1] > final["MJD"][-1] else final
    return KnownOrientation(
        version=version,
        final_mjd=float(final["MJD"][-1]),
        last_mjd=float(last["MJD"][-1]),
        last_ut1_s=float(last["dUT1"][-1]),
        last_pole_arcsec=float(np.hypot(last["x"][-1], last["y"][-1])),
        ut1_miss_s=_miss(final, predicted),
    )


def _columns(path: Path) -> dict[str, NDArray[np.float64]]:
    with table(str(path), ack=False) as rows:
        found = {name: np.asarray(rows.getcol(name), dtype=float) for name in ("MJD", "dUT1", "x", "y")}
    if not found["MJD"].size:
        raise ValueError(f"{path.name} has no rows")
    return found


def _miss(final: dict[str, NDArray[np.float64]], predicted: dict[str, NDArray[np.float64]]) -> float:
    """Return by how much predictions missed what was measured later; a leap second between them does not count."""
    _, mine, theirs = np.intersect1d(final["MJD"], predicted["MJD"], return_indices=True)
    missed = predicted["dUT1"][theirs] - final["dUT1"][mine]
    missed -= np.round(missed)
    return float(np.percentile(np.abs(missed), MOST_MISSES)) if missed.size else 0.0


def read_planets(measures: Path) -> dict[str, Span]:
    """Return for which dates each JPL ephemeris of the planets serves.

    Raises
    ------
    RuntimeError, ValueError
        A table cannot be read.
    """
    folder = measures / "ephemerides"
    return {name: read_span(folder / name) for name in PLANETS if (folder / name).is_dir()}


def read_bodies(horizons: Path) -> dict[str, Span]:
    """Return for which dates the ephemerides of single bodies serve, of bodies that set flux scales.

    Raises
    ------
    RuntimeError, ValueError
        A table cannot be read.
    """
    spans: dict[str, Span] = {}
    for path in (p for p in horizons.glob("*.tab") if p.is_dir()):
        body = path.name.split("_", 1)[0]
        if body in BODIES:
            own = read_span(path)
            known = spans.get(body, own)
            spans[body] = Span(min(own.first, known.first), max(own.last, known.last))
    return spans


def known_orientation() -> KnownOrientation | None:
    """Return what the measures in use know of the orientation of the Earth; None when they cannot be read."""
    try:
        used = measures_in_use()
        return read_orientation(used.path, used.version)
    # casacore raises RuntimeError for any table that it cannot read.
    except (AlmaredError, RuntimeError, ValueError):
        return None


def measures_stamp(used: Measures) -> str:
    """Return what records say of the measures that were used: version, and date of the orientation of the Earth."""
    try:
        made = f"{made_on(used.path / 'geodetic' / PREDICTED):%Y-%m-%d}"
    except (RuntimeError, ValueError):
        made = "unknown"
    return f"{used.version} (IERS {made})"
