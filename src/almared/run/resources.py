"""Will disk and memory do? Asked before a run starts."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from almared.errors import ResourceError

GIB = 2.0**30
CGROUP = Path("/sys/fs/cgroup")
SPARE = 1.1
"""Free disk asked for over the estimate; file systems get slow and unsafe when full."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a run needs beyond what is there.

    Parameters
    ----------
    disk_bytes : float, bytes
        New files.
    memory_bytes : float, bytes
        Largest memory at one time.
    source : str
        Where the estimate comes from.
    """

    disk_bytes: float
    memory_bytes: float
    source: str


def check_resources(directory: Path, needs: Needs) -> None:
    """Refuse a run for which disk or memory will not do.

    Raises
    ------
    ResourceError
        One of them is too small.
    """
    free = shutil.disk_usage(directory).free
    if free < SPARE * needs.disk_bytes:
        raise ResourceError(
            f"the run needs about {_gib(SPARE * needs.disk_bytes)} of disk and {_gib(free)} is free ({needs.source})",
            where=str(directory),
            repair="make room, move the execution block, or start all the same with --force",
            needed=SPARE * needs.disk_bytes,
            free=free,
        )
    memory = available_memory()
    if memory is not None and memory < needs.memory_bytes:
        raise ResourceError(
            f"the run needs about {_gib(needs.memory_bytes)} of memory and {_gib(memory)} is free ({needs.source})",
            repair="end other programs, use a larger machine, or start all the same with --force",
            needed=needs.memory_bytes,
            free=memory,
        )


def available_memory() -> float | None:
    """Return the memory that a new process can have (bytes), None where the system does not tell."""
    limits = [limit for limit in (_linux_memory(), _cgroup_memory()) if limit is not None]
    if limits:
        return min(limits)
    if sys.platform == "darwin":
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return None


def _linux_memory() -> float | None:
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return None
    for line in meminfo.read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return 1024.0 * float(line.split()[1])
    return None


def _cgroup_memory() -> float | None:
    limit, used = CGROUP / "memory.max", CGROUP / "memory.current"
    if not (limit.exists() and used.exists()):
        return None
    text = limit.read_text().strip()
    return None if text == "max" else float(text) - float(used.read_text())


def _gib(size: float) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB / 100 else f"{size / 2.0**20:.1f} MiB"
