"""Whether a job can be skipped: its inputs and products are unchanged since it succeeded.

A job is remembered by the disk fingerprints of those sections of the MOUS. They do not describe the contents, and
need not: after any change the job is run, and its command finds out what is still to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from almared.basics.wholefile import write_whole
from almared.mous import Mous
from almared.records.fingerprints import content_fingerprint, disk_fingerprint
from almared.records.journal import Journal
from almared.records.lock import Lock
from almared.records.sections import Look
from almared.records.state import StepState
from almared.reduce.jobs import Job, plan_words
from almared.reduce.status import own_status
from almared.run.execute import edited_lines

OPTIONS = "options of the plan"
JOURNAL_S = 1e-3
"""Precision of the times in the journal (s)."""


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """Fingerprints at the start of a job.

    Parameters
    ----------
    sections : mapping of str to str
        Disk fingerprints of its inputs and products.
    editable : mapping of str to str
        Content fingerprints of the files in its directory that people edit.
    """

    sections: Mapping[str, str]
    editable: Mapping[str, str]


class JobFingerprints:
    """Fingerprints of the successful jobs of a MOUS, on disk; use them under its lock.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    """

    def __init__(self, mous: Mous) -> None:
        self._mous = mous
        self._path = mous.tree.state.seals
        self._known = _read(self._path)

    def why_call(self, job: Job, look: Look) -> str:
        """Return why a job has to run, empty if nothing changed since it succeeded.

        Parameters
        ----------
        job : Job
            The job.
        look : Look
            Look at the MOUS now.
        """
        known = self._known.get(job.name)
        if known is None:
            return "no reduction has finished it yet"
        now = self._sections(job, look)
        changed = [name for name in now if now[name] != known.get(name)]
        return f"{', '.join(changed)} changed since" if changed else ""

    def begin(self, job: Job) -> JobSnapshot:
        """Forget a job that is run, and return the fingerprints before it starts."""
        if self._known.pop(job.name, None) is not None:
            self._write()
        return JobSnapshot(self._sections(job, Look(self._mous)), self._editable(job))

    def end(self, job: Job, start: JobSnapshot) -> None:
        """Keep the fingerprints of a successful job, if they are reliable."""
        look = Look.after_a_tick(self._mous)
        now = self._sections(job, look)
        is_settled = look.is_settled(name for name in now if name != OPTIONS)
        if is_settled and (now == start.sections or self._is_of_its_sources(job, start, now=now)):
            self._known[job.name] = dict(now)
            self._write()

    def _is_of_its_sources(self, job: Job, start: JobSnapshot, *, now: Mapping[str, str]) -> bool:
        """Return whether what a job made is of what is there now: nobody edited anything while it was at work."""
        own = _own(job, self._mous)
        if any(now[name] != start.sections[name] for name in now if name not in own):
            return False
        if job.stage.is_planning:
            return job.eb is not None and edited_lines(job.eb.script) == 0
        if job.stage.runs_script and own_status(job, self._mous).state is not StepState.DONE:
            return False
        place = self._place(job)
        return place is None or self._editable(job) == start.editable or not _is_edited_since_its_run(job, place)

    def _place(self, job: Job) -> Path | None:
        """Return where a job works on files that people edit, None for others."""
        return job.directory(self._mous) if job.stage.editable else None

    def _sections(self, job: Job, look: Look) -> dict[str, str]:
        found = dict(look.fingerprints((*_sources(job, self._mous), *_own(job, self._mous))))
        if job.eb is not None and job.stage.is_planning:
            words = plan_words(self._mous.settings.plan.for_eb(job.eb.uid), Path())
            found[OPTIONS] = json.dumps(words)
        return found

    def _editable(self, job: Job) -> dict[str, str]:
        place = self._place(job)
        return {name: content_fingerprint(place / name) for name in job.stage.editable} if place else {}

    def _write(self) -> None:
        self._path.parent.mkdir(exist_ok=True)
        write_whole(self._path, json.dumps(self._known, indent=1, sort_keys=True) + "\n")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    jobs = values.items() if isinstance(values, dict) else ()
    return {name: known for name, known in jobs if isinstance(known, dict)}


def _sources(job: Job, mous: Mous) -> tuple[str, ...]:
    """Return the sections that a job looks at and leaves as they are."""
    return tuple(name for kind in job.stage.reads for name in kind.names(mous, job.eb))


def _own(job: Job, mous: Mous) -> tuple[str, ...]:
    """Return the sections that a job makes."""
    return tuple(name for kind in job.stage.makes for name in kind.names(mous, job.eb))


def _is_edited_since_its_run(job: Job, place: Path) -> bool:
    """Return whether a file that people edit was written after the start of the last run of the script there."""
    begins = [entry.time for entry in Journal(place).entries() if entry.event == "run-begin"]
    begun = datetime.fromisoformat(begins[-1]).timestamp() if begins else 0.0
    newest = max(disk_fingerprint(place / name).newest_ns for name in job.stage.editable) / 1e9
    return newest > begun + JOURNAL_S


def why_left_alone(job: Job) -> str:
    """Return why the script of an execution block is not planned again, empty when it may be."""
    if job.eb is None or not job.stage.is_planning:
        return ""
    script = job.eb.script
    if Lock(job.eb.directory).is_held():
        return "it is running elsewhere; its script stays unchanged"
    is_as_planned = not script.is_file() or edited_lines(script) == 0
    return "" if is_as_planned else f"{script.name} was edited by hand and stays unchanged"


def reasons_to_call(mous: Mous, jobs: Sequence[Job]) -> dict[Job, str]:
    """Return for each job why it has to run, empty for those already done.

    A script that stays unchanged needs no run either. Jobs that depend on one that runs are run too.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    jobs : sequence of Job
        Jobs, in order.
    """
    known, look = JobFingerprints(mous), Look(mous)
    found: dict[Job, str] = {}
    for job in jobs:
        before = [other.name for other, why in found.items() if why and job.needs(other)]
        if before:
            found[job] = f"{before[0]} is run"
        else:
            found[job] = "" if why_left_alone(job) else known.why_call(job, look)
    return found
