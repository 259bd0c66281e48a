"""allFluxes.txt: one record per calibrator, window and execution block (domain B.4)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from almared.basics.wholefile import write_whole
from almared.errors import InputError

NAME = "allFluxes.txt"

RECORD = re.compile(r'"([^"]*)"([^"]*)')
"""A name in double quotes and what follows up to the next one: the wiki's form has many records on a line."""

MISSING = "-"
FLUX_WIDTH = 12
LEAST_FOR_DECIMALS_JY = 0.005
"""Below this, five decimals would change a flux by more than 0.1 %; significant digits are written instead."""

COLUMNS = "name in double quotes, spw, GHz, own flux, flux to use, time, MS"


@dataclass(frozen=True, slots=True)
class FluxRecord:
    """One record.

    Parameters
    ----------
    source : str
        Name of the calibrator.
    spw_id : int
        Window in the calibrated MS.
    frequency_ghz : float, GHz
        Its mean frequency.
    own_jy : float or None, Jy
        What this execution block measured; None (``-``) when it measured nothing.
    used_jy : float or None, Jy
        The flux density that its data are scaled to.
    time : str
        Middle of the execution, ``YYYY-MM-DDThh:mm:ss``.
    ms : str
        Name of the calibrated MS, as it is written there; `ms_name` is without its path.
    place : str
        File and line, for messages.
    digits : int or None
        Decimals with which the own flux is written.
    """

    source: str
    spw_id: int
    frequency_ghz: float
    own_jy: float | None
    used_jy: float | None
    time: str
    ms: str
    place: str = field(default="", compare=False)
    digits: int | None = field(default=None, compare=False)

    @property
    def ms_name(self) -> str:
        """Name of the MS without the path that old tables have."""
        return PurePosixPath(self.ms).name


def read_fluxes(path: Path) -> tuple[FluxRecord, ...]:
    """Return the records of a file.

    Raises
    ------
    InputError
        It cannot be read, or a line is not a record.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"it cannot be read: {fault}", where=str(path)) from fault
    return parse_records(text, name=str(path))


def parse_records(text: str, *, name: str = NAME) -> tuple[FluxRecord, ...]:
    """Return the records of a text: in columns, without columns, or several on a line as on the wiki.

    Raises
    ------
    InputError
        A line is not a record; the message names it.

    References
    ----------
    domain.md B.4 and J.9.
    """
    records: list[FluxRecord] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            records += _of_line(line, f"{name}, line {number}")
    return tuple(records)


def _of_line(line: str, place: str) -> Iterator[FluxRecord]:
    # The wiki's example ends in a lone quotation mark.
    text = line.strip()
    text = text[:-1].rstrip() if text.count('"') % 2 and text.endswith('"') else text
    found = list(RECORD.finditer(text))
    if not found or found[0].start() or found[-1].end() != len(text):
        raise InputError(f"not a record of fluxes: {text[:80]!r}", where=place, repair=f"a record has {COLUMNS}")
    for match in found:
        yield _record(match[1], match[2].split(None, 5), place=place)


def _record(source: str, words: Sequence[str], *, place: str) -> FluxRecord:
    if len(words) != 6 or not source.strip():
        raise InputError(
            f"the record of {source!r} has {len(words) + 1} columns, not 7",
            where=place,
            repair=f"they are {COLUMNS}",
        )
    spw, frequency, own, used, time, ms = words
    if not spw.isdigit():
        raise InputError(f"{spw!r} is not a spectral window id", where=place, repair="the second column is the spw")
    return FluxRecord(
        source=source,
        spw_id=int(spw),
        frequency_ghz=_number(frequency, "frequency in GHz", place=place),
        own_jy=None if own == MISSING else _number(own, "flux density in Jy", place=place),
        used_jy=None if used == MISSING else _number(used, "flux density in Jy", place=place),
        time=time,
        ms=ms.strip(),
        place=place,
        digits=_decimals(own),
    )


def _number(text: str, what: str, *, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a {what}", where=place, repair="write a number, or - for an unmeasured flux")
    return value


def _decimals(text: str) -> int | None:
    """Return the number of decimals of a number, None when it has an exponent or is missing."""
    if text == MISSING or "e" in text.lower():
        return None
    return len(text.partition(".")[2])


def render_fluxes(records: Sequence[FluxRecord]) -> str:
    """Return the text of the file: an empty line before each calibrator, columns of fixed width (domain B.4)."""
    lines: list[str] = []
    for number, record in enumerate(records):
        if number == 0 or record.source != records[number - 1].source:
            lines.append("")
        lines.append(_line(record))
    return "\n".join(lines) + "\n"


def _line(record: FluxRecord) -> str:
    name = f'"{record.source}"'
    # Real tables have one blank fewer after an unmeasured flux.
    used = _flux(record.used_jy)
    gap = " " if record.own_jy is not None or len(used) >= FLUX_WIDTH else ""
    fluxes = f"{_flux(record.own_jy):>{FLUX_WIDTH}}{gap}{used:>{FLUX_WIDTH}}"
    return f"{name:>50} {record.spw_id:5d} {record.frequency_ghz:10.2f} {fluxes} {record.time:>25}  {record.ms:>40}"


def _flux(value: float | None) -> str:
    if value is None:
        return MISSING
    if value == 0 or abs(value) >= LEAST_FOR_DECIMALS_JY:
        return f"{value:.5f}"
    return f"{value:.6g}"


def write_fluxes(path: Path, records: Sequence[FluxRecord]) -> None:
    """Write the file; an existing one is replaced."""
    write_whole(path, render_fluxes(records))
