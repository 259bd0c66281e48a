"""The port before the engines: whatever carries out a task stands behind it.

A script calls tasks of CASA. Each call comes here as a `TaskCall` and goes to an `Engine`: to CASA itself
(`almared.engine.casa`), or to one that does some tasks faster. `almared.engine.both` chooses; the journal has which
engine carried out a call, and why another did not.

What an engine promises
-----------------------
- The same files as CASA: names, tables and their columns and keywords, flags, weights. It says in `Engine.supports`
  what it cannot do, parameter by parameter, and looks at the data as far as that takes: several hypercubes or spectral
  windows of another shape in one pass, rows in another order, a storage manager that it does not read. After it
  has taken a call, a failure is a failure: nobody else tries.
- It may put calls off, to carry out several in one pass over the data (a table applied and the result split, or
  several tables solved from the same averages). Before its `Engine.flush` returns, all that was put off is on disk and
  closed: CASA opens the files next, and caches of tables do not see writes past them. It is flushed at the end of each
  step, and before a call goes to another engine. So calls never change places.
- It puts off only what nothing can miss meanwhile. The script is Python and may look at files between two calls;
  the port sees calls alone. A call whose result is used (a dict of statistics) or whose output the script reads is
  carried out at once. What a task reads, makes and changes stands in ``almared.plan.tasks``.
- What it keeps in memory from call to call (averages for the next solution) is its own affair, and ends when a
  task of another engine, or a file newer than what was kept, changes what it was made from.

A faster task is one new file in `almared.engine.native`; nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TaskCall:
    """A call of a task as the script makes it.

    Parameters
    ----------
    task : str
        Name in casatasks.
    arguments : mapping of str to object
        By name; those left out have CASA's defaults.
    positional : tuple of object
        Arguments that fit no parameter of the task: only CASA can say what is wrong with them.
    """

    task: str
    arguments: Mapping[str, Any]
    positional: tuple[Any, ...] = ()


class Engine(Protocol):
    """Carries out tasks.

    Any method may raise anything; `almared.engine.both` and `almared.engine.tasks` make our errors of it.
    """

    @property
    def name(self) -> str:
        """Its name in the journal."""

    @property
    def version(self) -> str:
        """Its version."""

    def supports(self, call: TaskCall) -> str | None:
        """Return why it cannot carry out a call, None when it can; nothing is changed."""

    def begin_step(self, step: int) -> None:
        """Take note that a step of the script begins."""

    def call(self, call: TaskCall) -> Any:
        """Carry out a call that it supports, now or at the next `flush`; return what the task returns."""

    def flush(self) -> tuple[str, ...]:
        """Carry out all that was put off, and return the names of those tasks in their order."""

    def end_step(self, step: int) -> None:
        """Take note that a step ended well; it was flushed."""

    def abandon_step(self, step: int) -> None:
        """Drop what was put off, for the step failed: it runs again from its beginning."""

    def close(self) -> None:
        """Let go of files and memory; no call follows."""


class ImmediateEngine:
    """What an engine needs that puts nothing off; its own are name, version, `supports` and `call`."""

    def begin_step(self, step: int) -> None:
        """Do nothing."""

    def flush(self) -> tuple[str, ...]:
        """Return nothing: no call is ever put off."""
        return ()

    def end_step(self, step: int) -> None:
        """Do nothing."""

    def abandon_step(self, step: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
