"""Displays of a running script."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from almared.records.journal import JournalEntry
from almared.run.supervise import Listener
from almared.script.read import CalibrationScript

Display = Callable[[CalibrationScript], AbstractContextManager[Listener]]
"""Shows a run of a script: yields the listener for its events."""


def no_display(script: CalibrationScript) -> AbstractContextManager[Listener]:
    """Return a display that shows nothing."""
    del script
    return nullcontext(_unheard)


def _unheard(entry: JournalEntry) -> None:
    del entry
