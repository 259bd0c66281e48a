"""``cont.dat``: line-free frequency ranges in LSRK, for people to check and edit.

The format is that of the ALMA pipeline::

    Field: M100

    SpectralWindow: 17 (spw17)
    114.1234567890~114.5678901234GHz LSRK
    114.7000000000~114.9000000000GHz LSRK

``ALL`` stands for a window without lines, ``NONE`` for one without line-free channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from almared.errors import InputError
from almared.physics.constants import GHZ

NAME = "cont.dat"
FIELD = re.compile(r"Field:\s*(.+)")
WINDOW = re.compile(r"(?:SpectralWindow|SpW):\s*(\d+)(?:\s+\((.*)\))?")
RANGE = re.compile(r"([\d.]+)\s*~\s*([\d.]+)\s*GHz(?:\s+(\w+))?")
ALL, NONE = "ALL", "NONE"


@dataclass(frozen=True, slots=True)
class WindowRanges:
    """Line-free ranges of a window.

    Parameters
    ----------
    spw_id : int
        The window.
    ranges_hz : tuple of (float, float), Hz, LSRK
        Lower and upper edge of each range.
    is_all : bool
        Whether the whole window is line-free.
    """

    spw_id: int
    ranges_hz: tuple[tuple[float, float], ...] = ()
    is_all: bool = False


ContDat = Mapping[str, tuple[WindowRanges, ...]]
"""Windows of each source."""


def contdat_text(sources: ContDat, *, notes: Iterable[str] = ()) -> str:
    """Return the text of a ``cont.dat``."""
    lines = [f"# {note}" for note in notes]
    for name, windows in sources.items():
        lines += ["", f"Field: {name}"]
        for window in windows:
            lines += ["", f"SpectralWindow: {window.spw_id} (spw{window.spw_id})", *_range_lines(window)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _range_lines(window: WindowRanges) -> list[str]:
    if window.is_all:
        return [ALL]
    return [f"{low / GHZ:.10f}~{high / GHZ:.10f}GHz LSRK" for low, high in window.ranges_hz] or [NONE]


def read_contdat(path: Path) -> dict[str, tuple[WindowRanges, ...]]:
    """Return the contents of a ``cont.dat``.

    Raises
    ------
    InputError
        It cannot be read, a line is neither field, window nor range, or a range is not in LSRK.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"it cannot be read ({error})", where=str(path)) from error
    found: dict[str, dict[int, WindowRanges]] = {}
    field, spw = "", -1
    for number, raw in enumerate(text.splitlines(), start=1):
        line = "" if raw.lstrip().startswith("#") else raw.strip()
        if not line:
            continue
        is_field, is_window = FIELD.fullmatch(line), WINDOW.fullmatch(line)
        if is_field:
            field, spw = is_field[1].strip(), -1
            found.setdefault(field, {})
        elif is_window and field:
            spw = int(is_window[1])
            found[field].setdefault(spw, WindowRanges(spw))
        else:
            found[field][spw] = _with_line(found.get(field, {}).get(spw), line, where=f"{path}, line {number}")
    return {name: tuple(windows.values()) for name, windows in found.items()}


def _with_line(before: WindowRanges | None, line: str, *, where: str) -> WindowRanges:
    """Return the window with one more range."""
    given = RANGE.fullmatch(line)
    if before is None or not (given or line in (ALL, NONE)):
        raise InputError(
            f"{line!r} is not a range under a field and a window",
            where=where,
            repair="write `Field: NAME`, `SpectralWindow: 17`, then lines like 114.1~114.5GHz LSRK, ALL or NONE",
        )
    if not given:
        return WindowRanges(before.spw_id, is_all=line == ALL)
    low, high = sorted((float(given[1]) * GHZ, float(given[2]) * GHZ))
    if (given[3] or "LSRK") != "LSRK":
        raise InputError(f"the range is in {given[3]}", where=where, repair="give it in LSRK")
    return WindowRanges(before.spw_id, (*before.ranges_hz, (low, high)))
