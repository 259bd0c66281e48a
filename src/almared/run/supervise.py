"""The parent's part of a run: start the children, listen to their events, end them, report how they died."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from almared import errors
from almared.engine.configure import casa_environment
from almared.errors import AlmaredError, StepError
from almared.mous.places import StatePlace
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.records.lock import Lock
from almared.run import child as child_module
from almared.run.child import ChildOrder

TICK_S = 0.25
"""Time between ticks for the listener (s)."""

CHILD = child_module.__name__
"""Module that a child on this machine runs."""

Listener = Callable[[JournalEntry], None]


class Orders(Protocol):
    """Work to do, handed out in pieces."""

    def next(self) -> ChildOrder | None:
        """Return an order that can be carried out now, or None."""

    def end(self, order: ChildOrder) -> None:
        """Record a finished order."""


class Supervisor:
    """Runs orders in child processes and passes their events on.

    Parameters
    ----------
    lock : Lock
        The lock, held by this process.
    directory : Path
        Directory of the script.
    listener : callable
        Receives each event, and an event ``tick`` when there is none for a while.
    module : str
        Module that a child runs.
    """

    def __init__(self, lock: Lock, directory: Path, *, listener: Listener, module: str = CHILD) -> None:
        self._lock = lock
        self._directory = directory
        self._listener = listener
        self._module = module
        self._children: list[_Child] = []

    def run(self, orders: Orders, *, workers: int = 1) -> None:
        """Carry out all orders, several in parallel; after a failure, wait for the running ones.

        Raises
        ------
        AlmaredError
            The error of the first failed child; `StepError` when it was killed or crashed.
        KeyboardInterrupt
            The user interrupted; the children are ended.
        """
        fault: AlmaredError | None = None
        with ExitStack() as stack:
            while True:
                while fault is None and len(self._children) < workers and (order := orders.next()):
                    self._start(order, stack)
                if not self._children:
                    break
                for child in self._wait():
                    ended = self._ended(child, orders)
                    fault = fault or ended
        if fault is not None:
            raise fault

    def _start(self, order: ChildOrder, stack: ExitStack) -> None:
        output = StatePlace(self._directory).output(Path(order.log).stem.removeprefix("casa-"))
        output.parent.mkdir(exist_ok=True)
        own = stack.enter_context(ExitStack())
        child = own.enter_context(_child(order, self._module, output=output))
        child.close = own.close
        self._children.append(child)
        self._note_children()

    def _note_children(self) -> None:
        self._lock.note_children([child.process.pid for child in self._children])

    def _wait(self) -> list[_Child]:
        """Forward the events of the children; return those that ended."""
        ready, _, _ = select.select([child.events for child in self._children], [], [], TICK_S)
        if not ready:
            self._listener(new_entry("tick"))
        for child in self._children:
            for entry in child.read() if child.events in ready else ():
                if entry.event != "error":
                    self._listener(entry)
        return [child for child in self._children if child.is_at_end]

    def _ended(self, child: _Child, orders: Orders) -> AlmaredError | None:
        """Return the error of a finished child, None if it succeeded."""
        code = child.process.wait()
        child.close()
        self._children.remove(child)
        self._note_children()
        if child.error is not None:
            return _as_error(child.error)
        if child.is_finished:
            orders.end(child.order)
            return None
        return self._death(child.order, code)

    def _death(self, order: ChildOrder, code: int) -> StepError:
        journal = Journal(self._directory)
        mine = {*order.steps, order.task["step"] if order.task else -1}
        # The journal is written before the pipe, so it has the last task even of a child killed in between.
        last = [entry for entry in journal.entries() if entry.run == order.run and entry.step in mine][-1:]
        step = last[0].step if last else None
        task = str(last[0].data["task"]) if last and last[0].event == "task-begin" else ""
        how = _death(code) + (f" inside {task}" if task else "")
        # On a full disk the journal may not accept it; the step counts as killed without it.
        with suppress(OSError):
            journal.append(new_entry("died", order.run, step=step, how=how, task=task))
        return StepError(
            f"the process that runs the script {how}",
            where="" if step is None else f"step {step}",
            repair=_after_death(code),
            step=step,
            task=task,
        )


class _Child:
    """A child process and its events so far."""

    def __init__(self, order: ChildOrder, process: subprocess.Popen[bytes], *, events: int) -> None:
        self.order = order
        self.process = process
        self.events = events
        self.error: JournalEntry | None = None
        self.is_finished = False
        self.is_at_end = False
        self.close: Callable[[], None] = process.kill
        self._rest = b""

    def read(self) -> Iterator[JournalEntry]:
        """Yield the received events."""
        data = os.read(self.events, 65536)
        self.is_at_end = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            entry = JournalEntry.from_line(line.decode("utf-8", errors="replace"))
            if entry is None:
                continue
            self.error = entry if entry.event == "error" else self.error
            self.is_finished = self.is_finished or entry.event == "finished"
            yield entry


@contextmanager
def _pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    reading, writing = os.pipe()
    with io.FileIO(reading, "r") as out, io.FileIO(writing, "w") as into:
        yield out, into


@contextmanager
def _child(order: ChildOrder, module: str, *, output: Path) -> Iterator[_Child]:
    """Start a child on an order; at the end of the context it is dead."""
    with _pipe() as (events_in, events_out), _pipe() as (life_in, _), output.open("ab") as printed:
        told = replace(order, events=events_out.fileno(), life=life_in.fileno(), parent=os.getpid())
        process = start_child(told, module, output=printed.fileno())
        try:
            events_out.close()
            life_in.close()
            yield _Child(order, process, events=events_in.fileno())
        finally:
            # A kill is safe at any moment, and CASA ignores gentler signals inside a task.
            if process.poll() is None:
                process.kill()
            process.wait()


def start_child(order: ChildOrder, module: str, *, output: int) -> subprocess.Popen[bytes]:
    """Start the process that carries out an order, and give it the order.

    Parameters
    ----------
    order : ChildOrder
        With the descriptors to inherit.
    module : str
        Module to run.
    output : int
        File for its output.
    """
    # -P: nothing in the execution block's directory can shadow a module.
    process = subprocess.Popen(  # noqa: S603  modules of ours
        [sys.executable, "-P", "-u", "-m", module],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=(order.events, order.life),
        env=casa_environment(),
        start_new_session=True,
    )
    _send(process, order)
    return process


def _send(child: subprocess.Popen[bytes], order: ChildOrder) -> None:
    if child.stdin is not None:
        # A child that died at once is reported from its exit code.
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(order.to_text().encode())


def _as_error(entry: JournalEntry) -> AlmaredError:
    kind = getattr(errors, str(entry.data["kind"]), AlmaredError)
    error = kind(entry.data["what"], where=entry.data["where"], repair=entry.data["repair"])
    if not isinstance(error, AlmaredError):
        raise TypeError(f"{kind} is not one of our errors")
    error.data = dict(entry.data["data"])
    return error


def _death(code: int) -> str:
    if code >= 0:
        return f"ended with code {code} before its work was done"
    names = {int(number): number.name for number in signal.Signals}
    return f"was killed by {names.get(-code, f'signal {-code}')}"


def _after_death(code: int) -> str:
    again = "`almared run EB` continues from this step"
    if code == -signal.SIGKILL:
        return f"was it out of memory? Check the system's log; then {again}"
    if code < 0:
        return f"CASA itself crashed; see its output under .almared/output; then {again}"
    return f"see its output under .almared/output; then {again}"
