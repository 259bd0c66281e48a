"""What a step does: calls of CASA tasks, and routines included in the script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, Union

from almared.plan.roles import UNNAMED, Role

Value: TypeAlias = Union[bool, int, float, str, tuple["Value", ...], Mapping[str, "Value"], None]  # noqa: UP007
"""A literal of the script; a tuple is written as a list."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One keyword argument.

    Parameters
    ----------
    name : str
        The parameter.
    value : Value
        Its literal value, unless `variable` is given.
    reason : str
        Why a rule chose it; written as a comment above it. Empty when nothing was chosen.
    variable : str
        Name of a result of an earlier action of the same step, passed instead of a literal.
    """

    name: str
    value: Value = None
    reason: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a CASA task.

    Parameters
    ----------
    task : str
        Name in casatasks.
    arguments : tuple of Argument
        In the order in which they are written.
    comment : str
        Written above the call.
    result : str
        Name of the variable for what the task returns, for later actions of the same step; empty when unused.
    log_to : str
        File that gets a copy of what the task writes to CASA's log, empty for none.
    role : Role
        What it is for; not written into the script.
    """

    task: str
    arguments: tuple[Argument, ...]
    comment: str = ""
    result: str = ""
    log_to: str = ""
    role: Role = UNNAMED

    def get(self, name: str) -> Value:
        """Return the value of an argument, None when it is not given."""
        return next((a.value for a in self.arguments if a.name == name), None)

    def with_argument(self, name: str, value: Value, *, reason: str = "") -> Call:
        """Return the call with an argument set; a new one is appended."""
        changed = Argument(name, value, reason)
        if all(a.name != name for a in self.arguments):
            return replace(self, arguments=(*self.arguments, changed))
        return replace(self, arguments=tuple(changed if a.name == name else a for a in self.arguments))


@dataclass(frozen=True, slots=True)
class Routine:
    """A call of a function included in the script, for work that no task does.

    Parameters
    ----------
    name : str
        Function of `almared.script.parts`.
    arguments : tuple of Argument
        In the order in which they are written.
    comment : str
        Written above the call.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    comment: str = ""


Action: TypeAlias = Call | Routine
