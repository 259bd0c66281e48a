"""The journal of an execution block: starts and ends, one JSON line each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from almared.mous.places import StatePlace


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal, and one event of a run.

    Parameters
    ----------
    event : str
        ``run-begin``, ``step-begin``, ``task-begin``, ``task-end``, ``flush``, ``step-end``, ``run-end``, ``died``,
        ``clean``, ``task-alone`` or ``note``.
    time : str
        UTC, ISO.
    run : str
        Name of the run: its date and time.
    step : int, optional
        The step concerned.
    data : mapping of str to object
        The rest, by event.
    """

    event: str
    time: str
    run: str = ""
    step: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """Return it as one line of JSON, with its line end."""
        head: dict[str, Any] = {"event": self.event, "time": self.time, "run": self.run}
        if self.step is not None:
            head["step"] = self.step
        return json.dumps({**head, **self.data}, separators=(",", ":")) + "\n"

    @classmethod
    def from_line(cls, line: str) -> JournalEntry | None:
        """Return the entry of a line, None when the line is torn or foreign."""
        try:
            values = json.loads(line)
        except ValueError:
            return None
        if not isinstance(values, dict) or not isinstance(values.get("event"), str):
            return None
        step = values.pop("step", None)
        return cls(
            event=values.pop("event"),
            time=str(values.pop("time", "")),
            run=str(values.pop("run", "")),
            step=step if isinstance(step, int) else None,
            data=values,
        )


def new_entry(event: str, run: str = "", *, step: int | None = None, **data: Any) -> JournalEntry:
    """Return an entry with the current time."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return JournalEntry(event, now, run, step, data)


class Journal:
    """The journal on disk.

    Parameters
    ----------
    directory : Path
        Directory of the execution block.
    """

    def __init__(self, directory: Path) -> None:
        self.path = StatePlace(directory).journal

    def append(self, entry: JournalEntry) -> None:
        """Add an entry; on return it is on disk."""
        self.path.parent.mkdir(exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            # A line torn by a kill must not swallow this one.
            start = "" if _ends_whole(file) else "\n"
            _write_all(file, (start + entry.to_line()).encode())
            os.fsync(file)
        finally:
            os.close(file)

    def entries(self) -> tuple[JournalEntry, ...]:
        """Return all complete entries, oldest first, without torn lines."""
        return tuple(self._read())

    def _read(self) -> Iterator[JournalEntry]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                entry = JournalEntry.from_line(line)
                if entry is not None:
                    yield entry


def _ends_whole(file: int) -> bool:
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
