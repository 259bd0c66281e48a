"""Workers: processes of this machine, or workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from almared.reduce.crew.mortal import MortalCommand, almared_command


@dataclass(frozen=True, slots=True)
class JobExit:
    """The end of a job.

    Parameters
    ----------
    code : int
        Exit code of its command; negative for a signal.
    is_lost : bool
        Whether its worker died.
    fate : str
        What is known about a lost job.
    """

    code: int
    is_lost: bool = False
    fate: str = ""


class Task(Protocol):
    """A running job."""

    def poll(self) -> JobExit | None:
        """Return its end, None while it is running."""

    def end(self) -> None:
        """End it now."""


class Crew(Protocol):
    """Starts jobs."""

    size: int
    """Maximum number of jobs at a time."""

    def start(self, words: Sequence[str], output: Path, *, is_wide: bool) -> Task:
        """Start a command of almared, with its output in a file."""

    def close(self) -> None:
        """End all running jobs."""


class DirectTask:
    """A command that is a child of this process.

    Parameters
    ----------
    command : MortalCommand
        The command.
    """

    def __init__(self, command: MortalCommand) -> None:
        self._command = command

    def poll(self) -> JobExit | None:
        """Return its end, None while it is running."""
        code = self._command.process.poll()
        if code is None:
            return None
        self._command.close()
        return JobExit(code)

    def end(self) -> None:
        """Ask it to end, and kill it if it does not."""
        self._command.end()


class DirectCrew:
    """Children of this process.

    Parameters
    ----------
    size : int
        Maximum number at a time.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._tasks: list[DirectTask] = []

    def start(self, words: Sequence[str], output: Path, *, is_wide: bool) -> DirectTask:  # noqa: ARG002
        """Start a command of almared."""
        task = DirectTask(MortalCommand(almared_command(words), output))
        self._tasks.append(task)
        return task

    def close(self) -> None:
        """End all running jobs."""
        for task in self._tasks:
            if task.poll() is None:
                task.end()
