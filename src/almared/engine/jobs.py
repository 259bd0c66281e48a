"""Functions that need CASA, each run in its own child process: measurements that are not part of a script."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from almared import errors
from almared.engine.configure import casa_environment, configure_casa
from almared.engine.lifeline import die_with_parent
from almared.errors import AlmaredError, StepError

MOST_OUTPUT = 2000
"""Number of characters of a dead child's output to quote in the error."""


def run_job(function: Callable[..., Any], arguments: Mapping[str, Any], *, directory: Path, log: str) -> Any:
    """Return the result of a function of the engine, called in a child process with CASA configured.

    Parameters
    ----------
    function : callable
        Function of a module; it takes keyword arguments and returns what JSON knows.
    arguments : mapping of str to object
        Its arguments, as JSON values.
    directory : Path
        Working directory of the child.
    log : str
        CASA's log of the child, relative to the directory.

    Raises
    ------
    AlmaredError
        The error of the function, if it is one of ours.
    StepError
        The function raised another error, or the child died.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    with _lifeline() as (life, _):
        order = {"function": name, "arguments": dict(arguments), "log": log, "life": life, "parent": os.getpid()}
        done = subprocess.run(  # noqa: S603  this module
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            cwd=directory,
            pass_fds=(life,),
            env=casa_environment(),
            check=False,
        )
    return _answer(done, name)


class _lifeline:  # noqa: N801  a context manager, named as one
    """A pipe that ends with this process."""

    def __enter__(self) -> tuple[int, int]:
        self._ends = os.pipe()
        return self._ends

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            os.close(end)


def _answer(done: subprocess.CompletedProcess[str], function: str) -> Any:
    lines = done.stdout.splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or "kind" not in answer:
        printed = (done.stderr or done.stdout)[-MOST_OUTPUT:].strip()
        raise StepError(
            f"the process ended with code {done.returncode}: {printed}", where=function, repair="see `almared doctor`"
        )
    if answer["kind"] == "result":
        return answer["result"]
    kind = getattr(errors, str(answer["kind"]), StepError)
    raise kind(answer["what"], where=answer["where"], repair=answer["repair"])


def serve(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to an order: the result, or the error as data."""
    die_with_parent(int(order["life"]), int(order["parent"]))
    configure_casa(Path(order["log"]))
    module, _, name = str(order["function"]).partition(":")
    try:
        result = getattr(importlib.import_module(module), name)(**order["arguments"])
    except AlmaredError as error:
        return {"kind": type(error).__name__, "what": error.what, "where": error.where, "repair": error.repair}
    # Tasks and tools of CASA raise exceptions of any type.
    except Exception as fault:  # noqa: BLE001
        what = f"{type(fault).__name__}: {fault}"
        return {"kind": "StepError", "what": what, "where": str(order["function"]), "repair": f"see {order['log']}"}
    return {"kind": "result", "result": result}


def main() -> None:
    """Read an order from standard input, answer on the last line of standard output."""
    sys.stdout.write("\n" + json.dumps(serve(json.loads(sys.stdin.read()))) + "\n")


if __name__ == "__main__":
    main()
