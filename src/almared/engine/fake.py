"""An engine for tests: it does what it is given, and keeps what it was asked, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from almared.engine.port import TaskCall


@dataclass
class FakeEngine:
    """An engine whose tasks are given functions.

    Parameters
    ----------
    tasks : mapping of str to callable
        What each task does; no other is supported.
    name, version : str
        Its name and version.
    refuses : callable
        Returns why it refuses a call of these tasks, None when it does not.
    is_fused : bool
        Put each call off until the flush; it returns None meanwhile.
    heard : list of str
        What it was asked, in order, by its name: several engines may share the list.
    """

    tasks: Mapping[str, Callable[..., Any]]
    name: str = "fake"
    version: str = "1"
    refuses: Callable[[TaskCall], str | None] = lambda _call: None
    is_fused: bool = False
    heard: list[str] = field(default_factory=list)
    _put_off: list[TaskCall] = field(default_factory=list, init=False)

    def supports(self, call: TaskCall) -> str | None:
        """Return why it cannot carry out a call, None when it can."""
        return self.refuses(call) if call.task in self.tasks else f"it has no {call.task}"

    def begin_step(self, step: int) -> None:
        """Keep that a step began."""
        self._hear(f"begin {step}")

    def call(self, call: TaskCall) -> Any:
        """Carry out the call, or put it off."""
        if self.is_fused:
            self._hear(f"put off {call.task}")
            self._put_off.append(call)
            return None
        return self._carry_out(call)

    def flush(self) -> tuple[str, ...]:
        """Carry out all that was put off."""
        put_off, self._put_off = self._put_off, []
        for call in put_off:
            self._carry_out(call)
        return tuple(call.task for call in put_off)

    def end_step(self, step: int) -> None:
        """Keep that a step ended."""
        self._hear(f"end {step}")

    def abandon_step(self, step: int) -> None:
        """Drop what was put off."""
        self._hear(f"abandon {step}")
        self._put_off.clear()

    def close(self) -> None:
        """Keep that it was closed."""
        self._hear("close")

    def _carry_out(self, call: TaskCall) -> Any:
        self._hear(call.task)
        return self.tasks[call.task](*call.positional, **call.arguments)

    def _hear(self, what: str) -> None:
        self.heard.append(f"{self.name}: {what}")
