"""Those who do the jobs: processes of this machine, or workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from almared.reduce.crew.mortal import MortalCommand, almared_command


@dataclass(frozen=True, slots=True)
class JobExit:
    """How a job ended.

    Parameters
    ----------
    code : int
        Exit code of its command; negative for a signal.
    is_lost : bool
        Whether the worker died over it.
    told : str
        What is known of a lost one.
    """

    code: int
    is_lost: bool = False
    told: str = ""


class Task(Protocol):
    """A job under way."""

    def poll(self) -> JobExit | None:
        """Return how it ended, None while it is under way."""

    def end(self) -> None:
        """End it now."""


class Crew(Protocol):
    """Starts jobs."""

    size: int
    """How many jobs it does at a time."""

    def start(self, words: Sequence[str], output: Path, *, is_wide: bool) -> Task:
        """Start a command of almared, its output into a file."""

    def close(self) -> None:
        """End all that is under way."""


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
        """Return how it ended, None while it runs."""
        code = self._command.process.poll()
        if code is None:
            return None
        self._command.close()
        return JobExit(code)

    def end(self) -> None:
        """Ask it to end, and kill it when it does not."""
        self._command.end()


class DirectCrew:
    """Children of this process.

    Parameters
    ----------
    size : int
        How many at a time.
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
        """End all that is under way."""
        for task in self._tasks:
            if task.poll() is None:
                task.end()
