"""Reads the text that CASA's listobs prints for a raw ALMA execution block.

References
----------
CASA's listobs, long form (``verbose=True``): scans, fields, spectral windows, sources and antennas with positions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from almared.basics.sexagesimal import parse_sexagesimal
from almared.basics.times import DAY_S, mjd_s_of
from almared.errors import InputError

T = TypeVar("T")


NAME = re.compile(r"MeasurementSet Name:\s+(\S+)\s+MS Version")
OBSERVER = re.compile(r"Observer:\s+(.*?)\s+Project:\s+(\S+)")
TELESCOPE = re.compile(r"^Observation:\s+(\S+)", re.MULTILINE)
RECORDS = re.compile(r"Data records:\s+(\d+)")
COUNTS = {
    "fields": re.compile(r"^Fields:\s+(\d+)", re.MULTILINE),
    "spectral windows": re.compile(r"^Spectral Windows:\s+\((\d+)", re.MULTILINE),
    "sources": re.compile(r"^Sources:\s+(\d+)", re.MULTILINE),
    "antennas": re.compile(r"^Antennas:\s+(\d+)", re.MULTILINE),
}
"""Number of each that the text declares, to detect a truncated text."""

CLOCK = r"\d\d:\d\d:\d\d(?:\.\d+)?"
SCAN = re.compile(
    rf"^\s*(?:(?P<date>\d\d-[A-Z][a-z][a-z]-\d{{4}})/)?(?P<start>{CLOCK}) - (?P<end>{CLOCK})\s+(?P<number>\d+)\s+"
    r"(?P<field>\d+)\s+(?P<name>.*?)\s+(?P<rows>\d+)\s+\[(?P<spws>[\d, ]+)\]\s+\[(?P<intervals>[\d., e+-]+)\]"
    r"(?:\s*\[(?P<intents>[^\]]*)\])?\s*$"
)
FIELD = re.compile(
    r"^\s*(?P<id>\d+)\s+(?P<code>\S+)\s(?P<name>.+?)\s*(?P<ra>[+-]?\d+:\d\d:\d\d\.\d+)\s+"
    r"(?P<dec>[+-]?\d+\.\d\d\.\d\d\.\d+)\s+(?P<epoch>\w+)\s+(?P<source>-?\d+)\s+(?P<rows>\d+)\s*$"
)
WINDOW = re.compile(
    r"^\s*(?P<id>\d+)\s+(?P<name>\S+)\s+(?P<channels>\d+)\s+(?P<frame>[A-Z]+)\s+(?P<first>[\d.]+)\s+"
    r"(?P<width>-?[\d.]+)\s+(?P<total>[\d.]+)\s+(?P<centre>[\d.]+)\s+(?P<baseband>\d+)\s+(?P<corrs>[A-Z ]+?)\s*$"
)
SOURCE = re.compile(
    r"^\s*(?P<id>\d+)\s+(?P<name>\S.*?)\s+(?P<spw>\d+|any)\s+(?P<rest>-|[\d.e+]+)\s+(?P<velocity>-|-?[\d.e+-]+)\s*$"
)
ANTENNA = re.compile(
    r"^\s*(?P<id>\d+)\s+(?P<name>\S+)\s+(?P<pad>\S+)\s+(?P<diameter>[\d.]+)\s+m\s+\S+\s+\S+\s+(?:-?[\d.]+\s+){3}"
    r"(?P<x>-?[\d.]+)\s+(?P<y>-?[\d.]+)\s+(?P<z>-?[\d.]+)\s*$"
)


@dataclass(frozen=True, slots=True)
class ListedScan:
    """One line of the scan list: a scan's time on one field.

    Parameters
    ----------
    number, field_id : int
        Scan and field.
    start_mjd_s, end_mjd_s : float, s
        As printed, to 0.1 s; the same for all fields of a scan.
    n_rows : int
        Rows of the main table.
    spw_ids : tuple of int
        Windows in it.
    intervals_s : tuple of float, s
        Mean integration of each of them, three digits.
    intents : tuple of str
        Such as ``CALIBRATE_ATMOSPHERE#HOT``.
    """

    number: int
    field_id: int
    start_mjd_s: float
    end_mjd_s: float
    n_rows: int
    spw_ids: tuple[int, ...]
    intervals_s: tuple[float, ...]
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedField:
    """One line of the field list.

    Parameters
    ----------
    id, source_id : int
        Ids of the MS.
    name, code : str
        As printed; listobs cuts names off after 20 characters.
    direction_rad : tuple of float, rad
        Right ascension and declination.
    """

    id: int
    source_id: int
    name: str
    code: str
    direction_rad: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ListedWindow:
    """One line of the window list.

    Parameters
    ----------
    id : int
        As printed.
    name : str
        Name of the window.
    n_channels, baseband : int
        As printed.
    first_channel_hz, channel_step_hz, bandwidth_hz : float, Hz
        Centre of channel 0, signed width and total bandwidth.
    correlations : tuple of str
        Such as ``("XX", "YY")``.
    """

    id: int
    name: str
    n_channels: int
    baseband: int
    first_channel_hz: float
    channel_step_hz: float
    bandwidth_hz: float
    correlations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedSource:
    """One line of the source list.

    Parameters
    ----------
    id, spw_id : int
        Source and window; windows beyond those listed occur in real data. -1 stands for any.
    name : str
        Source name.
    rest_frequency_hz : float or None, Hz
        Where given.
    """

    id: int
    spw_id: int
    name: str
    rest_frequency_hz: float | None


@dataclass(frozen=True, slots=True)
class ListedAntenna:
    """One line of the antenna list.

    Parameters
    ----------
    id : int
        Antenna id.
    name, pad : str
        Antenna and station.
    diameter_m : float, m
        Dish.
    position_m : tuple of float, m, ITRF
        Position.
    """

    id: int
    name: str
    pad: str
    diameter_m: float
    position_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Listobs:
    """What listobs reports about an execution block.

    Parameters
    ----------
    ms_name, observer, project, telescope : str
        From the head of the text.
    n_rows : int
        Data records of the MS.
    scans, fields, windows, sources, antennas : tuple
        The lines of each list, in order.
    """

    ms_name: str
    observer: str
    project: str
    telescope: str
    n_rows: int
    scans: tuple[ListedScan, ...]
    fields: tuple[ListedField, ...]
    windows: tuple[ListedWindow, ...]
    sources: tuple[ListedSource, ...]
    antennas: tuple[ListedAntenna, ...]


def read_listobs(path: Path) -> Listobs:
    """Return the contents of a listobs file.

    Parameters
    ----------
    path : Path
        The text file.

    Raises
    ------
    InputError
        The text cannot be read, is not one that listobs prints for ALMA data, or is truncated.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the listobs text cannot be read: {error}", where=str(path)) from error
    return parse_listobs(content, where=str(path))


def parse_listobs(content: str, *, where: str = "listobs") -> Listobs:
    """Return the contents of a listobs text.

    Parameters
    ----------
    content : str
        The text.
    where : str
        Its file, for messages.

    Raises
    ------
    InputError
        The text is not one that listobs prints for ALMA data, or is truncated.
    """
    head, telescope = NAME.search(content), TELESCOPE.search(content)
    if head is None or telescope is None:
        raise InputError(
            "not the output of listobs", where=where, repair="give the output of listobs(vis, listfile=...)"
        )
    if telescope[1] != "ALMA":
        raise InputError(f"the observation is by {telescope[1]}, not by ALMA", where=where)
    people, records = OBSERVER.search(content), RECORDS.search(content)
    listed = Listobs(
        ms_name=head[1].rstrip("/").rsplit("/", 1)[-1],
        observer=people[1] if people else "",
        project=people[2] if people else "",
        telescope=telescope[1],
        n_rows=int(records[1]) if records else 0,
        scans=_scans(content),
        fields=_matches(FIELD, _section(content, "Fields:"), make=_field),
        windows=_matches(WINDOW, _section(content, "Spectral Windows:"), make=_window),
        sources=_matches(SOURCE, _section(content, "Sources:"), make=_source),
        antennas=_matches(ANTENNA, _section(content, "Antennas:"), make=_antenna),
    )
    _require_whole(listed, content, where=where)
    return listed


def _section(content: str, title: str) -> list[str]:
    """Lines after the one that begins with the title, up to the next title at the beginning of a line."""
    lines = content.splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith(title)), len(lines))
    rest = lines[begin + 1 :]
    end = next((n for n, line in enumerate(rest) if line[:1].isalpha()), len(rest))
    return rest[:end]


def _matches(form: re.Pattern[str], lines: Iterable[str], *, make: Callable[[re.Match[str]], T]) -> tuple[T, ...]:
    return tuple(make(found) for found in map(form.match, lines) if found)


def _require_whole(listed: Listobs, content: str, *, where: str) -> None:
    found = {
        "fields": len(listed.fields),
        "spectral windows": len(listed.windows),
        "sources": len(listed.sources),
        "antennas": len(listed.antennas),
    }
    for what, count in found.items():
        announced = COUNTS[what].search(content)
        if announced is None or int(announced[1]) != count:
            declared = announced[1] if announced else "no"
            raise InputError(
                f"the text is truncated or of another form: it declares {declared} {what} and has {count}",
                where=where,
                repair="print it again with listobs(vis, verbose=True, listfile=...)",
            )
    _require_scans(listed, where)


def _require_scans(listed: Listobs, where: str) -> None:
    rows = sum(scan.n_rows for scan in listed.scans)
    if not listed.scans or rows != listed.n_rows:
        raise InputError(f"the scan list is truncated: its rows sum to {rows}, the MS has {listed.n_rows}", where=where)
    windows, fields = {w.id for w in listed.windows}, {f.id for f in listed.fields}
    for scan in listed.scans:
        if scan.field_id not in fields or not set(scan.spw_ids) <= windows:
            raise InputError(f"scan {scan.number} names a field or window that is not listed", where=where)
        if len(scan.spw_ids) != len(scan.intervals_s) or not scan.intents:
            raise InputError(f"scan {scan.number} lacks an interval for each window, or its intents", where=where)


def _scans(content: str) -> tuple[ListedScan, ...]:
    found: list[ListedScan] = []
    midnight = 0.0
    for match in filter(None, map(SCAN.match, content.splitlines())):
        if match["date"]:
            midnight = _midnight_mjd_s(match["date"])
        found.append(_scan(match, midnight))
    return tuple(found)


def _scan(match: re.Match[str], midnight: float) -> ListedScan:
    start, end = midnight + _clock_s(match["start"]), midnight + _clock_s(match["end"])
    return ListedScan(
        number=int(match["number"]),
        field_id=int(match["field"]),
        start_mjd_s=start,
        end_mjd_s=end if end >= start else end + DAY_S,
        n_rows=int(match["rows"]),
        spw_ids=tuple(int(v) for v in match["spws"].split(",")),
        intervals_s=tuple(float(v) for v in match["intervals"].split(",")),
        intents=tuple(v.strip() for v in (match["intents"] or "").split(",") if v.strip()),
    )


def _midnight_mjd_s(date: str) -> float:
    return mjd_s_of(datetime.strptime(date, "%d-%b-%Y"))


def _clock_s(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)


def _field(match: re.Match[str]) -> ListedField:
    return ListedField(
        id=int(match["id"]),
        source_id=int(match["source"]),
        name=match["name"],
        code=match["code"],
        direction_rad=(
            math.radians(15.0 * parse_sexagesimal(match["ra"])),
            math.radians(parse_sexagesimal(match["dec"], separator=".")),
        ),
    )


def _window(match: re.Match[str]) -> ListedWindow:
    channels, width_hz, total_hz = int(match["channels"]), 1e3 * float(match["width"]), 1e3 * float(match["total"])
    return ListedWindow(
        id=int(match["id"]),
        name=match["name"],
        n_channels=channels,
        baseband=int(match["baseband"]),
        first_channel_hz=1e6 * float(match["first"]),
        channel_step_hz=_exact_width_hz(width_hz, total_hz / channels),
        bandwidth_hz=total_hz,
        correlations=tuple(match["corrs"].split()),
    )


def _exact_width_hz(printed_hz: float, mean_hz: float) -> float:
    """The width is printed to 1 Hz; total bandwidth over channels gives more digits."""
    return math.copysign(mean_hz, printed_hz) if abs(abs(printed_hz) - mean_hz) <= 1.0 else printed_hz


def _source(match: re.Match[str]) -> ListedSource:
    return ListedSource(
        id=int(match["id"]),
        spw_id=-1 if match["spw"] == "any" else int(match["spw"]),
        name=match["name"],
        rest_frequency_hz=None if match["rest"] == "-" else 1e6 * float(match["rest"]),
    )


def _antenna(match: re.Match[str]) -> ListedAntenna:
    return ListedAntenna(
        id=int(match["id"]),
        name=match["name"],
        pad=match["pad"],
        diameter_m=float(match["diameter"]),
        position_m=(float(match["x"]), float(match["y"]), float(match["z"])),
    )
