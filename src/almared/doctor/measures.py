"""Measures data and ephemerides that CASA will use: where, of what date, for which dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casacore.tables import table

from almared.basics.times import MJD_ZERO
from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity
from almared.physics.bodies import BODIES

NEEDED = ("Observatories", "TAI_UTC", "IERSeop2000", "IERSpredict")
FLUX_BODIES = frozenset(BODIES)
"""Solar-System bodies that set flux scales."""
REINSTALL = "pip install --force-reinstall casadata"
LEAP_SECONDS_LAST = timedelta(days=180)
"""Age of the table after which casacore complains."""

UPDATE = "install a newer casadata (pip install --upgrade casadata) for observations after that date"


def examine_measures(data: Path, now: datetime) -> Iterator[Finding]:
    """Yield findings on the measures data below a directory.

    Parameters
    ----------
    data : Path
        The data directory of casadata.
    now : datetime
        The present time, UTC.

    Notes
    -----
    CASA is told where these data are and never updates them from the network; old tables give lines marked SEVERE
    that are harmless for older observations.
    """
    missing = [name for name in NEEDED if not (data / "geodetic" / name / "table.dat").exists()]
    if missing:
        found = f"{', '.join(missing)} missing in {data}"
        yield finding_on("measures data", Severity.SEVERE, found=found, repair=REINSTALL, trap="no-measures-data")
        return
    examinations: tuple[tuple[Callable[[Path, datetime], Finding], Path], ...] = (
        (examine_earth_orientation, data / "geodetic" / "IERSpredict"),
        (examine_leap_seconds, data / "geodetic" / "TAI_UTC"),
        (examine_ephemerides, data / "ephemerides" / "JPL-Horizons"),
    )
    for examine, place in examinations:
        try:
            yield examine(place, now)
        except (RuntimeError, ValueError) as error:
            # casacore raises RuntimeError for any table that it cannot read.
            yield finding_on(
                "measures data", Severity.SEVERE, found=f"broken: {error}", repair=REINSTALL, trap="no-measures-data"
            )


def first_and_last_day(path: Path) -> tuple[datetime, datetime]:
    """Return the dates of the first and the last row of a measures table."""
    with table(str(path), ack=False) as rows:
        ends = (float(rows.getcell("MJD", row)) for row in (0, rows.nrows() - 1))
        first, last = (MJD_ZERO + timedelta(days=mjd) for mjd in ends)
    return first, last


def examine_earth_orientation(path: Path, now: datetime) -> Finding:
    """Return the finding on the predicted orientation of the Earth: until when it is known."""
    _, last = first_and_last_day(path)
    found = f"known until {last:%Y-%m-%d} (table of {_made(path):%Y-%m-%d})"
    if last >= now:
        return finding_on("Earth orientation", Severity.OK, found=found)
    return finding_on("Earth orientation", Severity.WARNING, found=found, repair=UPDATE, trap="old-earth-orientation")


def examine_leap_seconds(path: Path, now: datetime) -> Finding:
    """Return the finding on the table of leap seconds: CASA complains of one older than half a year."""
    made, (_, last) = _made(path), first_and_last_day(path)
    found = f"last one {last:%Y-%m-%d}, table of {made:%Y-%m-%d}"
    if now - made <= LEAP_SECONDS_LAST:
        return finding_on("leap seconds", Severity.OK, found=found)
    told = "nothing: CASA prints 'Leap second table TAI_UTC seems out-of-date' as SEVERE, which is harmless"
    return finding_on("leap seconds", Severity.WARNING, found=found, repair=told, trap="old-leap-seconds")


def _made(path: Path) -> datetime:
    """Return when a measures table was made, by its keyword."""
    with table(str(path), ack=False) as rows:
        text = str(rows.getkeyword("VS_DATE"))
    return datetime.strptime(text[:10], "%Y/%m/%d").replace(tzinfo=UTC)


def examine_ephemerides(folder: Path, now: datetime) -> Finding:
    """Return the finding on the ephemerides of Solar-System bodies: which, and from when until when."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for path in (p for p in folder.glob("*.tab") if p.is_dir()):
        body = path.name.split("_", 1)[0]
        if body in FLUX_BODIES:
            first, last = first_and_last_day(path)
            known = spans.get(body, (first, last))
            spans[body] = min(first, known[0]), max(last, known[1])
    if not spans:
        return finding_on(
            "ephemerides", Severity.SEVERE, found=f"none in {folder}", repair=REINSTALL, trap="no-measures-data"
        )
    begin, until = max(first for first, _ in spans.values()), max(last for _, last in spans.values())
    short = [f"{body} only until {last:%Y-%m-%d}" for body, (_, last) in sorted(spans.items()) if last < until]
    found = f"{begin:%Y-%m-%d} to {until:%Y-%m-%d} for {', '.join(sorted(spans))}" + "".join(f"; {s}" for s in short)
    if until >= now:
        return finding_on("ephemerides", Severity.OK, found=found)
    return finding_on("ephemerides", Severity.WARNING, found=found, repair=UPDATE, trap="old-ephemerides")
