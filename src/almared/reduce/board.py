"""Which jobs of a reduction can be started, given those that run and those that ended."""

from __future__ import annotations

from collections.abc import Sequence

from almared.reduce.jobs import Job, blocked


class Board:
    """Which jobs can be started.

    Parameters
    ----------
    jobs : sequence of Job
        What is to be done.
    size : int
        How many at a time.
    failed : sequence of Job
        What failed before; what builds on it is not begun.
    """

    def __init__(self, jobs: Sequence[Job], *, size: int, failed: Sequence[Job]) -> None:
        self._size = size
        self._done: set[Job] = set()
        gone = {*failed, *blocked(jobs, failed)}
        self.left = [job for job in jobs if job not in gone]

    def ready(self, running: Sequence[Job]) -> list[Job]:
        """Return jobs to start now, and take them off the board."""
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
        """Take note of the end of a job; without success those that build on it go."""
        if not is_done:
            stopped = blocked(self.left, [job])
            self.left = [other for other in self.left if other not in stopped]
