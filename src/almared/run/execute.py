"""Run a calibration script: choose the steps, check the disk, journal, resume."""

from __future__ import annotations

import difflib
import importlib.metadata
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from almared import __version__
from almared.basics.sizes import size_text
from almared.errors import AlmaredError, LockedError, ResourceError, RunError, StepError
from almared.mous.places import STEP_LOGS, StatePlace
from almared.records.beats import await_silence
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.records.lock import Lock, locked
from almared.records.logs import gather_logs
from almared.records.probe import why_unsound
from almared.records.products import products_from, remove_products, remove_scratch
from almared.records.state import StepState, StepStatus, derive_states, script_states, step_records
from almared.run import relay
from almared.run.child import ChildOrder
from almared.run.choose import RunChoice, choose_steps, parse_steps
from almared.run.orders import SideBySide, SingleOrder, step_log
from almared.run.resources import Needs, check_resources, estimate_needs, planned_needs
from almared.run.supervise import CHILD, Listener, Supervisor
from almared.script.locate import find_script
from almared.script.read import CalibrationScript, read_script

NEARLY_FULL = 64 * 2**20
"""Free bytes below which a failure is blamed on the disk."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run.

    Parameters
    ----------
    steps : str
        Requested steps, empty to continue where the last run ended.
    is_clean : bool
        Remove all products first and run the whole script with one log.
    is_forced : bool
        Start even if disk or memory look too small.
    should_break_lock : bool
        Take over the lock of another machine.
    is_exact : bool
        Run only the requested steps, regardless of the state of earlier ones.
    tolerated : tuple of str
        Texts of SEVERE lines to ignore.
    workers : int
        Number of processes for steps that can run in parallel.
    scheduler : str
        Address of the Dask scheduler whose workers run the processes; empty for this machine.
    """

    steps: str = ""
    is_clean: bool = False
    is_forced: bool = False
    should_break_lock: bool = False
    is_exact: bool = False
    tolerated: tuple[str, ...] = ()
    workers: int = 1
    scheduler: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The plan of a run.

    Parameters
    ----------
    choice : RunChoice
        Steps, and why unrequested ones are included.
    removes : tuple of str
        Products removed before the first step.
    logs : tuple of str
        Logs that a clean run moves away.
    warnings : tuple of str
        Messages for the user.
    expected_s : mapping of int to float, s
        Time of each step in its last run.
    needs : Needs
        Disk and memory.
    """

    choice: RunChoice
    removes: tuple[str, ...]
    logs: tuple[str, ...]
    warnings: tuple[str, ...]
    expected_s: dict[int, float]
    needs: Needs


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a successful run.

    Parameters
    ----------
    steps : tuple of int
        The steps that ran.
    log : Path, optional
        CASA's log, None when nothing had to run.
    seconds : float, s
        Wall time.
    """

    steps: tuple[int, ...]
    log: Path | None = None
    seconds: float = 0.0


def forecast(script: CalibrationScript, options: RunOptions) -> Forecast:
    """Return the plan of a run, without changing anything.

    Raises
    ------
    SelectionError
        A requested step is not in the script.
    """
    entries = Journal(script.directory).entries()
    choice = _choose(script, entries, options=options)
    removes = products_from(script, entries, numbers=choice.steps) if choice.steps else ()
    logs = tuple(sorted(path.name for path in script.directory.glob("casa-*.log"))) if options.is_clean else ()
    return Forecast(
        choice=choice,
        removes=removes,
        logs=logs,
        warnings=_warnings(script),
        expected_s=_expected(script, entries, choice=choice),
        needs=estimate_needs(script, choice.steps, removed=removes),
    )


def run_script(target: Path, options: RunOptions, *, listener: Listener) -> RunResult:
    """Run the calibration script of an execution block.

    Parameters
    ----------
    target : Path
        The ASDM, the MS, the script, or the directory that holds it.
    options : RunOptions
        How to run.
    listener : callable
        Receives each event: ``chosen`` first, then those of the run.

    Raises
    ------
    InputError
        There is no script, or it cannot be read.
    SelectionError
        A requested step is not in the script.
    LockedError
        Another process is writing to this execution block.
    ResourceError
        There is not enough disk or memory.
    StepError
        A step failed or was killed; the next run continues from it.
    """
    path = find_script(target)
    with _disk_faults(path), locked(path.parent, break_lock=options.should_break_lock) as lock:
        await_silence(path.parent)
        script = read_script(path)
        plan = forecast(script, options)
        listener(_chosen(plan))
        if not plan.choice.steps:
            return RunResult(())
        if not options.is_forced:
            check_resources(script.directory, plan.needs)
        return _Run(script, lock, options=options, listener=listener).carry_out(plan)


class _Run:
    """One run of a script under its lock."""

    def __init__(self, script: CalibrationScript, lock: Lock, *, options: RunOptions, listener: Listener) -> None:
        self.script = script
        self.directory = script.directory
        self.lock = lock
        self.options = options
        self.listener = listener
        self.journal = Journal(script.directory)
        self.name = run_name(script.directory)

    def carry_out(self, plan: Forecast) -> RunResult:
        """Clean if requested, run the steps in a child process, journal start and end."""
        started = datetime.now(UTC)
        # Before anything is written: on a full disk this frees the space that the journal needs.
        shutil.rmtree(StatePlace(self.directory).trash, ignore_errors=True)
        remove_scratch(self.directory)
        remove_products(self.directory, plan.removes)
        gather_logs(self.directory)
        if self.options.is_clean:
            self._clean(plan)
        keep_script(self.script)
        log = self.directory / f"casa-{self.name}.log"
        begin = {"steps": list(plan.choice.steps), "script": self.script.fingerprint, "log": log.name}
        begin["tolerated"] = list(self.options.tolerated)
        edits = edited_lines(self.script.path)
        self._record("run-begin", **begin, almared=__version__, edited=edits, warnings=list(plan.warnings))
        try:
            self._supervise(plan.choice.steps, log)
        except (AlmaredError, KeyboardInterrupt, SystemExit) as fault:
            with suppress(OSError):
                self._record("run-end", outcome="failed", error=getattr(fault, "what", "interrupted"))
            raise
        self._record("run-end", outcome="done")
        return RunResult(plan.choice.steps, log, (datetime.now(UTC) - started).total_seconds())

    def _supervise(self, steps: tuple[int, ...], log: Path) -> None:
        """Run the steps, in one child, or in parallel in several with a log each."""
        module = relay.__name__ if self.options.scheduler else CHILD
        supervisor = Supervisor(self.lock, self.directory, listener=self.listener, module=module)
        if self.options.workers == 1 and not self.options.scheduler:
            supervisor.run(SingleOrder(self._order(steps, log)))
            return
        StatePlace(self.directory).step_logs.mkdir(exist_ok=True)
        orders = SideBySide(self.script, steps, make_order=self._order_of_chain)
        try:
            supervisor.run(orders, workers=self.options.workers)
        finally:
            gather_logs(self.directory)

    def _order_of_chain(self, steps: tuple[int, ...]) -> ChildOrder:
        return self._order(steps, step_log(self.directory, self.name, steps=steps, folder=STEP_LOGS))

    def _order(self, steps: tuple[int, ...], log: Path) -> ChildOrder:
        tolerated, scheduler = self.options.tolerated, self.options.scheduler
        return ChildOrder(
            str(self.script.path), str(log), self.name, steps, 0, 0, 0, tolerated=tolerated, scheduler=scheduler
        )

    def _record(self, event: str, **data: Any) -> None:
        entry = new_entry(event, self.name, **data)
        self.journal.append(entry)
        self.listener(entry)

    def _clean(self, plan: Forecast) -> None:
        self._record("clean", products=list(plan.removes), logs=list(plan.logs))
        attic = StatePlace(self.directory).old_logs
        attic.mkdir(exist_ok=True)
        for log in plan.logs:
            shutil.move(self.directory / log, attic / log)


def run_name(directory: Path) -> str:
    """Return an unused name for a run, in the style of CASA's logs (``20261123-014500``)."""
    name = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    logs = [*directory.glob("casa-*.log"), *StatePlace(directory).step_logs.glob("casa-*.log")]
    taken = {path.name.split(".")[0].removeprefix("casa-") for path in logs}
    return name if name not in taken else f"{name}-{sum(other.startswith(name) for other in taken) + 1}"


def keep_script(script: CalibrationScript) -> None:
    """Keep the text of the run under its hash, so that the journal can refer to it."""
    kept = StatePlace(script.directory).scripts / f"{script.fingerprint[:16]}.py"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        shutil.copyfile(script.path, kept)


def edited_lines(script: Path) -> int | None:
    """Return how many lines differ from the rendering kept by `almared plan`, None if there is none."""
    rendered = StatePlace(script.parent).rendered(script.name)
    if not rendered.is_file():
        return None
    before, now = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (rendered, script))
    changes = difflib.unified_diff(before, now, lineterm="", n=0)
    return sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in changes)


def _choose(script: CalibrationScript, entries: tuple[JournalEntry, ...], *, options: RunOptions) -> RunChoice:
    if options.is_clean:
        return RunChoice(script.numbers)
    wanted = parse_steps(options.steps, script.steps) if options.steps else None
    if wanted is not None and options.is_exact:
        return RunChoice(wanted)
    statuses = derive_states(script.steps, entries, exists=script.has)
    return choose_steps(script, statuses, wanted=wanted, unsound=_unsound(script, entries, statuses=statuses))


def _unsound(
    script: CalibrationScript, entries: tuple[JournalEntry, ...], *, statuses: tuple[StepStatus, ...]
) -> dict[str, str]:
    """Return the incomplete products of finished steps, and why."""
    records = step_records(entries)
    faults = {}
    for status in statuses:
        ended = records[status.number].ended if status.number in records else None
        if ended is None or status.state is StepState.FAILED:
            continue
        for name, recorded in ended.data.get("made", {}).items():
            fault = why_unsound(script.directory / name, recorded)
            if fault:
                faults[name] = fault
    return faults


def _warnings(script: CalibrationScript) -> tuple[str, ...]:
    warnings = []
    made, here = script.made_with.get("casatasks", ""), importlib.metadata.version("casatasks")
    if made and made != here:
        warnings.append(f"the script was made for casatasks {made} and runs with {here}; results can differ slightly")
    edits = edited_lines(script.path)
    if edits:
        warnings.append(f"the script was edited by hand ({edits} lines differ from the original); it runs unchanged")
    return tuple(warnings)


def _expected(script: CalibrationScript, entries: tuple[JournalEntry, ...], *, choice: RunChoice) -> dict[int, float]:
    """Return the time of each step in its last run here, else the estimate of the plan (s)."""
    planned = {number: need.seconds for number, need in planned_needs(script.directory).items()}
    recorded = {n: record.seconds for n, record in step_records(entries).items() if record.seconds is not None}
    return {number: seconds for number, seconds in {**planned, **recorded}.items() if number in choice.steps}


def _chosen(plan: Forecast) -> JournalEntry:
    return new_entry(
        "chosen",
        steps=list(plan.choice.steps),
        reasons=list(plan.choice.reasons),
        removes=list(plan.removes),
        warnings=list(plan.warnings),
        expected_s={str(step): seconds for step, seconds in plan.expected_s.items()},
    )


@contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    """Turn failures caused by a full disk into a `ResourceError`."""
    directory = path.parent
    try:
        yield
    except (OSError, RunError, StepError) as fault:
        free = shutil.disk_usage(directory).free
        if isinstance(fault, ResourceError | LockedError) or not _is_full(fault, free):
            raise
        raise ResourceError(
            f"the disk is full ({size_text(free)} free): {getattr(fault, 'what', fault)}",
            where=str(directory),
            repair=f"free some space{_half_made(path)}; the same command then continues from the failed step",
        ) from fault


def _half_made(path: Path) -> str:
    """Return the products of a failed step, which can be removed: the next run removes them anyway."""
    script = read_script(path)
    failed = [status.number for status in script_states(script) if status.state is StepState.FAILED]
    names = [name for number in failed for name in script.step(number).makes if script.has(name)]
    return f" ({', '.join(names)}, incomplete, can be removed)" if names else ""


def _is_full(fault: BaseException, free: int) -> bool:
    text = str(fault)
    return "No space left" in text or "File too large" in text or "ENOSPC" in text or free < NEARLY_FULL
