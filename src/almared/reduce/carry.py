"""Run everything still to do for a MOUS: its jobs in order, in parallel where possible."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared import __version__
from almared.errors import AlmaredError, InputError
from almared.model import Choice
from almared.mous import Mous
from almared.records.beats import await_silence
from almared.records.journal import Journal, new_entry
from almared.records.lock import Lock, locked
from almared.reduce.board import Board
from almared.reduce.crew.cluster import (
    BatchCluster,
    Cluster,
    ClusterFile,
    LocalCluster,
    RunningCluster,
    connect,
    read_cluster_file,
)
from almared.reduce.crew.dask_crew import DaskCrew
from almared.reduce.crew.port import Crew, DirectCrew, JobExit, Task
from almared.reduce.crew.sizing import available_cores, check_disk, choose_workers, remaining_needs
from almared.reduce.failures import Failure, job_error, summed_up
from almared.reduce.fingerprints import JobFingerprints, JobSnapshot, reasons_to_call, why_left_alone
from almared.reduce.jobs import Job, PassedOptions, blocked, jobs_of, words_of
from almared.run.execute import run_name
from almared.run.resources import available_memory
from almared.run.supervise import Listener

TICK_S = 0.2
"""Time between checks of the jobs (s)."""

MOST_STARTS = 2
"""How often a job is started when its worker dies."""

LAST_OF_LOST_S = 30.0
"""How long the remains of a lost job may hold their lock (s)."""


@dataclass(frozen=True, slots=True)
class ReduceOptions:
    """How to reduce.

    Parameters
    ----------
    workers : int
        Parallel jobs, 0 for an automatic choice.
    scheduler : str
        Address of a running Dask scheduler.
    cluster : Path, optional
        A cluster file.
    is_forced, should_break_lock : bool
        As for a run.
    until : str
        Last stage; empty for all.
    is_repeated : bool
        Run the commands of all jobs, even of those already done.
    """

    workers: int = 0
    scheduler: str = ""
    cluster: Path | None = None
    is_forced: bool = False
    should_break_lock: bool = False
    until: str = ""
    is_repeated: bool = False


def reduce_mous(mous: Mous, options: ReduceOptions, *, listener: Listener) -> None:
    """Run everything still to do for a MOUS.

    A job that fails stops only those that depend on it.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    options : ReduceOptions
        How to reduce.
    listener : callable
        Receives ``reduce-begin``, ``already-done``, ``note``, ``stage-begin``, ``stage-end``, ``reduce-end``, and
        ``tick`` in between.

    Raises
    ------
    InputError
        There is nothing to reduce, or an option cannot be used.
    LockedError
        Another reduction of this MOUS is running.
    ResourceError
        The disk is too small.
    AlmaredError
        The error of the first failed job.
    """
    jobs = jobs_of(mous, until=options.until)
    if options.scheduler and options.cluster:
        raise InputError("--scheduler and --cluster are both given", repair="give one of them")
    file = read_cluster_file(options.cluster) if options.cluster else None
    with locked(mous.tree.root, break_lock=options.should_break_lock) as lock:
        await_silence(mous.tree.root)
        _Reduction(mous, options=options, lock=lock, listener=listener).carry_out(jobs, file)


class _Reduction:
    """One reduction under its lock."""

    def __init__(self, mous: Mous, *, options: ReduceOptions, lock: Lock, listener: Listener) -> None:
        self.mous = mous
        self.options = options
        self.lock = lock
        self.listener = listener
        self.journal = Journal(mous.tree.root)
        self.name = run_name(mous.tree.root)
        self.failures: list[Failure] = []
        self.fingerprints = JobFingerprints(mous)
        self.kept: tuple[Job, ...] = ()

    def carry_out(self, jobs: Sequence[Job], cluster: ClusterFile | None) -> None:
        """Do all jobs, and journal the end."""
        self._record("reduce-begin", jobs=[job.name for job in jobs], almared=__version__)
        try:
            self._do_all(jobs, cluster)
        except (AlmaredError, KeyboardInterrupt, SystemExit) as fault:
            with suppress(OSError):
                self._record("reduce-end", outcome="failed", error=getattr(fault, "what", "interrupted"))
            raise
        outcome = "failed" if self.failures else "done"
        failed, kept = [failure.job.name for failure in self.failures], [job.name for job in self.kept]
        self._record("reduce-end", outcome=outcome, failed=failed, already_done=kept)
        if self.failures:
            raise summed_up(self.failures, self._stopped(jobs))

    def _do_all(self, jobs: Sequence[Job], cluster: ClusterFile | None) -> None:
        """Plan the execution blocks, then do the other jobs with a crew of the size that the plans ask for."""
        plans = [job for job in jobs if job.stage.is_planning]
        alone = [job for job in plans if self._is_left_alone(job)]
        self.kept = tuple(self._already_done(jobs, alone=alone))
        plans = [job for job in plans if job not in alone and job not in self.kept]
        if plans:
            with _crew_of(DirectCrew(available_cores())) as crew:
                self._do(plans, crew, passed=PassedOptions())
        others = [job for job in jobs if not job.stage.is_planning]
        left = [job for job in others if job not in self.kept and job not in self._stopped(jobs)]
        if left:
            self._do_with_crew(left, cluster)

    def _already_done(self, jobs: Sequence[Job], *, alone: Sequence[Job]) -> Iterator[Job]:
        """Yield the jobs that need no run, and report them."""
        reasons = {} if self.options.is_repeated else reasons_to_call(self.mous, jobs)
        for job in jobs:
            if job not in alone and reasons.get(job) == "":
                # Reported but not journalled: nothing happened.
                self.listener(new_entry("already-done", self.name, **_identity(job)))
                yield job

    def _stopped(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Return the jobs that cannot be done because others failed."""
        return blocked(jobs, [failure.job for failure in self.failures])

    def _is_left_alone(self, job: Job) -> bool:
        """Return whether a script must stay unchanged: it was edited by hand, or is running."""
        why = why_left_alone(job)
        if why:
            self._record("note", job=job.name, text=why)
        return bool(why)

    def _do_with_crew(self, jobs: Sequence[Job], cluster: ClusterFile | None) -> None:
        needs = remaining_needs(self.mous.ebs)
        if not self.options.is_forced:
            check_disk(self.mous.tree.root, needs, free=shutil.disk_usage(self.mous.tree.root).free)
        choice = choose_workers(needs, cores=available_cores(), memory=available_memory(), wanted=self.options.workers)
        state = self.mous.tree.state.path
        with _crew_of(_make_crew(self.options, choice, file=cluster, state=state)) as crew:
            scheduler = crew.cluster.address if isinstance(crew, DaskCrew) and crew.cluster.is_remote else ""
            self._record("crew", size=crew.size, reason=choice.reason, warning=choice.warning, scheduler=scheduler)
            passed = PassedOptions(
                is_forced=self.options.is_forced,
                should_break_lock=self.options.should_break_lock,
                workers=self.options.workers or (crew.size if scheduler else available_cores()),
                share=max(1, available_cores() // crew.size),
                scheduler=scheduler,
            )
            self._do(jobs, crew, passed=passed)

    def _do(self, jobs: Sequence[Job], crew: Crew, *, passed: PassedOptions) -> None:
        """Start jobs as soon as their prerequisites are done."""
        board = Board(jobs, size=crew.size, failed=[failure.job for failure in self.failures])
        running: dict[Job, _ActiveJob] = {}
        while running or board.left:
            for job in board.ready(list(running)):
                running[job] = self._start(job, crew, passed=passed)
            if not running:
                break
            time.sleep(TICK_S)
            self._tend(crew)
            self.listener(new_entry("tick"))
            for job, started in list(running.items()):
                ended = started.task.poll()
                if ended is None:
                    continue
                del running[job]
                if ended.is_lost and started.count < MOST_STARTS and self._is_free(job):
                    self._record("note", job=job.name, text=f"{ended.fate}; it is restarted")
                    running[job] = self._start(job, crew, passed=passed, count=started.count + 1)
                else:
                    board.end(job, is_done=self._end(job, ended, started=started))

    def _start(self, job: Job, crew: Crew, *, passed: PassedOptions, count: int = 1) -> _ActiveJob:
        output = self.mous.tree.state.output(job.name.replace(" ", "-"))
        self._record("stage-begin", **_identity(job))
        start = self.fingerprints.begin(job)
        task = crew.start(words_of(job, self.mous, options=passed), output, is_wide=job.stage.is_wide)
        return _ActiveJob(task, output, time.monotonic(), count, start)

    def _end(self, job: Job, ended: JobExit, *, started: _ActiveJob) -> bool:
        """Journal the end of a job; return whether it was done."""
        error = None if ended.code == 0 and not ended.is_lost else job_error(job, ended, output=started.output)
        fault = {"error": error.what, "where": error.where, "repair": error.repair} if error else {}
        seconds = round(time.monotonic() - started.begin, 1)
        self._record("stage-end", job=job.name, code=ended.code, seconds=seconds, **fault)
        if error is None:
            self.fingerprints.end(job, started.start)
        else:
            self.failures.append(Failure(job, error))
        return error is None

    def _is_free(self, job: Job) -> bool:
        """Wait until nothing writes any more where a lost job worked; tell whether that is so."""
        place = Lock(job.eb.directory if job.eb else job.directory(self.mous) or self.mous.tree.root / "none")
        end = time.monotonic() + LAST_OF_LOST_S
        while place.is_held() and time.monotonic() < end:
            time.sleep(TICK_S)
        return not place.is_held()

    def _tend(self, crew: Crew) -> None:
        if isinstance(crew, DaskCrew):
            message = crew.tend()
            if message:
                self._record("note", job="cluster", text=message)
            pids = crew.cluster.pids()
            if tuple(pid for pid, _ in self.lock.mine.children) != tuple(pids):
                self.lock.note_children(pids)

    def _record(self, event: str, **data: Any) -> None:
        entry = new_entry(event, self.name, **data)
        self.journal.append(entry)
        self.listener(entry)


@dataclass(frozen=True, slots=True)
class _ActiveJob:
    """A running job."""

    task: Task
    output: Path
    begin: float
    count: int
    start: JobSnapshot


@contextmanager
def _crew_of(crew: DirectCrew | DaskCrew) -> Iterator[DirectCrew | DaskCrew]:
    try:
        yield crew
    finally:
        crew.close()


def _make_crew(
    options: ReduceOptions, choice: Choice[int], *, file: ClusterFile | None, state: Path
) -> DirectCrew | DaskCrew:
    """Return the workers; a single worker of this machine needs no cluster."""
    if options.scheduler:
        cluster: Cluster = RunningCluster(options.scheduler)
        return DaskCrew(cluster, options.workers or _size_of(cluster), state=state)
    if file is not None:
        return DaskCrew(BatchCluster(file), file.workers, state=state)
    if choice.value == 1:
        return DirectCrew(1)
    return DaskCrew(LocalCluster(choice.value, state), choice.value, state=state)


def _size_of(cluster: Cluster) -> int:
    client = connect(cluster)
    try:
        return max(1, sum(client.nthreads().values()))  # type: ignore[no-untyped-call]
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _identity(job: Job) -> dict[str, Any]:
    return {"job": job.name, "stage": job.stage.name, "eb": str(job.eb.uid) if job.eb else ""}
