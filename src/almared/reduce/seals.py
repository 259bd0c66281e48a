"""What tells that a job need not be called again: all that it looks at and makes is as it was when it ended.

A seal holds the traces of those sections of the MOUS. It says nothing of what is in them, and has not to: whatever
was touched, by whomever, the job is called, and its command finds out by itself what is left to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from almared.basics.wholefile import write_whole
from almared.formats.contdat import NAME as RANGES
from almared.formats.fluxtable import NAME as FLUX_TABLE
from almared.mous import Mous
from almared.names import FLUX_SCRIPT, IMAGING_SCRIPT
from almared.records.journal import STATE_DIRECTORY, Journal
from almared.records.lock import Lock
from almared.records.marks import mark_of, traces_of
from almared.records.sections import (
    CODE,
    README,
    SETTINGS,
    Look,
    asdm_section,
    calibration_section,
    plan_section,
    report_section,
)
from almared.records.state import StepState
from almared.reduce.jobs import Job, plan_words
from almared.reduce.status import own_status
from almared.run.execute import edited_lines

SEALS = "seals.json"
"""Under the state directory of the MOUS."""

OPTIONS = "options of the plan"
JOURNAL_S = 1e-3
"""To what the journal tells times (s)."""

HAS_SCRIPT = ("run", "combine", "image")

EDITABLE = {"combine": (FLUX_TABLE, FLUX_SCRIPT), "image": (RANGES, IMAGING_SCRIPT, "masks")}
"""What people edit in the places where these stages work."""


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """What was there when a job began.

    Parameters
    ----------
    traces : mapping of str to str
        Of all that it looks at and makes.
    editable : mapping of str to str
        Marks of the files in the place where it works that people edit.
    """

    traces: Mapping[str, str]
    editable: Mapping[str, str]


class Seals:
    """The seals of a MOUS on disk; to be used under its lock.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    """

    def __init__(self, mous: Mous) -> None:
        self._mous = mous
        self._path = mous.tree.root / STATE_DIRECTORY / SEALS
        self._seals = _read(self._path)

    def why_open(self, job: Job, look: Look) -> str:
        """Return why a job has to be called, empty when all of it is as it was when it ended well.

        Parameters
        ----------
        job : Job
            The job.
        look : Look
            At the MOUS, now.
        """
        sealed = self._seals.get(job.name)
        if sealed is None:
            return "no reduction has seen it done"
        now = self._traces(job, look)
        changed = [name for name in now if now[name] != sealed.get(name)]
        return f"{', '.join(changed)} changed since" if changed else ""

    def begin(self, job: Job) -> JobSnapshot:
        """Break the seal of a job that is called, and return what is there before it begins."""
        if self._seals.pop(job.name, None) is not None:
            self._write()
        return JobSnapshot(self._traces(job, Look(self._mous)), self._editable(job))

    def end(self, job: Job, begun: JobSnapshot) -> None:
        """Seal a job that ended well, if that can be relied on."""
        look = Look.after_a_tick(self._mous)
        now = self._traces(job, look)
        is_settled = look.is_settled(name for name in now if name != OPTIONS)
        if is_settled and (now == begun.traces or self._is_of_its_sources(job, begun, now=now)):
            self._seals[job.name] = dict(now)
            self._write()

    def _is_of_its_sources(self, job: Job, begun: JobSnapshot, *, now: Mapping[str, str]) -> bool:
        """Tell whether what a job made is of what is there now: nobody edited anything while it was at work."""
        own = _own(job)
        if any(now[name] != begun.traces[name] for name in now if name not in own):
            return False
        if job.stage.name == "plan":
            return job.eb is not None and edited_lines(job.eb.directory / job.eb.products.script) == 0
        if job.stage.name in HAS_SCRIPT and own_status(job, self._mous).state is not StepState.DONE:
            return False
        place = self._place(job)
        return place is None or self._editable(job) == begun.editable or not _is_edited_since_its_run(job, place)

    def _place(self, job: Job) -> Path | None:
        """Return where a job works on files that people edit, None for others."""
        return {"combine": self._mous.tree.combination, "image": self._mous.tree.imaging}.get(job.stage.name)

    def _traces(self, job: Job, look: Look) -> dict[str, str]:
        traces = dict(look.traces((*_sources(job, self._mous), *_own(job))))
        if job.eb is not None and job.stage.name == "plan":
            words = plan_words(self._mous.settings.plan.for_eb(job.eb.uid), Path())
            traces[OPTIONS] = json.dumps(words)
        return traces

    def _editable(self, job: Job) -> dict[str, str]:
        place = self._place(job)
        return {name: mark_of(place / name) for name in EDITABLE[job.stage.name]} if place else {}

    def _write(self) -> None:
        self._path.parent.mkdir(exist_ok=True)
        write_whole(self._path, json.dumps(self._seals, indent=1, sort_keys=True) + "\n")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    seals = values.items() if isinstance(values, dict) else ()
    return {name: seal for name, seal in seals if isinstance(seal, dict)}


def _sources(job: Job, mous: Mous) -> tuple[str, ...]:
    """Return the sections that a job looks at and leaves as they are."""
    if job.eb is not None:
        of_eb = {
            "plan": (asdm_section(job.eb),),
            "run": (asdm_section(job.eb),),
            "report": (calibration_section(job.eb),),
        }
        return (CODE, *of_eb[job.stage.name], *((SETTINGS,) if job.stage.name == "plan" else ()))
    calibrations = tuple(calibration_section(eb) for eb in mous.ebs)
    made = {"combine": (), "image": ("Combination",)}.get(job.stage.name, ("Combination", "Imaging"))
    reports = () if job.stage.name in ("combine", "image") else tuple(report_section(eb) for eb in mous.ebs)
    whole = ("qa2",) if job.stage.name in ("readme", "check", "package") else ()
    readme = (README,) if job.stage.name in ("check", "package") else ()
    return (CODE, SETTINGS, *calibrations, *made, *reports, *whole, *readme)


def _own(job: Job) -> tuple[str, ...]:
    """Return the sections that a job makes."""
    if job.eb is not None:
        return {"plan": (plan_section(job.eb),), "run": (calibration_section(job.eb),)}.get(
            job.stage.name, (report_section(job.eb),)
        )
    own = {"combine": ("Combination",), "image": ("Imaging",), "mous-report": ("qa2",), "readme": (README,)}
    return {**own, "package": ("Delivery",)}.get(job.stage.name, ())


def _is_edited_since_its_run(job: Job, place: Path) -> bool:
    """Tell whether a file that people edit was written after the last run of the script there had begun."""
    begins = [entry.time for entry in Journal(place).entries() if entry.event == "run-begin"]
    begun = datetime.fromisoformat(begins[-1]).timestamp() if begins else 0.0
    newest = max(traces_of(place / name).newest_ns for name in EDITABLE[job.stage.name]) / 1e9
    return newest > begun + JOURNAL_S


def why_left_alone(job: Job) -> str:
    """Return why the script of an execution block is not planned anew, empty when it may be."""
    if job.eb is None or job.stage.name != "plan":
        return ""
    script = job.eb.directory / job.eb.products.script
    if Lock(job.eb.directory).is_held():
        return "a run of it goes on elsewhere; its script stays as it is"
    is_as_planned = not script.is_file() or edited_lines(script) == 0
    return "" if is_as_planned else f"{script.name} was edited by hand and stays as it is"


def reasons_to_call(mous: Mous, jobs: Sequence[Job]) -> dict[Job, str]:
    """Return for each job why it has to be called, empty for those that are already done.

    A script that stays as it is needs no call either. What builds on a job that is called is called.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    jobs : sequence of Job
        Jobs, in order.
    """
    seals, look = Seals(mous), Look(mous)
    found: dict[Job, str] = {}
    for job in jobs:
        before = [other.name for other, why in found.items() if why and job.needs(other)]
        if before:
            found[job] = f"{before[0]} is called"
        else:
            found[job] = "" if why_left_alone(job) else seals.why_open(job, look)
    return found
