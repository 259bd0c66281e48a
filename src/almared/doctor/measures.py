"""Measures data and ephemerides that CASA will use: where, of what date, for which dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casacore.tables import table

from almared.catalogue import BODIES
from almared.doctor.verdict import State, Verdict

MJD_ORIGIN = datetime(1858, 11, 17, tzinfo=UTC)
NEEDED = ("Observatories", "TAI_UTC", "IERSeop2000", "IERSpredict")
FLUX_BODIES = frozenset(BODIES)
"""Solar-System bodies that set flux scales."""
UPDATE = "install a newer casadata (pip install --upgrade casadata) for observations after that date"


def examine_measures(data: Path, now: datetime) -> Iterator[Verdict]:
    """Yield verdicts on the measures data below a directory.

    Parameters
    ----------
    data : Path
        The data directory of casadata.
    now : datetime
        The present time, UTC.

    References
    ----------
    peers.md R3, R4, P5: no configuration and no update from the network; old tables give lines marked SEVERE that
    are harmless for older observations.
    """
    missing = [name for name in NEEDED if not (data / "geodetic" / name / "table.dat").exists()]
    if missing:
        found = f"{', '.join(missing)} missing in {data}"
        yield Verdict("measures data", State.FAIL, found, "pip install --force-reinstall casadata")
        return
    yield _dated(data / "geodetic" / "IERSpredict", "Earth orientation (IERS)", now)
    yield _leap_seconds(data / "geodetic" / "TAI_UTC", now)
    yield examine_ephemerides(data / "ephemerides" / "JPL-Horizons", now)


def last_day(path: Path) -> datetime:
    """Return the date of the last row of a measures table."""
    with table(str(path), ack=False) as rows:
        return MJD_ORIGIN + timedelta(days=float(rows.getcell("MJD", rows.nrows() - 1)))


def _dated(path: Path, subject: str, now: datetime) -> Verdict:
    last = last_day(path)
    state = State.PASS if last >= now else State.WARN
    found = f"known until {last:%Y-%m-%d} ({_made(path)})"
    return Verdict(subject, state, found, "" if state is State.PASS else UPDATE)


def _leap_seconds(path: Path, now: datetime) -> Verdict:
    made = _made(path)
    old = (now - datetime.strptime(made[:10], "%Y/%m/%d").replace(tzinfo=UTC)).days > 180
    found = f"last one {last_day(path):%Y-%m-%d}, table of {made}"
    told = "nothing: CASA prints 'Leap second table TAI_UTC seems out-of-date' as SEVERE, which is harmless here"
    return Verdict("leap seconds (TAI_UTC)", State.WARN if old else State.PASS, found, told if old else "")


def _made(path: Path) -> str:
    with table(str(path), ack=False) as rows:
        return str(rows.getkeyword("VS_DATE"))


def examine_ephemerides(folder: Path, now: datetime) -> Verdict:
    """Return the verdict on the ephemerides of Solar-System bodies: which, and until when."""
    spans: dict[str, datetime] = {}
    for path in (p for p in folder.glob("*.tab") if p.is_dir()):
        body = path.name.split("_", 1)[0]
        if body in FLUX_BODIES:
            spans[body] = max(last_day(path), spans.get(body, MJD_ORIGIN))
    if not spans:
        return Verdict("ephemerides", State.FAIL, f"none in {folder}", "pip install --force-reinstall casadata")
    until = max(spans.values())
    short = [f"{body} {last:%Y-%m-%d}" for body, last in sorted(spans.items()) if last < until]
    found = f"{len(spans)} flux calibrators until {until:%Y-%m-%d}" + (f", but {', '.join(short)}" if short else "")
    found += f": {', '.join(sorted(spans))}"
    state = State.PASS if until >= now else State.WARN
    return Verdict("ephemerides", state, found, "" if state is State.PASS else UPDATE)
