"""A single task of a step: list it, change it, run it in place or on a scratch copy (requirement W073)."""

from __future__ import annotations

import ast
import importlib.util
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almared.errors import SelectionError
from almared.mous.places import SCRATCH, StatePlace
from almared.plan.tasks import IN_PLACE, outputs_of, task_effects
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.records.lock import locked
from almared.records.products import remove_products
from almared.records.state import FINGERPRINT
from almared.run.child import ChildOrder
from almared.run.execute import keep_script, run_name
from almared.run.orders import SingleOrder
from almared.run.supervise import Listener, Supervisor
from almared.script.locate import find_script
from almared.script.read import CalibrationScript, ScriptStep, read_script, step_calls


@dataclass(frozen=True, slots=True)
class ListedTask:
    """One call of a task in a step.

    Parameters
    ----------
    number : int
        Its position in the step, from 1.
    task : str
        Its name.
    arguments : mapping of str to object
        Known arguments.
    unknown : tuple of str
        Arguments known only after the step has run.
    result : str
        Summary of its result in the last run of the step, empty if none.
    seconds : float, s, optional
        Its time in that run.
    """

    number: int
    task: str
    arguments: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    result: str = ""
    seconds: float | None = None

    def call(self) -> str:
        """Return the call as written in a script."""
        given = [f"{name}={value!r}" for name, value in self.arguments.items()]
        return f"{self.task}({', '.join([*given, *(f'{name}=...' for name in self.unknown)])})"


@dataclass(frozen=True, slots=True)
class TaskChange:
    """The task to run on its own, and how.

    Parameters
    ----------
    step, task : int
        Step and position of the task in it, from 1.
    settings : mapping of str to object
        Arguments that override the script's.
    is_scratch : bool
        Work on a copy and write to ``.almared/scratch``; nothing of the calibration changes.
    """

    step: int
    task: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_scratch: bool = False


def list_tasks(script: CalibrationScript, number: int) -> tuple[ListedTask, ...]:
    """Return the tasks of a step: as called in the last run of its present text, else as written.

    Raises
    ------
    InputError
        The script has no such step.
    """
    step = script.step(number)
    return _recorded(step, Journal(script.directory).entries()) or _written(script, step)


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Return ``par=value`` settings; a value that is not a Python literal is a string.

    Raises
    ------
    SelectionError
        A text has no ``=``.
    """
    settings = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.isidentifier():
            raise SelectionError(f"{text!r} is not a setting", where="--set", repair="write it as solint=60s")
        try:
            settings[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            settings[name] = value
    return settings


def run_task(target: Path, change: TaskChange, *, should_break_lock: bool = False, listener: Listener) -> ListedTask:
    """Run a single task and return its call in the run of the step, for comparison.

    Without scratch, its older output is removed; if the task changes an MS, the flags of the MSs that the step
    changes go back to their state before the step; and this step and all later ones are out of date.

    Raises
    ------
    SelectionError
        There is no such task, or one of its arguments is known only after the step has run.
    LockedError
        Another process is writing to this execution block.
    StepError
        The task failed.
    """
    path = find_script(target)
    with locked(path.parent, break_lock=should_break_lock) as lock:
        script = read_script(path)
        listed = _chosen(list_tasks(script, change.step), change)
        arguments = {**listed.arguments, **change.settings}
        if change.is_scratch:
            arguments = _on_scratch(script.directory, listed.task, arguments=arguments)
        keep_script(script)
        name = run_name(script.directory)
        folder = SCRATCH if change.is_scratch else "."
        log = script.directory / folder / f"casa-{name}.log"
        order = ChildOrder(
            str(path), str(log), name, (), 0, 0, 0, task=_order(script, change, listed=listed, arguments=arguments)
        )
        listener(new_entry("chosen-task", name, step=change.step, task=listed.task, arguments=arguments))
        Supervisor(lock, script.directory, listener=listener).run(SingleOrder(order))
        return listed


def _order(
    script: CalibrationScript, change: TaskChange, *, listed: ListedTask, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    step = script.step(change.step)
    changes_ms = listed.task in IN_PLACE and not change.is_scratch
    outputs = task_effects(listed.task, arguments).makes
    is_appending = bool(arguments.get("append"))
    return {
        "step": change.step,
        "task": listed.task,
        "arguments": dict(arguments),
        "is_scratch": change.is_scratch,
        "removes": [] if is_appending else [name for name in outputs if (script.directory / name).exists()],
        "restores": dict(step.flags) if changes_ms and listed.task != "flagmanager" else {},
    }


def _chosen(tasks: Sequence[ListedTask], change: TaskChange) -> ListedTask:
    if not 1 <= change.task <= len(tasks):
        raise SelectionError(
            f"step {change.step} has {len(tasks)} tasks, not a task {change.task}",
            where="--task",
            repair=f"see `almared run EB --step {change.step} --list`",
        )
    listed = tasks[change.task - 1]
    unknown = [name for name in listed.unknown if name not in change.settings]
    if unknown:
        raise SelectionError(
            f"argument {unknown[0]} of {listed.task} is known only after the step has run",
            where=f"step {change.step}, task {change.task}",
            repair=f"run the step first, or give it by --set {unknown[0]}=...",
        )
    return listed


def _recorded(step: ScriptStep, entries: Sequence[JournalEntry]) -> tuple[ListedTask, ...]:
    """Return the calls of the last complete run of the step with its present text."""
    begins = [n for n, e in enumerate(entries) if e.event == "step-begin" and e.step == step.number]
    if not begins or entries[begins[-1]].data.get(FINGERPRINT) != step.fingerprint:
        return ()
    calls: dict[int, ListedTask] = {}
    for entry in (entry for entry in entries[begins[-1] + 1 :] if entry.step == step.number):
        if entry.event == "step-end":
            return tuple(calls.values()) if entry.data.get("outcome") == "done" else ()
        if entry.event == "task-begin":
            number = len(calls) + 1
            calls[entry.data["number"]] = ListedTask(number, entry.data["task"], entry.data["arguments"])
        elif entry.event == "task-end":
            begun = calls[entry.data["number"]]
            ended = (entry.data["result"], entry.data["seconds"])
            calls[entry.data["number"]] = ListedTask(begun.number, begun.task, begun.arguments, (), *ended)
    return ()


def _written(script: CalibrationScript, step: ScriptStep) -> tuple[ListedTask, ...]:
    """Return the calls as written in the step."""
    tasks = task_names()
    found = [call for call in step_calls(script, step.number) if call.name in tasks]
    return tuple(ListedTask(n, call.name, call.arguments, call.unknown) for n, call in enumerate(found, 1))


def task_names() -> frozenset[str]:
    """Return the names of CASA's tasks from the installed package, without loading it."""
    spec = importlib.util.find_spec("casatasks")
    places = spec.submodule_search_locations if spec else None
    return frozenset(path.stem for place in places or () for path in Path(place).glob("[a-z]*.py"))


def _on_scratch(directory: Path, task: str, *, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments with outputs, and any MS that is changed, in the scratch directory."""
    scratch = StatePlace(directory).scratch
    scratch.mkdir(parents=True, exist_ok=True)
    moved = dict(arguments)
    for parameter, name in outputs_of(task, arguments).items():
        moved[parameter] = _scratch_name(directory, name)
    if task in IN_PLACE and isinstance(moved.get("vis"), str):
        moved["vis"] = _scratch_copy(directory, moved["vis"])
    return moved


def _scratch_name(directory: Path, name: str) -> str:
    place = f"{SCRATCH}/{Path(name).name}"
    remove_products(directory, [place, f"{place}.flagversions"])
    return place


def _scratch_copy(directory: Path, name: str) -> str:
    place = _scratch_name(directory, name)
    for ending in ("", ".flagversions"):
        if (directory / f"{name}{ending}").is_dir():
            shutil.copytree(directory / f"{name}{ending}", directory / f"{place}{ending}")
    return place


def describe(tasks: Sequence[ListedTask], *, is_json: bool) -> str:
    """Return the tasks of a step for people or programs."""
    if is_json:
        rows = [
            {"task": t.task, "arguments": dict(t.arguments), "unknown": list(t.unknown), "seconds": t.seconds}
            for t in tasks
        ]
        return json.dumps(rows)
    return "\n".join(
        f"{t.number:>3}  {t.call()}" + (f"\n     took {t.seconds:.1f} s, returned {t.result}" if t.seconds else "")
        for t in tasks
    )
