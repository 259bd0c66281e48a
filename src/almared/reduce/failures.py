"""How jobs fail: what their commands said, as errors of ours."""

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
"""Exit code of a command -> the error that stands for it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed.

    Parameters
    ----------
    job : Job
        The job.
    error : AlmaredError
        What its command told.
    """

    job: Job
    error: AlmaredError


def job_error(job: Job, ended: JobExit, *, output: Path) -> AlmaredError:
    """Return the error of a job: what its command said, in the class of its exit code."""
    if ended.is_lost:
        return RunError(
            f"its worker was lost: {ended.told}",
            where=job.name,
            repair="call `almared reduce` again: it goes on from the step that was cut; "
            "with --break-lock when the worker was on another machine that is dead",
        )
    text = output.with_suffix(".err").read_text(encoding="utf-8", errors="replace").strip()
    what, _, repair = text.rpartition(ERROR_MARK)[2].partition("\n  What to do: ")
    killed = (
        f"its command was killed by signal {-ended.code}" if ended.code < 0 else f"its command ended with {ended.code}"
    )
    kind = CODES.get(ended.code, AlmaredError)
    if kind is DeliveryError and ERROR_MARK not in text:
        what, repair = _failed_lines(output), "see `almared check`; `almared package --force` packs it all the same"
    elif ended.code < 0 or ERROR_MARK not in text:
        what, repair = killed, f"see {output.with_suffix('.err')}; then call `almared reduce` again"
    return kind(what.strip(), where=job.name, repair=repair.strip())


def _failed_lines(output: Path) -> str:
    """Return what failed of the checklist that a command printed as JSON."""
    try:
        lines = json.loads(output.read_text(encoding="utf-8"))["lines"]
        faults = [f"{line['place']}: {fault}" for line in lines if not line["passed"] for fault in line["faults"]]
    except (OSError, ValueError, KeyError, TypeError):
        faults = []
    return f"the final checklist failed ({'; '.join(faults)})" if faults else "the final checklist failed"


def summed_up(failures: Sequence[Failure], stopped: Sequence[Job]) -> AlmaredError:
    """Return the first error, with the others and what was not done named in it."""
    first = failures[0].error
    others = [failure.job.name for failure in failures[1:]]
    tail = f"; failed too: {', '.join(others)}" if others else ""
    tail += f"; not done: {', '.join(job.name for job in stopped)}" if stopped else ""
    return type(first)(first.what + tail, where=first.where, repair=first.repair)
