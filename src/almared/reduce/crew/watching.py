"""Work of a Dask worker for a job: start the command as a child process, and watch it.

CASA holds the interpreter while it works, which would stop a worker's heartbeats, so it never runs in the worker.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from almared.errors import RunError
from almared.records.beats import POLL_S, check_beat
from almared.reduce.crew.mortal import MortalCommand, almared_command


def watch_command(words: Sequence[str], output: str, *, ticket: str, beat: str, is_wide: bool) -> int:
    """Run a command of almared on this machine and return its exit code.

    Parameters
    ----------
    words : sequence of str
        Arguments of ``almared``.
    output : str
        File for its output, on the file system that all machines share.
    ticket : str
        File made at the start, so that a restarted task is recognised.
    beat : str
        File that the reduction touches while it lives; empty when this worker ends with it anyway.
    is_wide : bool
        Whether the command itself submits work to this cluster: it then frees its worker slot.

    Raises
    ------
    RunError
        It was started before on a worker that died, or the reduction has ended.
    """
    _take(Path(ticket))
    if is_wide:
        from distributed import secede

        secede()  # type: ignore[no-untyped-call]
    child = MortalCommand(almared_command(words), Path(output))
    try:
        while True:
            try:
                return child.process.wait(timeout=POLL_S)
            except subprocess.TimeoutExpired:
                if beat:
                    check_beat(Path(beat))
    finally:
        child.end()


def _take(ticket: Path) -> None:
    try:
        os.close(os.open(ticket, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError as fault:
        raise RunError("the previous worker on this job died", where=str(ticket)) from fault
