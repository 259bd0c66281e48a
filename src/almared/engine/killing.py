"""A hook for tests: kill this process, or its parent, inside a chosen call of a chosen task.

``ALMARED_TEST_KILL=task[@step]:n:phase[:parent]`` with the n-th call of that task in this process (from 1), counted in
the named step alone when there is one, and a phase: ``before`` and ``after`` the call, a number of seconds after its
begin, or ``file=PATTERN``, the appearance of a file inside the call. A kill whose moment does not come inside the call
happens at its end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from almared.engine.tasks import TaskRecord
from almared.errors import RunError

VARIABLE = "ALMARED_TEST_KILL"
"""The environment variable."""

KILLER = (
    "import glob,os,sys,time,signal\n"
    "phase, victim, caller = sys.argv[1], int(sys.argv[2]), os.getppid()\n"
    "pattern = phase.removeprefix('file=') if phase.startswith('file=') else ''\n"
    "known = set(glob.glob(pattern))\n"
    "end = time.monotonic() + (600.0 if pattern else float(phase))\n"
    "print('ready', flush=True)\n"
    "while time.monotonic() < end and not (pattern and set(glob.glob(pattern)) - known): time.sleep(0.0002)\n"
    "if os.getppid() == caller: os.kill(victim, signal.SIGKILL)\n"
)
"""A separate process, since CASA holds the interpreter while it works."""


@dataclass
class TestKill:
    """Kills a process at the chosen moment.

    Parameters
    ----------
    task : str
        Name of the task.
    step : int, optional
        The step whose calls count, None for all.
    call : int
        Which call of it, from 1.
    phase : str
        When.
    victim : int
        The process to kill.
    """

    __test__ = False

    task: str
    step: int | None
    call: int
    phase: str
    victim: int
    _seen: int = field(default=0, init=False)

    @classmethod
    def from_environment(cls) -> TestKill | None:
        """Return the kill requested by the environment, or None.

        Raises
        ------
        RunError
            The variable is set but cannot be parsed.
        """
        text = os.environ.get(VARIABLE)
        if not text:
            return None
        task, _, rest = text.partition(":")
        call, _, phase = rest.partition(":")
        phase, _, victim = phase.partition(":")
        task, _, step = task.partition("@")
        if not (step or "0").isdigit() or not call.isdigit() or not _is_phase(phase) or victim not in ("", "parent"):
            raise RunError(f"{VARIABLE}={text!r} is not task:n:phase[:parent]")
        return cls(task, int(step) if step else None, int(call), phase, os.getppid() if victim else os.getpid())

    def begin_task(self, call: TaskRecord, step: int | None) -> None:
        """Kill now, or schedule the kill while the task runs."""
        if not self._is_of(call, step):
            return
        self._seen += 1
        if self._seen != self.call:
            return
        if self.phase == "before":
            os.kill(self.victim, signal.SIGKILL)
        elif self.phase != "after":
            self._start_killer()

    def end_task(self, call: TaskRecord, step: int | None) -> None:
        """Kill after the task, unless killed inside it."""
        if self._is_of(call, step) and self._seen == self.call:
            os.kill(self.victim, signal.SIGKILL)

    def _is_of(self, call: TaskRecord, step: int | None) -> bool:
        return call.task == self.task and self.step in (None, step)

    def _start_killer(self) -> None:
        command = [sys.executable, "-I", "-S", "-c", KILLER, self.phase, str(self.victim)]
        # Our own text, run by our own Python.
        killer = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
        if killer.stdout is not None:
            killer.stdout.readline()


def _is_phase(phase: str) -> bool:
    return phase in ("before", "after") or phase.startswith("file=") or phase.replace(".", "", 1).isdigit()
