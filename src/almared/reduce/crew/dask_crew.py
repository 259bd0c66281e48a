"""A crew of Dask workers, each of which only watches the command it started."""

from __future__ import annotations

import math
import os
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from almared.records.beats import beating
from almared.reduce.crew.cluster import Cluster, connect
from almared.reduce.crew.port import JobExit
from almared.reduce.crew.watching import watch_command

BEAT_S = 2.0
"""Time between signs of life to workers elsewhere (s)."""

PATIENCE_S = 60.0
"""Time without workers after which a warning is given (s)."""

TICKETS = "tickets"
"""Files that record the started tasks, under the state directory of the MOUS."""


class DaskTask:
    """A job on a worker.

    Parameters
    ----------
    future : distributed.Future
        Of `watch_command`.
    """

    def __init__(self, future: Any) -> None:
        self._future = future

    def poll(self) -> JobExit | None:
        """Return its end, None while it is running."""
        if not self._future.done():
            return None
        if self._future.status == "finished":
            return JobExit(int(self._future.result()))
        fault = self._future.exception() if self._future.status == "error" else self._future.status
        last = getattr(fault, "last_worker", None)
        fate = f"the worker at {last.address} died" if last else str(getattr(fault, "what", fault)).splitlines()[0]
        return JobExit(-1, is_lost=True, fate=fate)

    def end(self) -> None:
        """Drop it; the command ends with the beat or the worker."""
        self._future.cancel()


class DaskCrew:
    """Dask workers.

    Parameters
    ----------
    cluster : Cluster
        The cluster of the workers.
    size : int
        Maximum number of jobs at a time.
    state : Path
        State directory of the MOUS, on the file system that all machines share.
    """

    def __init__(self, cluster: Cluster, size: int, *, state: Path) -> None:
        self.size = size
        self.cluster = cluster
        self._tickets = state / TICKETS
        self._tickets.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.callback(cluster.close)
            self._client = connect(cluster)
            stack.callback(self._client.close)
            self._beat = stack.enter_context(beating(state.parent)) if cluster.is_remote else None
            if not cluster.is_remote:
                # Wait for all workers: early jobs would otherwise queue on the first.
                with suppress(TimeoutError):
                    self._client.wait_for_workers(size, timeout=PATIENCE_S)
            self._stack = stack.pop_all()
        self._last_beat = self._last_worker = time.monotonic()

    def start(self, words: Sequence[str], output: Path, *, is_wide: bool) -> DaskTask:
        """Start a command of almared on a worker."""
        future = self._client.submit(
            watch_command,
            list(words),
            str(output),
            ticket=str(self._tickets / uuid.uuid4().hex),
            beat=str(self._beat or ""),
            is_wide=is_wide and self.cluster.is_remote,
            pure=False,
            retries=0,
        )
        return DaskTask(future)

    def tend(self) -> str:
        """Give a sign of life, and replace dead workers; return a message for the reducer.

        Raises
        ------
        RunError
            Workers of this machine keep dying.
        """
        self.cluster.tend()
        now = time.monotonic()
        if self._beat is None or now - self._last_beat < BEAT_S:
            return ""
        with suppress(FileNotFoundError):
            os.utime(self._beat)
        self._last_beat = now
        if self._client.scheduler_info(n_workers=-1)["workers"]:
            self._last_worker = now
        elif now - self._last_worker > PATIENCE_S:
            self._last_worker = math.inf
            return f"no worker has come for {PATIENCE_S:.0f} s; the jobs wait for one (is the queue full?)"
        return ""

    def close(self) -> None:
        """End all running jobs."""
        self._stack.close()
        for ticket in self._tickets.iterdir():
            ticket.unlink(missing_ok=True)
