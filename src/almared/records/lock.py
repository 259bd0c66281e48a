"""One writer per execution block: a lock file with host, process and its start time.

It does not use fcntl, which Lustre and other cluster file systems may not keep between machines; creating a
name by `os.link` is atomic on all of them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.errors import LockedError
from almared.mous.places import StatePlace

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a lock.

    Parameters
    ----------
    host : str
        Name of the machine.
    pid : int
        Process id of the run.
    start : str
        When that process started, from the system; distinguishes it from a later process with the same id.
    children : tuple of tuple of int and str
        Process ids of the processes that run CASA, and when each started.
    """

    host: str
    pid: int
    start: str
    children: tuple[tuple[int, str], ...] = ()

    def is_alive(self) -> bool:
        """Return whether one of its processes still lives; only valid on its own machine."""
        return any(process_start(pid) == start for pid, start in ((self.pid, self.start), *self.children))


def process_start(pid: int) -> str | None:
    """Return when a process of this machine started, None when there is none (or only its remains)."""
    if sys.platform != "linux":
        return _process_start_by_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Field 3 of proc(5) is the state, field 22 the start in clock ticks since boot.
    if fields[0] in ("Z", "X"):
        return None
    boot = BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""
    return f"{boot}:{fields[19]}"


def _process_start_by_ps(pid: int) -> str | None:
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (a number is all we add)
    return found.stdout.strip() or None


def read_holder(path: Path) -> Holder | None:
    """Return the holder in a lock file, None without file; that of an unreadable file is unknown."""
    try:
        values = json.loads(path.read_text())
        children = tuple((int(pid), str(start)) for pid, start in values.pop("children", ()))
        return Holder(**values, children=children)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError):
        return Holder("?", 0, "")


class Lock:
    """The lock of one execution block; take it with `locked`.

    Parameters
    ----------
    directory : Path
        Directory of the execution block.
    """

    def __init__(self, directory: Path) -> None:
        self.path = StatePlace(directory).lock
        self.mine = Holder(socket.gethostname(), os.getpid(), process_start(os.getpid()) or "")

    def holder(self) -> Holder | None:
        """Return its holder, or None."""
        return read_holder(self.path)

    def is_held(self) -> bool:
        """Return whether a living process, or one on another machine, holds it."""
        holder = self.holder()
        return holder is not None and (holder.host != self.mine.host or holder.is_alive())

    def acquire(self, *, break_lock: bool = False) -> None:
        """Take the lock.

        Parameters
        ----------
        break_lock : bool
            Take it even from a process on another machine, whose state is unknown.

        Raises
        ------
        LockedError
            Another process holds it.
        """
        self.path.parent.mkdir(exist_ok=True)
        for _ in range(MOST_ATTEMPTS):
            if self._create():
                return
            holder = self.holder()
            if holder is not None:
                self._refuse(holder, break_lock=break_lock)
                self._remove_stale(holder)
        raise LockedError("other processes keep taking the lock", where=str(self.path), repair="try again")

    def note_children(self, pids: Iterable[int]) -> None:
        """Record the processes that run CASA, so that the lock outlives this process if one of them does."""
        self.mine = replace(self.mine, children=tuple((pid, process_start(pid) or "") for pid in pids))
        self._written().replace(self.path)

    def release(self) -> None:
        """Give the lock back if it is still ours."""
        if self.holder() == self.mine:
            self.path.unlink(missing_ok=True)

    def _refuse(self, holder: Holder, *, break_lock: bool) -> None:
        if holder.host == self.mine.host and holder.is_alive():
            raise LockedError(
                f"process {holder.pid} of this machine is writing to this execution block",
                where=str(self.path),
                repair="wait for it, or end it",
                holder=asdict(holder),
            )
        if holder.host != self.mine.host and not break_lock:
            raise LockedError(
                f"process {holder.pid} on {holder.host} is writing to this execution block, or died there",
                where=str(self.path),
                repair=f"if no such process runs on {holder.host}, start again with --break-lock",
                holder=asdict(holder),
            )

    def _create(self) -> bool:
        written = self._written()
        try:
            os.link(written, self.path)
        except FileExistsError:
            return False
        except OSError:
            return self._create_without_links(written)
        finally:
            written.unlink(missing_ok=True)
        return True

    def _create_without_links(self, written: Path) -> bool:
        """Create the lock on a file system that has no hard links."""
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            return False
        with os.fdopen(file, "w") as lock:
            lock.write(written.read_text())
        return True

    def _written(self) -> Path:
        path = self.path.with_name(f"{self.path.name}.{self.mine.host}.{self.mine.pid}")
        return write_whole(path, json.dumps(asdict(self.mine)) + "\n")

    def _remove_stale(self, stale: Holder) -> None:
        """Move the stale lock aside; restore one that another process created meanwhile."""
        aside = self.path.with_name(f"{self.path.name}.stale.{self.mine.host}.{self.mine.pid}")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return
        if read_holder(aside) != stale and not self.path.exists():
            aside.rename(self.path)
        else:
            aside.unlink(missing_ok=True)


@contextmanager
def locked(directory: Path, *, break_lock: bool = False) -> Iterator[Lock]:
    """Hold the lock of an execution block.

    Raises
    ------
    LockedError
        Another process holds it.
    """
    lock = Lock(directory)
    lock.acquire(break_lock=break_lock)
    try:
        yield lock
    finally:
        lock.release()
