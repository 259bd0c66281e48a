"""The functions of casatasks in a run: calls go through the port and the journal, each failure is one clear error."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Protocol

from almared.engine.both import Engines
from almared.engine.casa import Task, tasks_of
from almared.engine.port import Engine, TaskCall
from almared.errors import StepError
from almared.records.casa_log import LogMessage, LogReader, severe_messages

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
"""Parameters that can be given by name."""

LONGEST_SUMMARY = 300
"""Characters kept of a task's result."""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One call of a CASA task, for the journal.

    Parameters
    ----------
    task : str
        Its name.
    number : int
        Number of task calls of the run so far, this one included.
    arguments : mapping of str to object
        The given arguments, as JSON values.
    seconds : float, s
        Wall time, 0 while it runs.
    result : str
        Summary of its result.
    error : str
        What went wrong, empty if nothing did.
    severe : tuple of str
        SEVERE lines of the log, without the harmless ones.
    engine : str
        Which engine carries it out.
    declined : mapping of str to str
        Why the engines that were asked before do not.
    """

    task: str
    number: int
    arguments: Mapping[str, object]
    seconds: float = 0.0
    result: str = ""
    error: str = ""
    severe: tuple[str, ...] = ()
    engine: str = ""
    declined: Mapping[str, str] = field(default_factory=dict)


class Recorder(Protocol):
    """Receives the calls."""

    def begin_task(self, call: TaskRecord) -> None:
        """Record the start of a task."""

    def end_task(self, call: TaskRecord) -> None:
        """Record the end of a task, successful or not."""


TOOL_RAISED = "Exception Reported:"
"""Form in which casatools logs an exception before raising it."""


@dataclass
class TaskWatch:
    """Calls tasks, times them, reads the log and reports to the recorder.

    Parameters
    ----------
    recorder : Recorder
        Receives the calls.
    log : LogReader
        CASA's log of this process.
    engines : Engines
        Carry out the tasks.
    tolerated : sequence of str
        Texts of SEVERE lines that the user declares harmless.
    """

    recorder: Recorder
    log: LogReader
    engines: Engines
    tolerated: Sequence[str] = ()
    calls: int = field(default=0, init=False)
    _failure: tuple[BaseException, StepError] | None = field(default=None, init=False)
    _depth: int = field(default=0, init=False)

    @property
    def is_inside(self) -> bool:
        """Whether an engine is at work: a task called by a task is part of the outer one."""
        return self._depth > 0

    def begin_step(self, step: int) -> None:
        """Let the engines know that a step begins.

        Raises
        ------
        StepError
            One of them failed.
        """
        with self._inside():
            self.engines.begin_step(step)

    def end_step(self, step: int) -> None:
        """Carry out what was put off, and let the engines know that the step ended.

        Raises
        ------
        StepError
            It failed, or something wrote a SEVERE line outside tasks.
        """
        with self._inside():
            self.engines.end_step(step)
        severe = self.stray()
        if severe:
            raise task_error("the step", severe[0].text, severe=severe)

    def abandon_step(self, step: int) -> None:
        """Drop what was put off: the step failed."""
        with self._inside():
            self.engines.abandon_step(step)

    def call(self, call: TaskCall) -> Any:
        """Run a task and return its result.

        Exceptions of the task are passed on unchanged, so that a script can catch what it would catch in plain
        CASA; `explain` turns it into our error.

        Raises
        ------
        StepError
            The task returned False, or wrote a SEVERE line that is not known to be harmless; or what another engine
            had put off failed.
        """
        with self._inside():
            assignment = self.engines.assign(call)
        engine = assignment.engine
        self.calls += 1
        arguments = json_fit(_told(call))
        begun = TaskRecord(call.task, self.calls, arguments, engine=engine.name, declined=assignment.declined)
        before = self.stray()
        self.recorder.begin_task(begun)
        start = time.monotonic()
        result, fault = self._attempt(engine, call)
        severe = before + self.unexpected()
        error = _error_text(fault, result, severe=severe)
        summary = "" if fault else summarise(result)
        seconds = time.monotonic() - start
        texts = tuple(message.text for message in severe)
        self.recorder.end_task(replace(begun, seconds=seconds, result=summary, error=error, severe=texts))
        if error:
            explained = task_error(call.task, error, severe=severe)
            self._failure = (fault or explained, explained)
            raise fault or explained
        return result

    def stray(self) -> tuple[LogMessage, ...]:
        """Return such messages written outside tasks; exceptions of tools there reach the script directly."""
        return tuple(message for message in self.unexpected() if not message.text.startswith(TOOL_RAISED))

    def explain(self, fault: BaseException) -> StepError | None:
        """Return our error for an exception of a task, None when no task raised it."""
        if isinstance(fault, StepError):
            return fault
        return self._failure[1] if self._failure and self._failure[0] is fault else None

    def unexpected(self) -> tuple[LogMessage, ...]:
        """Return the SEVERE messages since the last look that are not known to be harmless."""
        return severe_messages(self.log.new_lines(), self.tolerated)

    def _attempt(self, engine: Engine, call: TaskCall) -> tuple[Any, Exception | None]:
        with self._inside():
            try:
                return engine.call(call), None
            # CASA raises anything: AssertionError on bad values, TypeError on unknown keywords, RuntimeError, or a
            # bare Exception.
            except Exception as fault:  # noqa: BLE001
                return None, fault

    @contextmanager
    def _inside(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1


class JournalledTask:
    """Stands in for a task of casatasks: same name, signature, documentation and attributes.

    Parameters
    ----------
    name : str
        Name of the task.
    task : callable
        The task itself.
    watch : TaskWatch
        The watch that calls it through the port.
    """

    def __init__(self, name: str, task: Task, *, watch: TaskWatch) -> None:
        self.__wrapped__ = task
        self.__name__ = name
        self.__qualname__ = name
        self.__module__ = getattr(task, "__module__", "casatasks")
        self.__doc__ = task.__doc__
        self._watch = watch

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task.

        Raises
        ------
        StepError
            The task returned False or wrote a SEVERE line; its own exceptions are passed on.
        """
        if self._watch.is_inside:
            return self.__wrapped__(*args, **kwargs)
        return self._watch.call(_call_of(self.__name__, self.__wrapped__, args=args, kwargs=kwargs))

    def __getattr__(self, attribute: str) -> Any:
        """Return an attribute of the task."""
        return getattr(self.__wrapped__, attribute)


def wrap_tasks(casatasks: ModuleType, watch: TaskWatch) -> tuple[str, ...]:
    """Replace each task of the module by a journalled one and return their names.

    The submodules ``casatasks.<task>`` are shadowed by the tasks as in CASA itself, so ``from casatasks
    import *``, ``from casatasks import x`` and ``casatasks.x`` all find the journalled ones.
    """
    tasks = tasks_of(casatasks)
    for name, task in tasks.items():
        if not isinstance(task, JournalledTask):
            setattr(casatasks, name, JournalledTask(name, task, watch=watch))
    return tuple(tasks)


def task_error(name: str, error: str, *, severe: Sequence[LogMessage]) -> StepError:
    """Return the error for a failed task, with the text of the log."""
    words = [m.text for m in severe if m.text not in error and error not in m.text]
    said = f" The log says: {' / '.join(words)}" if words else ""
    return StepError(f"{name} failed: {error}{said}", task=name, severe=[message.text for message in severe])


def summarise(result: object) -> str:
    """Return what a task returned in one short line."""
    text = " ".join(repr(result).split())
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 3] + "..."


def json_fit(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values as JSON can hold them: arrays as lists, others by `repr`."""
    text = json.dumps(dict(values), default=_plain)
    fit: dict[str, object] = json.loads(text)
    return fit


def _plain(value: Any) -> object:
    if hasattr(value, "tolist"):
        return value.tolist()
    return repr(value)


def _call_of(name: str, task: Task, *, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> TaskCall:
    """Return a call with its arguments by name, in the order of the signature; as it is when it does not fit that."""
    try:
        bound = inspect.signature(task).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return TaskCall(name, kwargs, args)
    is_named = all(parameter.kind in NAMED for parameter in bound.signature.parameters.values())
    return TaskCall(name, bound.arguments) if is_named else TaskCall(name, kwargs, args)


def _told(call: TaskCall) -> dict[str, object]:
    return {**{f"argument {n}": value for n, value in enumerate(call.positional, 1)}, **call.arguments}


def _error_text(fault: Exception | None, result: object, *, severe: Sequence[LogMessage]) -> str:
    if fault is not None:
        return " ".join(str(fault).split()) or type(fault).__name__
    if severe:
        return severe[0].text
    if result is False or (isinstance(result, dict) and result.get("success") is False):
        return f"it returned {summarise(result)}"
    return ""
