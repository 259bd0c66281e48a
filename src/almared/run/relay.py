"""A child that works elsewhere: it hands its order to a Dask worker and forwards the entries of the journal there.

The worker only starts the real child and watches it, for CASA holds the interpreter while it works and heartbeats
would stop. Both see the same directory: clusters share their file systems.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from almared.engine.lifeline import die_with_parent
from almared.errors import AlmaredError, RunError, StepError
from almared.mous.places import StatePlace
from almared.records.beats import POLL_S, beating, check_beat
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.run.child import ChildOrder, failure_entry
from almared.run.supervise import CHILD, start_child


def carry_out_on_worker(order_text: str, beat: str) -> str:
    """Carry out an order on the machine of a Dask worker; return the line of its error, empty when it went well.

    Parameters
    ----------
    order_text : str
        The order as JSON; its descriptors are of another machine.
    beat : str
        File that the relay touches while it lives.
    """
    order = ChildOrder.from_text(order_text)
    events_in, events_out = os.pipe()
    life_in, life_out = os.pipe()
    received = replace(order, events=events_out, life=life_in, parent=os.getpid())
    output = StatePlace(Path(order.script).parent).output(f"{Path(order.log).stem}.worker")
    try:
        with output.open("ab") as printed:
            child = start_child(received, CHILD, output=printed.fileno())
        os.close(events_out)
        os.close(life_in)
        try:
            lines = _listened(events_in, Path(beat))
        finally:
            code = _ended(child)
        return _error_line(lines, code)
    finally:
        Path(beat).unlink(missing_ok=True)
        for descriptor in (events_in, life_out):
            os.close(descriptor)


def _listened(events: int, beat: Path) -> list[bytes]:
    """Return all lines from a child until it ends.

    Raises
    ------
    RunError
        The relay has died meanwhile.
    """
    received = b""
    while True:
        ready, _, _ = select.select([events], [], [], POLL_S)
        data = os.read(events, 65536) if ready else b""
        if ready and not data:
            return received.split(b"\n")
        received += data
        check_beat(beat)


def _error_line(lines: list[bytes], code: int) -> str:
    """Return the line of the error of a child, empty when it finished."""
    entries = [entry for entry in (JournalEntry.from_line(line.decode()) for line in lines) if entry]
    errors = [entry.to_line() for entry in entries if entry.event == "error"]
    if errors or any(entry.event == "finished" for entry in entries):
        return errors[0] if errors else ""
    what = f"the process on the worker ended with code {code} before its work was done"
    return failure_entry(StepError(what, repair="start again: it goes on from this step")).to_line()


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Return the exit code of a child; one that does not end by itself is killed."""
    try:
        return child.wait(timeout=10.0)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def relay(order: ChildOrder) -> int:
    """Hand an order to the scheduler that it names, pass on its events, and return the exit code."""
    die_with_parent(order.life, order.parent)
    directory = Path(order.script).parent
    journal = Journal(directory)
    known = len(journal.entries())
    with beating(directory) as beat, _client(order.scheduler) as client:
        future = client.submit(carry_out_on_worker, order.to_text(), str(beat), pure=False, retries=0, resources=None)
        while True:
            is_done = future.done()
            known = _pass_on(order, journal, known=known)
            if is_done:
                break
            # The worker removes it when its child is dead; it must not come back.
            with suppress(FileNotFoundError):
                os.utime(beat)
            time.sleep(POLL_S)
        return _end(order, future)


def _pass_on(order: ChildOrder, journal: Journal, *, known: int) -> int:
    """Send the journal's new entries of these steps to the parent; return how many entries are known."""
    entries = journal.entries()
    for entry in entries[known:]:
        if entry.run == order.run and entry.step in order.steps:
            os.write(order.events, entry.to_line().encode())
    return len(entries)


def _end(order: ChildOrder, future: Any) -> int:
    try:
        line = future.result()
    # Whatever the cluster raises: a worker that died, a connection that broke.
    except Exception as fault:  # noqa: BLE001
        error = StepError(f"the Dask worker failed: {fault}", repair="start again: it goes on from this step")
        line = failure_entry(error).to_line()
    received = line or new_entry("finished", order.run).to_line()
    os.write(order.events, received.encode())
    return 1 if line else 0


@contextmanager
def _client(address: str) -> Iterator[Any]:
    from distributed import Client

    if not re.fullmatch(r"\w+://.+:\d+", address):
        raise RunError("this is no address", where=f"--scheduler {address}", repair="give it as tcp://host:8786")
    try:
        client: Any = Client(address, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as fault:
        raise RunError(
            f"no Dask scheduler answers: {fault}",
            where=f"--scheduler {address}",
            repair="start one, or leave the option out",
        ) from fault
    try:
        yield client
    finally:
        client.close()


def main() -> None:
    """Read an order from standard input and hand it on."""
    order = ChildOrder.from_text(sys.stdin.read())
    os.set_inheritable(order.events, False)
    try:
        code = relay(order)
    except AlmaredError as error:
        os.write(order.events, failure_entry(error).to_line().encode())
        code = error.exit_code
    sys.exit(code)


if __name__ == "__main__":
    main()
