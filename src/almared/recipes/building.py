"""Small words for building actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

from almared.model import Choice
from almared.plan import Action, Argument, Call, Role, Routine, Step, StepId, Value
from almared.plan.roles import UNNAMED


@overload
def call(task: str, comment: str = "", /, *, role: Role, **arguments: object) -> Call: ...
@overload
def call(task: str, comment: str = "", /, **arguments: object) -> Call: ...
def call(task: str, comment: str = "", /, *, role: Any = UNNAMED, **arguments: object) -> Call:
    """Return a task call; a `Choice` given as an argument brings its reason along."""
    return Call(task, tuple(_argument(name, value) for name, value in arguments.items()), comment, role=role)


def routine(name: str, /, *positional: Value, comment: str = "", **arguments: Value) -> Routine:
    """Return a call of a function that the script carries."""
    unnamed = tuple(Argument("", value) for value in positional)
    named = tuple(Argument(key, value) for key, value in arguments.items())
    return Routine(name, (*unnamed, *named), comment)


def remove(*names: str) -> Routine:
    """Return the removal of products of an earlier run."""
    return routine("remove", *names)


def clear_after_kill(ms: str) -> Routine:
    """Return the removal of what a killed task may have left; a restore of flags does it, too."""
    return routine("clear_after_kill", ms)


def check_made(*names: str) -> Routine:
    """Return the check that tasks made what they should."""
    return routine("check_made", *names)


def from_flags(step: int, ms: str, *, versions: Sequence[tuple[int, str]]) -> Routine:
    """Return the restore of the flags with which a step begins; versions of later steps are dropped."""
    version = max(((n, name) for n, name in versions if n <= step))[1]
    later = tuple(name for n, name in versions if n > step)
    if later:
        return routine("start_from_flags", ms, version, drop=later)
    return routine("start_from_flags", ms, version)


def calibration_step(
    which: StepId,
    actions: Sequence[Action],
    *,
    makes: tuple[str, ...] = (),
    changes: tuple[str, ...] = (),
    flags: Mapping[str, str] | None = None,
) -> Step:
    """Return a step of the calibration under its number and title."""
    return Step(int(which), which.title, tuple(actions), makes=makes, changes=changes, flags=dict(flags or {}))


def nothing(which: StepId, reason: str) -> Step:
    """Return a step of the calibration that has nothing to do."""
    return Step(int(which), which.title, nothing_because=reason)


def _argument(name: str, value: object) -> Argument:
    if isinstance(value, Argument):
        return replace(value, name=name)
    if isinstance(value, Choice):
        return Argument(name, value.value, reason=value.reason)
    return Argument(name, value)  # type: ignore[arg-type]
