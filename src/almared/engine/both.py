"""Several engines as one: each call goes to the first that supports it, and what was put off never changes places."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from almared.engine.port import Engine, TaskCall
from almared.errors import AlmaredError, StepError


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who carries out a call.

    Parameters
    ----------
    engine : Engine
        The engine.
    declined : mapping of str to str
        Why each engine that was asked before does not, by its name.
    """

    engine: Engine
    declined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flush:
    """Calls that were put off and then carried out together.

    Parameters
    ----------
    engine : str
        Which engine.
    tasks : tuple of str
        The tasks, in order; empty when it failed.
    seconds : float, s
        Wall time.
    error : str
        What went wrong, empty when nothing.
    """

    engine: str
    tasks: tuple[str, ...]
    seconds: float
    error: str = ""


def _ignore(_flush: Flush) -> None:
    """Leave a flush unreported."""


class Engines:
    """Engines in the order in which they are asked; CASA is the last, and does what no other can.

    Parameters
    ----------
    engines : sequence of Engine
        At least one.
    report : callable
        Hears each `Flush`.
    """

    def __init__(self, engines: Sequence[Engine], *, report: Callable[[Flush], None] = _ignore) -> None:
        self.engines = tuple(engines)
        self._report = report
        self._latest: Engine | None = None
        self._fault: StepError | None = None

    @property
    def versions(self) -> dict[str, str]:
        """Version of each engine by its name."""
        return {engine.name: engine.version for engine in self.engines}

    def assign(self, call: TaskCall) -> Assignment:
        """Return which engine carries out a call; what another put off before is on disk then.

        Raises
        ------
        StepError
            No engine supports the call, or what was put off failed.
        """
        assignment = self._choose(call)
        if self._latest is not None and self._latest is not assignment.engine:
            self._flush(self._latest)
        self._latest = assignment.engine
        return assignment

    def call(self, call: TaskCall) -> Any:
        """Carry out a call and return what the task returns.

        Raises
        ------
        StepError
            No engine supports the call, or what was put off before failed; what the task raises is raised on.
        """
        return self.assign(call).engine.call(call)

    def begin_step(self, step: int) -> None:
        """Let all engines know that a step begins.

        Raises
        ------
        StepError
            One of them failed.
        """
        self._latest = self._fault = None
        for engine in self.engines:
            with _translated(engine, "the begin of the step"):
                engine.begin_step(step)

    def end_step(self, step: int) -> None:
        """Carry out all that was put off, and let all engines know that a step ended.

        Raises
        ------
        StepError
            It failed, now or, though the script caught it, at an earlier call.
        """
        if self._latest is not None:
            self._flush(self._latest)
        if self._fault is not None:
            raise self._fault
        for engine in self.engines:
            with _translated(engine, "the end of the step"):
                engine.end_step(step)

    def abandon_step(self, step: int) -> None:
        """Drop all that was put off: the step failed, and its own error is the one to report."""
        for engine in self.engines:
            with suppress(Exception):
                engine.abandon_step(step)
        self._latest = self._fault = None

    def close(self) -> None:
        """Close all engines; the work is done, and what fails now takes nothing back."""
        for engine in self.engines:
            with suppress(Exception):
                engine.close()

    def _choose(self, call: TaskCall) -> Assignment:
        declined: dict[str, str] = {}
        for engine in self.engines:
            reason = _why_not(engine, call)
            if reason is None:
                return Assignment(engine, declined)
            declined[engine.name] = reason
        reasons = "; ".join(f"{name}: {reason}" for name, reason in declined.items())
        raise StepError(f"no engine carries out {call.task}: {reasons}", task=call.task)

    def _flush(self, engine: Engine) -> None:
        start = time.monotonic()
        try:
            with _translated(engine, "what it had put off"):
                tasks = engine.flush()
        except StepError as fault:
            # A script that catches what a task raises must not lose this: the tasks it is about have ended before.
            self._fault = fault
            self._report(Flush(engine.name, (), time.monotonic() - start, fault.what))
            raise
        if tasks:
            self._report(Flush(engine.name, tasks, time.monotonic() - start))


def _why_not(engine: Engine, call: TaskCall) -> str | None:
    try:
        return engine.supports(call)
    # One that stumbles over a call does not get it; the next does.
    except Exception as fault:  # noqa: BLE001
        return f"it could not judge the call: {type(fault).__name__}: {fault}"


@contextmanager
def _translated(engine: Engine, what: str) -> Iterator[None]:
    """Make a `StepError` of what an engine raises outside a call."""
    try:
        yield
    except AlmaredError as fault:
        raise StepError(
            f"{engine.name} failed in {what}: {fault.what}", where=fault.where, repair=fault.repair
        ) from fault
    # Numbers, files, memory: an engine may raise anything.
    except Exception as fault:
        raise StepError(f"{engine.name} failed in {what}: {type(fault).__name__}: {fault}") from fault
