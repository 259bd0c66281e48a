"""Processes that end with the process that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
"""Option of Linux's prctl: the signal to get when the parent ends."""

WATCHER = (
    "import os,sys,signal\n"
    "os.read(int(sys.argv[1]), 1)\n"
    "watched = int(sys.argv[2])\n"
    "if os.getppid() == watched: os.kill(watched, signal.SIGKILL)\n"
)
"""A separate process that waits for the end of the parent's pipe; it works while CASA holds the interpreter."""


def die_with_parent(life: int, parent: int) -> None:
    """Make this process end when its parent ends.

    Parameters
    ----------
    life : int
        Reading end of a pipe whose other end only the parent holds.
    parent : int
        Process id of the parent.
    """
    if sys.platform == "linux":
        ask_kernel(parent)
    else:
        start_watcher(life)


def ask_kernel(parent: int) -> None:
    """Let Linux kill this process when its parent ends, or end at once if that has happened."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def start_watcher(life: int) -> subprocess.Popen[bytes]:
    """Start the process that kills this one when the pipe `life` ends."""
    command = [sys.executable, "-I", "-S", "-c", WATCHER, str(life), str(os.getpid())]
    # Our own text, run by our own Python.
    return subprocess.Popen(command, pass_fds=(life,), start_new_session=True)  # noqa: S603
