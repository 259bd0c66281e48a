"""Distribution of steps over child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from almared.run.child import ChildOrder
from almared.script.read import CalibrationScript


class SingleOrder:
    """A single order.

    Parameters
    ----------
    order : ChildOrder
        The order.
    """

    def __init__(self, order: ChildOrder) -> None:
        self._orders = [order]

    def next(self) -> ChildOrder | None:
        """Return the order once, then None."""
        return self._orders.pop() if self._orders else None

    def end(self, order: ChildOrder) -> None:
        """Record its end."""


class SideBySide:
    """The steps of a run, handed out as soon as those they depend on are done.

    Steps whose tasks share a scratch table wait for each other, even if independent. A step
    with nothing to run in parallel shares a process with the steps that only wait for it: each process
    takes seconds to load CASA.

    Parameters
    ----------
    script : CalibrationScript
        The script.
    steps : iterable of int
        The steps to run.
    make_order : callable
        Makes the order for a chain of steps.
    """

    def __init__(
        self, script: CalibrationScript, steps: Iterable[int], *, make_order: Callable[[tuple[int, ...]], ChildOrder]
    ) -> None:
        self._script = script
        self._make_order = make_order
        self._left = set(steps)
        self._running: set[int] = set()

    def next(self) -> ChildOrder | None:
        """Return the order for the first step that can run now, with the chain that follows it."""
        ready = [number for number in self._ready(self._left) if not self._shares_scratch(number)]
        if not ready:
            return None
        chain = [ready[0]]
        if len(ready) == 1 and not self._running:
            chain += self._chain(ready[0])
        self._left -= set(chain)
        self._running |= set(chain)
        return self._make_order(tuple(chain))

    def end(self, order: ChildOrder) -> None:
        """Record finished steps."""
        self._running -= set(order.steps)

    def _shares_scratch(self, number: int) -> bool:
        scratch = self._script.step(number).scratch
        return any(scratch & self._script.step(other).scratch for other in self._running)

    def _ready(self, left: set[int]) -> list[int]:
        """Return the remaining steps that depend on no remaining or running step."""
        waited = left | self._running
        return sorted(number for number in left if not self._script.step(number).after & waited)

    def _chain(self, first: int) -> list[int]:
        """Return the steps after the first that form a chain: each can run only after the one before."""
        left, chain = self._left - {first}, list[int]()
        while len(ready := self._ready(left)) == 1:
            chain += ready
            left = left - set(ready)
        return chain


def step_log(directory: Path, run: str, *, steps: Iterable[int], folder: str) -> Path:
    """Return the log of one of several children in a run, ``<folder>/casa-<run>.step07.log``."""
    return directory / folder / f"casa-{run}.step{min(steps):02}.log"
