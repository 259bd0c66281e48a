"""Failures of jobs: the messages of their commands as our errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.errors import (
    AlmaredError,
    DeliveryError,
    EnvironmentFaultError,
    InputError,
    PlanError,
    RunError,
    StepError,
)
from almared.reduce.crew.port import JobExit
from almared.reduce.jobs import Job

ERROR_MARK = "almared: "
CODES = {
    error.exit_code: error
    for error in (InputError, PlanError, RunError, StepError, EnvironmentFaultError, DeliveryError)
}
"""Exit code of a command -> its error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed.

    Parameters
    ----------
    job : Job
        The job.
    error : AlmaredError
        The error of its command.
    """

    job: Job
    error: AlmaredError


def job_error(job: Job, ended: JobExit, *, output: Path) -> AlmaredError:
    """Return the error of a job: the message of its command, in the class of its exit code."""
    if ended.is_lost:
        return RunError(
            f"its worker was lost: {ended.fate}",
            where=job.name,
            repair="run `almared reduce` again: it continues from the interrupted step; "
            "with --break-lock if the worker was on another, dead machine",
        )
    text = output.with_suffix(".err").read_text(encoding="utf-8", errors="replace").strip()
    what, _, repair = text.rpartition(ERROR_MARK)[2].partition("\n  What to do: ")
    killed = (
        f"its command was killed by signal {-ended.code}" if ended.code < 0 else f"its command ended with {ended.code}"
    )
    kind = CODES.get(ended.code, AlmaredError)
    if kind is DeliveryError and ERROR_MARK not in text:
        what, repair = _failed_lines(output), "see `almared check`; `almared package --force` packs it anyway"
    elif ended.code < 0 or ERROR_MARK not in text:
        what, repair = killed, f"see {output.with_suffix('.err')}; then run `almared reduce` again"
    return kind(what.strip(), where=job.name, repair=repair.strip())


def _failed_lines(output: Path) -> str:
    """Return the failed lines of a checklist printed as JSON."""
    try:
        lines = json.loads(output.read_text(encoding="utf-8"))["lines"]
        faults = [f"{line['place']}: {fault}" for line in lines if not line["passed"] for fault in line["faults"]]
    except (OSError, ValueError, KeyError, TypeError):
        faults = []
    return f"the final checklist failed ({'; '.join(faults)})" if faults else "the final checklist failed"


def summed_up(failures: Sequence[Failure], stopped: Sequence[Job]) -> AlmaredError:
    """Return the first error, with the other failures and skipped jobs named in it."""
    first = failures[0].error
    others = [failure.job.name for failure in failures[1:]]
    tail = f"; also failed: {', '.join(others)}" if others else ""
    tail += f"; not done: {', '.join(job.name for job in stopped)}" if stopped else ""
    return type(first)(first.what + tail, where=first.where, repair=first.repair)
