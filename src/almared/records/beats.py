"""Signs of life between a run and its processes on other machines.

A lock only names processes of its own machine. While a worker elsewhere has a child for this directory, a beat file
exists here: the relay touches it, the worker removes it when the child is dead. A new run waits for that.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from almared.errors import LockedError, RunError
from almared.mous.places import StatePlace

SILENCE_S = 60.0
"""A relay without a sign for this long is dead: its child ends (s). File systems of clusters may lag."""

GRACE_S = 30.0
"""Extra time for a worker to notice it and to end its child (s)."""

POLL_S = 0.3
"""Time between checks of the other side (s)."""


@contextmanager
def beating(directory: Path) -> Iterator[Path]:
    """Make the file that shows that this process lives, and remove it at the end."""
    folder = StatePlace(directory).beats
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def check_beat(beat: Path) -> None:
    """Stop if the relay has given no sign for too long.

    Raises
    ------
    RunError
        The relay is dead.
    """
    if _silence(beat) > SILENCE_S:
        raise RunError("the run behind this work has ended", where=str(beat))


def await_silence(directory: Path) -> None:
    """Return once no process on another machine works here.

    Raises
    ------
    LockedError
        A process is running and its relay is alive.
    """
    for beat in sorted((StatePlace(directory).beats).glob("*")):
        first = time.time() - _silence(beat)
        while _silence(beat) < SILENCE_S + GRACE_S:
            if time.time() - _silence(beat) > first + POLL_S:
                raise LockedError(
                    "a process on another machine is working here", where=str(beat), repair="wait for its end or end it"
                )
            time.sleep(POLL_S)
        beat.unlink(missing_ok=True)


def _silence(beat: Path) -> float:
    """Return the seconds since the last sign, infinity when the file is gone."""
    try:
        return time.time() - beat.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
