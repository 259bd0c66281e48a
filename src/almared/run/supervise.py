"""The parent's part of a run: start the child, listen to its events, end it, tell how it died."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from almared import errors
from almared.errors import AlmaredError, StepError
from almared.run.child import ChildOrder
from almared.run.journal import Journal, JournalEntry, new_entry
from almared.run.lock import Lock

TICK_S = 0.25
"""How often the listener hears that time passes (s)."""

Listener = Callable[[JournalEntry], None]


class Supervisor:
    """Runs one order in a child process and passes its events on.

    Parameters
    ----------
    lock : Lock
        The lock, held by this process.
    directory : Path
        Directory of the execution block.
    output : Path
        Where what the script prints goes.
    listener : callable
        Hears each event, and an event ``tick`` when time passes without one.
    """

    def __init__(self, lock: Lock, directory: Path, *, output: Path, listener: Listener) -> None:
        self._lock = lock
        self._directory = directory
        self._output = output
        self._listener = listener
        self._error: JournalEntry | None = None
        self._is_finished = False

    def run(self, order: ChildOrder) -> None:
        """Carry out the order.

        Raises
        ------
        AlmaredError
            What the child told; `StepError` when it was killed or crashed.
        KeyboardInterrupt
            The user interrupted; the child is ended.
        """
        with _pipe() as (events_in, events_out), _pipe() as (life_in, _):
            told = replace(order, events=events_out.fileno(), life=life_in.fileno(), parent=os.getpid())
            with self._output.open("ab") as output, _child(told, output=output.fileno()) as child:
                events_out.close()
                life_in.close()
                self._lock.note_child(child.pid)
                _send(child, told)
                for entry in _entries(events_in.fileno()):
                    self._hear(entry)
                code = child.wait()
        self._judge(code, order.run)

    def _hear(self, entry: JournalEntry) -> None:
        if entry.event == "error":
            self._error = entry
            return
        self._is_finished = self._is_finished or entry.event == "finished"
        self._listener(entry)

    def _judge(self, code: int, run: str) -> None:
        if self._error is not None:
            raise _as_error(self._error)
        if self._is_finished:
            return
        journal = Journal(self._directory)
        # The journal is written before the pipe, so it knows the last task also of a child killed in between.
        last = [entry for entry in journal.entries() if entry.run == run and entry.step is not None][-1:]
        step = last[0].step if last else None
        task = str(last[0].data["task"]) if last and last[0].event == "task-begin" else ""
        how = _death(code) + (f" inside {task}" if task else "")
        # On a full disk the journal may not take it; the step counts as killed without it.
        with suppress(OSError):
            journal.append(new_entry("died", run, step=step, how=how, task=task))
        raise StepError(
            f"the process that runs the script {how}",
            where="" if step is None else f"step {step}",
            repair=_after_death(code),
            step=step,
            task=task,
        )


@contextmanager
def _pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    reading, writing = os.pipe()
    with io.FileIO(reading, "r") as out, io.FileIO(writing, "w") as into:
        yield out, into


@contextmanager
def _child(order: ChildOrder, *, output: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONOPTIMIZE"}
    # -P: nothing in the execution block's directory can stand in for a module.
    child = subprocess.Popen(
        [sys.executable, "-P", "-u", "-m", "almared.run.child"],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=(order.events, order.life),
        env=environment,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        # A kill is safe at any moment, and CASA does not hear a gentler signal inside a task.
        if child.poll() is None:
            child.kill()
        child.wait()


def _send(child: subprocess.Popen[bytes], order: ChildOrder) -> None:
    if child.stdin is not None:
        # A child that died at once is told by its exit code.
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(order.to_text().encode())


def _entries(events: int) -> Iterator[JournalEntry]:
    """Yield the events of the child until it ends; a ``tick`` whenever none came for a while."""
    rest = b""
    while True:
        ready, _, _ = select.select([events], [], [], TICK_S)
        if not ready:
            yield new_entry("tick")
            continue
        data = os.read(events, 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            entry = JournalEntry.from_line(line.decode("utf-8", errors="replace"))
            if entry is not None:
                yield entry


def _as_error(entry: JournalEntry) -> AlmaredError:
    kind = getattr(errors, str(entry.data["kind"]), AlmaredError)
    error = kind(entry.data["what"], where=entry.data["where"], repair=entry.data["repair"])
    if not isinstance(error, AlmaredError):
        raise TypeError(f"{kind} is none of our errors")
    error.data = dict(entry.data["data"])
    return error


def _death(code: int) -> str:
    if code >= 0:
        return f"ended with code {code} before its work was done"
    names = {int(number): number.name for number in signal.Signals}
    return f"was killed by {names.get(-code, f'signal {-code}')}"


def _after_death(code: int) -> str:
    again = "`almared run EB` goes on from this step"
    if code == -signal.SIGKILL:
        return f"was it memory? Look at the system's log; then {again}"
    if code < 0:
        return f"CASA itself crashed; see what it printed under .almared/output; then {again}"
    return f"see what it printed under .almared/output; then {again}"
