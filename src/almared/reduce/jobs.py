"""The jobs that the stages of a MOUS become, and the words of their commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.errors import InputError
from almared.mous import Mous, MousEb
from almared.mous.settings import PlanTable
from almared.stages.stage import STAGES, Stage


@dataclass(frozen=True, slots=True)
class Job:
    """A stage for one execution block, or for the MOUS.

    Parameters
    ----------
    stage : Stage
        The stage.
    eb : MousEb, optional
        The execution block, None for the whole MOUS.
    """

    stage: Stage
    eb: MousEb | None = None

    @property
    def name(self) -> str:
        """Such as ``X36f run`` or ``image``."""
        return f"{self.eb.name} {self.stage.name}" if self.eb else self.stage.name

    def needs(self, other: Job) -> bool:
        """Return whether another job has to be done before this one."""
        if other.stage.name not in self.stage.needs:
            return False
        return self.eb is None or other.eb == self.eb

    def directory(self, mous: Mous) -> Path | None:
        """Return where its script is, None for a job without one."""
        return self.stage.directory(mous, self.eb)

    def script(self, mous: Mous) -> Path | None:
        """Return its script, None for a job without one."""
        return self.stage.script(mous, self.eb)


def jobs_of(mous: Mous, *, until: str = "") -> tuple[Job, ...]:
    """Return the jobs of a MOUS in order.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    until : str
        Last stage; empty for all.

    Raises
    ------
    InputError
        There is no such stage, or no execution block.
    """
    names = [stage.name for stage in STAGES]
    if until and until not in names:
        raise InputError(f"there is no stage {until!r}", repair=f"stages are {', '.join(names)}")
    if not mous.ebs:
        raise InputError(
            "it has no execution blocks", where=str(mous.tree.root), repair="add them with `almared prepare`"
        )
    wanted = STAGES[: names.index(until) + 1] if until else STAGES
    return tuple(job for stage in wanted for job in _jobs_of_stage(stage, mous))


def _jobs_of_stage(stage: Stage, mous: Mous) -> Iterator[Job]:
    if stage.is_part_of(mous):
        yield from (Job(stage, eb) for eb in stage.ebs(mous))


@dataclass(frozen=True, slots=True)
class PassedOptions:
    """Options of a reduction that are passed to its commands.

    Parameters
    ----------
    is_forced, should_break_lock : bool
        ``--force``, ``--break-lock``.
    workers : int
        Number of parallel processes of a stage that runs alone.
    share : int
        Number of parallel processes when other jobs run at the same time.
    scheduler : str
        Address of a Dask scheduler on other machines, empty for this one.
    """

    is_forced: bool = False
    should_break_lock: bool = False
    workers: int = 1
    share: int = 1
    scheduler: str = ""


def words_of(job: Job, mous: Mous, *, options: PassedOptions) -> tuple[str, ...]:
    """Return the arguments of a job's command, after ``almared``."""
    target = job.eb.asdm if job.eb else mous.tree.root
    words = [job.stage.command, str(target), "--json"]
    if job.eb is not None and job.stage.is_planning:
        words += plan_words(mous.settings.plan.for_eb(job.eb.uid), mous.tree.root)
    given = {
        "force": ["--force"] * options.is_forced,
        "break-lock": ["--break-lock"] * options.should_break_lock,
        "workers": ["--workers", str(options.workers)],
        "share": ["--workers", str(options.share)],
        "scheduler": ["--scheduler", options.scheduler] if options.scheduler else [],
    }
    return tuple(words + [word for name in job.stage.options for word in given[name]])


def plan_words(plan: PlanTable, root: Path) -> list[str]:
    """Return the options of ``almared plan`` in ``mous.toml``; files are relative to the MOUS."""
    return list(plan.words(root))


def blocked(jobs: Sequence[Job], failed: Sequence[Job]) -> tuple[Job, ...]:
    """Return the jobs that cannot run because jobs they depend on failed."""
    stopped = list(failed)
    for job in jobs:
        if job not in stopped and any(job.needs(other) for other in stopped):
            stopped.append(job)
    return tuple(job for job in stopped if job not in failed)
