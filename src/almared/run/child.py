"""The process that runs the script: CASA configured and its tasks journalled, one step after the other."""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import runpy
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from almared import __version__
from almared.engine.both import Engines, Flush
from almared.engine.casa import CasaEngine
from almared.engine.configure import configure_casa
from almared.engine.killing import TestKill
from almared.engine.lifeline import die_with_parent
from almared.engine.native import native_engines
from almared.engine.tasks import TaskRecord, TaskWatch, wrap_tasks
from almared.errors import AlmaredError, EnvironmentFaultError, StepError
from almared.formats.measures import measures_in_use
from almared.records.casa_log import LogReader
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.records.probe import count_table
from almared.records.products import products_from, remove_products
from almared.records.state import FINGERPRINT
from almared.script.read import CalibrationScript, ScriptStep, read_script


@dataclass(frozen=True, slots=True)
class ChildOrder:
    """The order of the parent to the child, sent as JSON on its standard input.

    Parameters
    ----------
    script : str
        Path of the script.
    log : str
        CASA's log of this run.
    run : str
        Name of the run.
    steps : tuple of int
        Steps to run, in order.
    events : int
        Writing end of the pipe on which the events go to the parent.
    life : int
        Reading end of the pipe that ends with the parent.
    parent : int
        Process id of the parent.
    tolerated : tuple of str
        Texts of SEVERE lines to ignore.
    task : mapping, optional
        A single task to run instead of steps: ``task``, ``arguments``, ``step``, ``is_scratch``, ``removes``
        (older output) and ``restores`` (flag version per MS).
    scheduler : str
        Address of the Dask scheduler that places the process, empty for this machine.
    """

    script: str
    log: str
    run: str
    steps: tuple[int, ...]
    events: int
    life: int
    parent: int
    tolerated: tuple[str, ...] = ()
    task: Mapping[str, Any] | None = None
    scheduler: str = ""

    @classmethod
    def from_text(cls, text: str) -> ChildOrder:
        """Return the order from its JSON."""
        values = json.loads(text)
        return cls(**{**values, "steps": tuple(values["steps"]), "tolerated": tuple(values["tolerated"])})

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))


class RunRecorder:
    """Writes each event to the journal, then sends it to the parent.

    Parameters
    ----------
    directory : Path
        Directory of the execution block.
    run : str
        Name of the run.
    events : int
        Pipe to the parent.
    """

    def __init__(self, directory: Path, run: str, *, events: int) -> None:
        self._journal = Journal(directory)
        self._run = run
        self._events = events
        self._kill = TestKill.from_environment()
        self.step: int | None = None

    def record(self, event: str, **data: Any) -> JournalEntry:
        """Journal an event of the current step and send it."""
        entry = new_entry(event, self._run, step=self.step, **data)
        self._journal.append(entry)
        os.write(self._events, entry.to_line().encode())
        return entry

    def begin_task(self, call: TaskRecord) -> None:
        """Record the start of a task."""
        declined = {"declined": dict(call.declined)} if call.declined else {}
        told = {"task": call.task, "number": call.number, "arguments": dict(call.arguments), "engine": call.engine}
        self.record("task-begin", **told, **declined)
        if self._kill is not None:
            self._kill.begin_task(call, self.step)

    def end_task(self, call: TaskRecord) -> None:
        """Record the end of a task."""
        if self._kill is not None:
            self._kill.end_task(call, self.step)
        told = {key: value for key, value in asdict(call).items() if key not in ("arguments", "declined")}
        self.record("task-end", **told)

    def flush(self, flush: Flush) -> None:
        """Record tasks that an engine deferred and has now carried out together."""
        self.record("flush", **asdict(flush))


class StepRunner:
    """Runs steps of one script in this process.

    Parameters
    ----------
    script : CalibrationScript
        The script; the working directory is its own.
    recorder : RunRecorder
        Records all events.
    watch : TaskWatch
        Watch for the calls of CASA's tasks.
    casa : str
        Version of casatasks.
    """

    def __init__(self, script: CalibrationScript, recorder: RunRecorder, *, watch: TaskWatch, casa: str) -> None:
        self.script = script
        self.recorder = recorder
        self.watch = watch
        self._versions = {"casa": casa, "almared": __version__, "measures": _measures_used()}

    def run(self, number: int) -> None:
        """Run one step, after removing its older products and those of later steps.

        Raises
        ------
        StepError
            The step failed.
        """
        step = self.script.step(number)
        self.recorder.step = number
        # Remove before journalling the start: a missing product is noticed after a kill, and on
        # a full disk this frees the space that the journal needs.
        removed = self._remove_older(number)
        fingerprints = {FINGERPRINT: step.fingerprint, "script": self.script.fingerprint}
        self.recorder.record("step-begin", title=step.title, removed=removed, **fingerprints, **self._versions)
        start = time.monotonic()
        try:
            self.watch.begin_step(number)
            runpy.run_path(str(self.script.path), init_globals={"mysteps": [number]}, run_name="__main__")
            self.watch.end_step(number)
        # Any exception of a script ends its step cleanly, even SystemExit.
        except BaseException as fault:
            error = _explained(fault, self.watch, script=self.script)
            error.data["step"] = number
            self.watch.abandon_step(number)
            self._end(start, outcome="failed", error=error.what, task=error.data.get("task", ""))
            raise error from fault
        self._end(start, outcome="done", made=self._made(step))

    def _remove_older(self, number: int) -> list[str]:
        doomed = products_from(self.script, Journal(self.script.directory).entries(), numbers=(number,))
        remove_products(self.script.directory, doomed)
        return list(doomed)

    def _made(self, step: ScriptStep) -> dict[str, dict[str, object]]:
        directory = self.script.directory
        return {name: count_table(directory / name) for name in step.makes if (directory / name).exists()}

    def _end(self, start: float, **outcome: Any) -> None:
        self.recorder.record("step-end", seconds=round(time.monotonic() - start, 3), **outcome)


def _explained(fault: BaseException, watch: TaskWatch, *, script: CalibrationScript) -> StepError:
    """Return our error for any exception that ended a step."""
    error = watch.explain(fault)
    if error is None and isinstance(fault, AlmaredError):
        error = StepError(fault.what, where=fault.where, repair=fault.repair)
    if error is None:
        error = StepError(f"{type(fault).__name__}: {fault}")
    if not error.where:
        line = _script_line(fault, script.path)
        error = StepError(error.what, where=f"{script.path.name}{line}", repair=error.repair, **error.data)
    if not isinstance(fault, StepError):
        traceback.print_exception(fault)
    return error


def _script_line(fault: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _measures_used() -> str:
    """Return the journal's facts on the measures; call after loading CASA, which must precede python-casacore."""
    from almared.formats.measures.tables import measures_stamp

    return measures_stamp(measures_in_use())


def load_casatasks(log: Path) -> Any:
    """Configure CASA in this process and return the module casatasks.

    Raises
    ------
    EnvironmentFaultError
        CASA is not completely installed, or Python runs with -O, which removes the checks of task arguments.
    """
    if sys.flags.optimize:
        raise EnvironmentFaultError(
            "Python runs with -O, under which CASA does not check the arguments of its tasks",
            repair="unset PYTHONOPTIMIZE and start python without -O",
        )
    try:
        configure_casa(log)
        return importlib.import_module("casatasks")
    # casatools raises ImportError, RuntimeError or its own classes, depending on what is missing.
    except Exception as fault:
        raise EnvironmentFaultError(f"CASA cannot be loaded: {fault}", repair="see `almared doctor`") from fault


def serve(order: ChildOrder) -> int:
    """Carry out the order and return the exit code."""
    die_with_parent(order.life, order.parent)
    os.set_inheritable(order.events, False)
    try:
        _serve(order)
    except AlmaredError as error:
        os.write(order.events, failure_entry(error).to_line().encode())
        return error.exit_code
    return 0


def _serve(order: ChildOrder) -> None:
    script = read_script(Path(order.script))
    os.chdir(script.directory)
    recorder = RunRecorder(script.directory, order.run, events=order.events)
    casatasks = load_casatasks(Path(order.log))
    casa = CasaEngine.of_module(casatasks)
    with closing(Engines([*native_engines(), casa], report=recorder.flush)) as engines:
        watch = TaskWatch(recorder, LogReader(Path(order.log)), engines, order.tolerated)
        wrap_tasks(casatasks, watch)
        recorder.record("ready", casa=casa.version, engines=engines.versions, python=sys.version.split()[0])
        if order.task is not None:
            _run_task(casatasks, watch, recorder=recorder, task=order.task)
        runner = StepRunner(script, recorder, watch=watch, casa=casa.version)
        for number in order.steps:
            runner.run(number)
    recorder.step = None
    recorder.record("finished")


def _run_task(casatasks: Any, watch: TaskWatch, *, recorder: RunRecorder, task: Mapping[str, Any]) -> None:
    """Run a single task, after removing its older output and restoring its initial flags."""
    recorder.step = task["step"]
    if not task["is_scratch"]:
        recorder.record("task-alone", task=task["task"])
    remove_products(Path.cwd(), task["removes"])
    try:
        watch.begin_step(task["step"])
        for vis, version in task["restores"].items():
            if Path(f"{vis}.flagversions/flags.{version}").is_dir():
                casatasks.flagmanager(vis=vis, mode="restore", versionname=version)
        getattr(casatasks, task["task"])(**task["arguments"])
        watch.end_step(task["step"])
    # A task may raise anything; the watch knows its message.
    except Exception as fault:
        watch.abandon_step(task["step"])
        raise watch.explain(fault) or StepError(str(fault), task=task["task"]) from fault


def failure_entry(error: AlmaredError) -> JournalEntry:
    """Return the event that reports an error to the parent."""
    data = {key: value for key, value in error.data.items() if key in ("task", "severe", "step")}
    told: dict[str, Any] = {
        "kind": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "repair": error.repair,
    }
    return new_entry("error", data=data, **told)


def main() -> None:
    """Read the order from standard input and carry it out."""
    faulthandler.enable()
    order = ChildOrder.from_text(sys.stdin.read())
    code = serve(order)
    sys.exit(code)


if __name__ == "__main__":
    main()
