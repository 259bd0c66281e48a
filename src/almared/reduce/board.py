"""The jobs of a reduction that can start, given the running and finished ones."""

from __future__ import annotations

from collections.abc import Sequence

from almared.reduce.jobs import Job, blocked


class Board:
    """Queue of jobs that decides which can start.

    Parameters
    ----------
    jobs : sequence of Job
        Jobs to do.
    size : int
        Maximum number at a time.
    failed : sequence of Job
        Jobs that failed before; those that depend on them are not started.
    """

    def __init__(self, jobs: Sequence[Job], *, size: int, failed: Sequence[Job]) -> None:
        self._size = size
        self._done: set[Job] = set()
        gone = {*failed, *blocked(jobs, failed)}
        self.left = [job for job in jobs if job not in gone]

    def ready(self, running: Sequence[Job]) -> list[Job]:
        """Return the jobs to start now, and remove them from the board."""
        found: list[Job] = []
        for job in list(self.left):
            busy = [*running, *found]
            if len(busy) >= self._size or any(other.stage.is_wide for other in busy):
                break
            waits = any(job.needs(other) for other in [*self.left, *busy])
            # A stage that uses all workers by itself runs alone.
            if not waits and not (job.stage.is_wide and busy):
                found.append(job)
                self.left.remove(job)
        return found

    def end(self, job: Job, *, is_done: bool) -> None:
        """Record the end of a job; if it failed, remove those that depend on it."""
        if not is_done:
            stopped = blocked(self.left, [job])
            self.left = [other for other in self.left if other not in stopped]
