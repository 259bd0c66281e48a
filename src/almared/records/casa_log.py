"""Separate lines of CASA's log that mean a failure from those known to be harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t([A-Z]+)\d?\t([^\t]*)\t(.*)$")


@dataclass(frozen=True, slots=True)
class HarmlessLine:
    """A SEVERE message that does not mean that the task failed.

    Parameters
    ----------
    pattern : str
        Regular expression found in the message.
    reason : str
        Why it is harmless.
    origin : str
        Where that was seen or documented.
    """

    pattern: str
    reason: str
    origin: str


HARMLESS: tuple[HarmlessLine, ...] = (
    HarmlessLine(
        r"Leap second table TAI_UTC seems out-of-date",
        "casacore warns when the table is older than 180 days; no leap second has been announced since 2017",
        "every process with the package casadata; peers P5; IERS Bulletin C",
    ),
)
"""SEVERE messages known to be harmless; a continuation line belongs to the message it continues."""


@dataclass(frozen=True, slots=True)
class LogMessage:
    """One message of CASA's log, its continuation lines joined.

    Parameters
    ----------
    time : str
        As logged, UTC.
    priority : str
        ``INFO``, ``WARN``, ``SEVERE`` ...
    origin : str
        Task and method that wrote it.
    text : str
        The message.
    """

    time: str
    priority: str
    origin: str
    text: str


def read_messages(lines: Iterable[str]) -> Iterator[LogMessage]:
    """Yield the messages of a CASA log, each continuation (origin ending in ``+``) joined to its message."""
    current: LogMessage | None = None
    for line in lines:
        found = LINE.match(line.rstrip("\n"))
        if found is None:
            continue
        time, priority, origin, text = found.groups()
        if current is not None and origin.endswith("+") and current.priority == priority:
            current = LogMessage(current.time, priority, current.origin, f"{current.text} {text.strip()}")
            continue
        if current is not None:
            yield current
        current = LogMessage(time, priority, origin.strip(), text.strip())
    if current is not None:
        yield current


def severe_messages(lines: Iterable[str], tolerated: Iterable[str] = ()) -> tuple[LogMessage, ...]:
    """Return the SEVERE messages that mean a failure.

    Parameters
    ----------
    lines : iterable of str
        Lines of a CASA log.
    tolerated : iterable of str
        Plain texts that the user declares harmless, beside `HARMLESS`.
    """
    patterns = [entry.pattern for entry in HARMLESS] + [re.escape(text) for text in tolerated]
    return tuple(
        message
        for message in read_messages(lines)
        if message.priority == "SEVERE" and not any(re.search(pattern, message.text) for pattern in patterns)
    )


class LogReader:
    """Reads what was added to a log since it last looked.

    Parameters
    ----------
    path : Path
        The log; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        """Return the whole lines added since the last call."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as log:
            log.seek(self._offset)
            added = log.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.decode("utf-8", errors="replace").splitlines()
