"""The state of each stage of a MOUS, only from disk, even while a reduction runs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from almared.delivery.checklist import check_mous
from almared.errors import InputError
from almared.mous import Mous
from almared.records.journal import Journal, JournalEntry
from almared.records.lock import Lock
from almared.records.state import StepState, script_states
from almared.reduce.ages import why_files_are_old
from almared.reduce.jobs import Job, jobs_of
from almared.run.execute import edited_lines
from almared.script.read import read_script
from almared.stages.stage import Completion


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The state of a job.

    Parameters
    ----------
    job : Job
        The job.
    state : StepState
        Its state.
    detail : str
        Further details.
    done, total : int
        Steps of its script, 0 for a job without one.
    begun : str
        Start of the current run, UTC, ISO; empty when nothing runs.
    """

    job: Job
    state: StepState
    detail: str = ""
    done: int = 0
    total: int = 0
    begun: str = ""


def mous_status(mous: Mous) -> tuple[JobStatus, ...]:
    """Return the state of every job of a MOUS, in order."""
    entries = Journal(mous.tree.root).entries()
    is_live = Lock(mous.tree.root).is_held()
    found: list[JobStatus] = []
    for job in jobs_of(mous):
        own = _status(job, mous, entries=entries, is_live=is_live)
        found.append(_in_the_light_of(found, own))
    return tuple(found)


def _in_the_light_of(before: Sequence[JobStatus], own: JobStatus) -> JobStatus:
    """Return the state of a seemingly finished job when its inputs are out of date."""
    outdated = [status for status in _sources(before, own.job) if _outdates(status)]
    if own.state is not StepState.DONE or not outdated:
        return own
    return replace(own, state=StepState.STALE, detail=f"it was made before {outdated[0].job.name}, to be redone")


def _sources(before: Sequence[JobStatus], job: Job) -> Iterator[JobStatus]:
    """Yield the inputs of a job; for inputs that never ran here, and may be made by hand, their own sources."""
    for status in before:
        if not job.needs(status.job):
            continue
        if status.state is StepState.NEVER:
            yield from _sources(before, status.job)
        else:
            yield status


def _outdates(status: JobStatus) -> bool:
    # A package can be made although the checklist failed.
    is_judged = status.job.stage.is_judgement
    return status.state in (StepState.STALE, StepState.RUNNING) or (status.state is StepState.FAILED and not is_judged)


def own_status(job: Job, mous: Mous) -> JobStatus:
    """Return the state of a job by its own files alone, whatever it was made from."""
    match job.stage.completion:
        case Completion.WRITTEN:
            return _of_written(job, job.script(mous))
        case Completion.STEPS:
            return _unless(job.stage.why_old(mous), _of_script(job, job.script(mous)))
        case Completion.FILES:
            return _of_files(job, mous)
        case Completion.CHECKLIST:
            return _of_checklist(job, mous)


def _status(job: Job, mous: Mous, *, entries: Sequence[JournalEntry], is_live: bool) -> JobStatus:
    own = own_status(job, mous)
    last = _last_entry(job, entries)
    begun = last.time if last and last.event == "stage-begin" and is_live else ""
    if begun:
        return JobStatus(job, StepState.RUNNING, own.detail, own.done, own.total, own.begun or begun)
    if last and last.event == "stage-end" and last.data.get("code") != 0 and own.state is not StepState.DONE:
        why = str(last.data.get("error", "")).splitlines() or [f"its command ended with {last.data.get('code')}"]
        return JobStatus(job, StepState.FAILED, why[0], own.done, own.total)
    return own


def _last_entry(job: Job, entries: Sequence[JournalEntry]) -> JournalEntry | None:
    """Return the last entry on a job in the journal of the MOUS."""
    mine = [e for e in entries if e.event in ("stage-begin", "stage-end") and e.data.get("job") == job.name]
    return mine[-1] if mine else None


def _of_written(job: Job, script: Path | None) -> JobStatus:
    """Return the state of a stage that writes a script."""
    if script is None or not script.is_file():
        return JobStatus(job, StepState.NEVER)
    edits = edited_lines(script)
    detail = "" if edits == 0 else "written by something else" if edits is None else f"edited by hand, {edits} lines"
    return JobStatus(job, StepState.DONE, detail)


def _unless(why_old: str, own: JobStatus) -> JobStatus:
    """Return the state of a finished job, unless it is older than its inputs."""
    is_old = bool(why_old) and own.state is StepState.DONE
    return replace(own, state=StepState.STALE, detail=why_old) if is_old else own


def _of_script(job: Job, path: Path | None) -> JobStatus:
    """Return the state of a stage that is a script: of all its steps, or of the first that is not done."""
    if path is None or not path.is_file():
        return JobStatus(job, StepState.NEVER)
    try:
        script = read_script(path)
    except InputError as error:
        return JobStatus(job, StepState.FAILED, error.what)
    statuses = script_states(script)
    done = sum(status.state is StepState.DONE for status in statuses)
    running = [status for status in statuses if status.state is StepState.RUNNING]
    if running:
        titles = ", ".join(f"{s.number} {script.step(s.number).title}" for s in running)
        begun = _last_begin(script.directory)
        return JobStatus(job, StepState.RUNNING, f"step {titles}", done, len(statuses), begun)
    first = next((status for status in statuses if status.state is not StepState.DONE), None)
    if first is None:
        return JobStatus(job, StepState.DONE, "", done, len(statuses))
    failed = next((status for status in statuses if status.state is StepState.FAILED), None)
    one = failed or first
    state = (
        StepState.FAILED
        if failed
        else StepState.NEVER
        if done == 0 and first.state is StepState.NEVER
        else StepState.STALE
    )
    detail = "" if state is StepState.NEVER else f"step {one.number} {script.step(one.number).title}: {one.reason}"
    return JobStatus(job, state, detail, done, len(statuses))


def _last_begin(directory: Path) -> str:
    begins = [entry.time for entry in Journal(directory).entries() if entry.event == "step-begin"]
    return begins[-1] if begins else ""


def _of_checklist(job: Job, mous: Mous) -> JobStatus:
    """Return the state of a stage that judges what is there."""
    if not mous.tree.readme.is_file():
        return JobStatus(job, StepState.NEVER)
    try:
        faults = [line.faults[0] for line in check_mous(mous) if not line.passed]
    except InputError as error:
        # The files to check do not exist yet, or no longer.
        faults = [error.what]
    return JobStatus(job, StepState.FAILED if faults else StepState.DONE, faults[0] if faults else "")


def _of_files(job: Job, mous: Mous) -> JobStatus:
    """Return the state of a stage without a script: of its files, made after all runs that they were made from."""
    files = job.stage.files(mous, job.eb)
    if not files:
        return JobStatus(job, StepState.NEVER)
    sources = [place for kind in job.stage.made_from for place in kind.directories(mous, job.eb)]
    made = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
    done = JobStatus(job, StepState.DONE, f"of {made:%Y-%m-%d %H:%M} UTC")
    return _unless(why_files_are_old(files, sources, root=mous.tree.root), done)
