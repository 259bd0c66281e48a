"""Measures data and ephemerides that CASA will use: their location, age and range of dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from almared.basics.times import DAY_S, utc_of
from almared.doctor.subjects import finding_on
from almared.formats.measures import Measures
from almared.formats.measures.tables import PREDICTED, made_on, read_bodies, read_leap_seconds, read_orientation
from almared.model import Finding, Severity

NEEDED = ("Observatories", "TAI_UTC", "IERSeop97", "IERSeop2000", "IERSpredict")
REINSTALL = "pip install --force-reinstall casadata, or `almared measures --reset` when they were imported"
LEAP_SECONDS_LAST = timedelta(days=180)
"""Age of the table after which casacore complains."""

UPDATE = "newer measures for observations after that date: `almared measures --import` or --update"
NEWER_BODIES = "install a newer casadata (pip install --upgrade casadata) for observations after that date"


def examine_measures(used: Measures, now: datetime) -> Iterator[Finding]:
    """Yield findings on the measures data in use.

    Parameters
    ----------
    used : Measures
        Those that CASA uses: of casadata, or imported.
    now : datetime
        The present time, UTC.

    Notes
    -----
    CASA gets the path of these data and never updates them from the network; old tables give lines marked SEVERE
    that are harmless for older observations.
    """
    missing = [name for name in NEEDED if not (used.path / "geodetic" / name / "table.dat").exists()]
    if missing:
        found = f"{', '.join(missing)} missing in {used.path}"
        yield finding_on("measures data", Severity.SEVERE, found=found, repair=REINSTALL, trap="no-measures-data")
        return
    if used.is_imported:
        yield finding_on(
            "measures data", Severity.OK, found=f"{used.version}, imported {used.imported[:10]} from {used.origin}"
        )
    examinations: tuple[tuple[Callable[[Path, datetime], Finding], Path], ...] = (
        (examine_earth_orientation, used.path),
        (examine_leap_seconds, used.path),
        (examine_ephemerides, used.horizons),
    )
    for examine, place in examinations:
        try:
            yield examine(place, now)
        except (RuntimeError, ValueError) as error:
            # casacore raises RuntimeError for any table that it cannot read.
            yield finding_on(
                "measures data", Severity.SEVERE, found=f"broken: {error}", repair=REINSTALL, trap="no-measures-data"
            )


def examine_earth_orientation(measures: Path, now: datetime) -> Finding:
    """Return the finding on the predicted orientation of the Earth: and its last date."""
    last = utc_of(read_orientation(measures).last_mjd * DAY_S)
    found = f"known until {last:%Y-%m-%d} (table of {made_on(measures / 'geodetic' / PREDICTED):%Y-%m-%d})"
    if last >= now:
        return finding_on("Earth orientation", Severity.OK, found=found)
    return finding_on("Earth orientation", Severity.WARNING, found=found, repair=UPDATE, trap="old-earth-orientation")


def examine_leap_seconds(measures: Path, now: datetime) -> Finding:
    """Return the finding on the table of leap seconds: CASA complains when it is older than half a year."""
    leaps = read_leap_seconds(measures)
    found = f"last one {leaps.last:%Y-%m-%d}, table of {leaps.made:%Y-%m-%d}"
    if now - leaps.made <= LEAP_SECONDS_LAST:
        return finding_on("leap seconds", Severity.OK, found=found)
    repair = "nothing: CASA prints 'Leap second table TAI_UTC seems out-of-date' as SEVERE, which is harmless"
    return finding_on("leap seconds", Severity.WARNING, found=found, repair=repair, trap="old-leap-seconds")


def examine_ephemerides(folder: Path, now: datetime) -> Finding:
    """Return the finding on the ephemerides of Solar-System bodies: which bodies, and which dates."""
    spans = read_bodies(folder)
    if not spans:
        return finding_on(
            "ephemerides", Severity.SEVERE, found=f"none in {folder}", repair=REINSTALL, trap="no-measures-data"
        )
    begin, until = max(span.first for span in spans.values()), max(span.last for span in spans.values())
    short = [f"{body} only until {span.last:%Y-%m-%d}" for body, span in sorted(spans.items()) if span.last < until]
    found = f"{begin:%Y-%m-%d} to {until:%Y-%m-%d} for {', '.join(sorted(spans))}" + "".join(f"; {s}" for s in short)
    if until >= now:
        return finding_on("ephemerides", Severity.OK, found=found)
    return finding_on("ephemerides", Severity.WARNING, found=found, repair=NEWER_BODIES, trap="old-ephemerides")
