"""The state of each step, only from the script, the journal and the files on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from almared.records.journal import Journal, JournalEntry
from almared.records.lock import Lock
from almared.script.read import CalibrationScript, ScriptStep

FINGERPRINT = "digest"
"""Key of the fingerprint of a step in the entry of its start."""


class StepState(StrEnum):
    """State of a step."""

    DONE = "done"
    STALE = "stale"
    FAILED = "failed"
    NEVER = "never"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class StepStatus:
    """State of one step and why.

    Parameters
    ----------
    number : int
        The step.
    state : StepState
        Its state.
    reason : str
        Why it is not done, empty if it is.
    seconds : float, s, optional
        Time of its last successful run.
    """

    number: int
    state: StepState
    reason: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """The journal's record of a step.

    Parameters
    ----------
    begun : int
        Position of its last start in the journal, -1 if it never started.
    ended : JournalEntry, optional
        The matching end.
    fingerprint : str
        Hash of the text started last.
    seconds : float, s, optional
        Time of its last successful run.
    touched : int
        Position of the last task run on its own, outside a run of the step, -1 if none.
    death : str
        How the process died in it, empty if it did not or nobody saw it.
    """

    begun: int = -1
    ended: JournalEntry | None = None
    fingerprint: str = ""
    seconds: float | None = None
    touched: int = -1
    death: str = ""

    @property
    def latest(self) -> int:
        """Position of the last change of its products, -1 if it never ran."""
        return max(self.begun, self.touched)


def step_records(entries: Iterable[JournalEntry]) -> dict[int, StepRecord]:
    """Return the journal's record of each step; entries before a clean start only count for durations."""
    records: dict[int, StepRecord] = {}
    for place, entry in enumerate(entries):
        if entry.event == "clean":
            records = {number: StepRecord(seconds=record.seconds) for number, record in records.items()}
        if entry.step is not None:
            records[entry.step] = _extended(records.get(entry.step, StepRecord()), place, entry=entry)
    return records


def _extended(record: StepRecord, place: int, *, entry: JournalEntry) -> StepRecord:
    """Return the record updated by the entry."""
    if entry.event == "step-begin":
        fingerprint = str(entry.data.get(FINGERPRINT, ""))
        return replace(record, begun=place, ended=None, death="", fingerprint=fingerprint)
    if entry.event == "step-end":
        is_done = entry.data.get("outcome") == "done"
        return replace(record, ended=entry, seconds=float(entry.data["seconds"]) if is_done else record.seconds)
    if entry.event == "task-alone":
        return replace(record, touched=place)
    if entry.event == "died":
        return replace(record, death=str(entry.data.get("how", "")))
    return record


def script_states(script: CalibrationScript) -> tuple[StepStatus, ...]:
    """Return the state of each step of a script, only from disk."""
    return derive_states(
        script.steps,
        Journal(script.directory).entries(),
        exists=script.has,
        is_live=Lock(script.directory).is_held(),
    )


def derive_states(
    steps: Sequence[ScriptStep],
    entries: Iterable[JournalEntry],
    *,
    exists: Callable[[str], bool],
    is_live: bool = False,
) -> tuple[StepStatus, ...]:
    """Return the state of each step.

    Parameters
    ----------
    steps : sequence of ScriptStep
        The steps of the script as it is now, in order.
    entries : iterable of JournalEntry
        The journal, oldest first.
    exists : callable
        Returns whether a product is on disk.
    is_live : bool
        Whether a run holds the lock now.

    References
    ----------
    Architecture decision 7: a step is stale when its text changed, when a product of it is missing, or when a
    step on which it depends started again or is not done.
    """
    records = step_records(entries)
    statuses: dict[int, StepStatus] = {}
    for step in steps:
        record = records.get(step.number, StepRecord())
        state, reason = _own_state(step, record, exists=exists, is_live=is_live)
        if state is StepState.DONE:
            before = [number for number in statuses if number in step.after]
            reason = _why_outdated(record, {n: records.get(n, StepRecord()) for n in before}, statuses=statuses)
            state = StepState.STALE if reason else state
        statuses[step.number] = StepStatus(step.number, state, reason, record.seconds)
    return tuple(statuses.values())


def _why_outdated(record: StepRecord, before: Mapping[int, StepRecord], *, statuses: Mapping[int, StepStatus]) -> str:
    """Return which step makes a dependent step stale, empty if none does."""
    latest = max(before, key=lambda number: before[number].latest, default=None)
    if latest is not None and before[latest].latest > record.begun:
        return f"step {latest} ran after it"
    undone = [number for number in before if statuses[number].state is not StepState.DONE]
    return f"step {undone[0]} before it is not done" if undone else ""


def _own_state(
    step: ScriptStep, record: StepRecord, *, exists: Callable[[str], bool], is_live: bool
) -> tuple[StepState, str]:
    if record.begun < 0:
        return StepState.NEVER, "it never ran"
    if record.ended is None:
        return (StepState.RUNNING, "") if is_live else (StepState.FAILED, record.death or "it was killed while running")
    if record.ended.data.get("outcome") != "done":
        return StepState.FAILED, str(record.ended.data.get("error", "it failed"))
    why = _why_stale(step, record, exists=exists)
    return (StepState.STALE if why else StepState.DONE), why


def _why_stale(step: ScriptStep, record: StepRecord, *, exists: Callable[[str], bool]) -> str:
    """Return why a successful step no longer counts by itself, empty if it does."""
    made: Mapping[str, Any] = record.ended.data.get("made", {}) if record.ended else {}
    missing = [name for name in made if not exists(name)]
    if record.fingerprint != step.fingerprint:
        return "its text changed"
    if record.touched > record.begun:
        return "one of its tasks ran on its own after it"
    return f"{missing[0]} is missing" if missing else ""
