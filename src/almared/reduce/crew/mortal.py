"""Start a command that ends when its starter ends: ``python -m almared.reduce.crew.mortal LIFE PARENT COMMAND...``.

A Dask worker, and a command that a worker or a reduction runs, must not outlive their starter, or write while the next
reduction begins.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from almared.engine.lifeline import die_with_parent

LAST_TO_END_S = 10.0
"""Time that a command has to end by itself (s)."""


class MortalCommand:
    """A running command that ends with this process.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    output : Path
        File to which its standard output is added; standard error goes to a file next to it, with the ending ``.err``.
    environment : mapping of str to str, optional
        Its environment, that of this process by default.
    """

    def __init__(self, command: Sequence[str], output: Path, *, environment: Mapping[str, str] | None = None) -> None:
        output.parent.mkdir(parents=True, exist_ok=True)
        self.errors = output.with_suffix(".err")
        reading, self._life = os.pipe()
        try:
            with output.open("wb") as out, self.errors.open("wb") as err:
                self.process = subprocess.Popen(  # noqa: S603  modules of ours
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        __name__,
                        str(reading),
                        str(os.getpid()),
                        *command,
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    pass_fds=(reading,),
                    env=None if environment is None else dict(environment),
                    start_new_session=True,
                )
        finally:
            os.close(reading)

    def end(self) -> int:
        """Ask it to end, kill it if it does not, and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=LAST_TO_END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        code = self.process.wait()
        self.close()
        return code

    def close(self) -> None:
        """Release a finished command."""
        if self._life >= 0:
            os.close(self._life)
            self._life = -1


def almared_command(words: Sequence[str]) -> list[str]:
    """Return the command line of almared with some arguments."""
    return [sys.executable, "-P", "-m", "almared", *words]


def main(arguments: Sequence[str]) -> None:
    """Bind this process to its parent, and replace it by the command."""
    life, parent, *command = arguments
    os.set_inheritable(int(life), True)
    die_with_parent(int(life), int(parent))
    # The request to the kernel survives exec.
    os.execv(command[0], command)  # noqa: S606  the starter's own arguments


if __name__ == "__main__":
    main(sys.argv[1:])
