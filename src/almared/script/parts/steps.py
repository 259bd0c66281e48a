"""Beginning a step, its outputs and its log."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from casatasks import casalog, version_string

step_title: dict[int, str] = {}


def check_casa(build: str) -> None:
    """Warn when another CASA runs the script than the one it was made with."""
    found = version_string()
    if found != build:
        text = f"This script was made with casatasks {build} and runs in {found}: numbers may differ."
        print(f"WARNING: {text}")
        casalog.post(text, "WARN", "scriptForCalibration")


def begin_step(number: int) -> None:
    """Tell which step begins, on the terminal and in CASA's log."""
    text = f"Step {number} {step_title[number]}"
    print(text)
    casalog.post(text, "INFO", "scriptForCalibration")


def tell(text: str) -> None:
    """Write a line to the terminal and to CASA's log."""
    print(text)
    casalog.post(text, "INFO", "scriptForCalibration")


def remove(*names: str) -> None:
    """Remove files and tables that are there."""
    for name in names:
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        elif os.path.lexists(name):
            os.remove(name)


def clear_after_kill(vis: str) -> None:
    """Remove what a killed task may have left: a lock that contradicts its table, half-made lists of components."""
    remove(f"{vis}/table.lock", *glob.glob(f"{glob.escape(vis)}_setjy_*.cl"))


def check_made(*names: str) -> None:
    """Stop when a task returned without making what it should: some tasks fail quietly."""
    missing = [name for name in names if not os.path.exists(name)]
    if missing:
        raise RuntimeError(f"not made: {', '.join(missing)}; the reason is in the log of CASA just above")


@contextmanager
def log_copied_to(name: str) -> Iterator[None]:
    """Copy what CASA's log gets meanwhile to a file of its own."""
    log = casalog.logfile()
    begin = os.path.getsize(log)
    try:
        yield
    finally:
        with open(log, "rb") as source, open(name, "wb") as copy:
            source.seek(begin)
            shutil.copyfileobj(source, copy)
