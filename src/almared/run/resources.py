"""Will disk and memory do? Asked before a run starts."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from almared.basics.sizes import GIB, size_text
from almared.errors import ResourceError
from almared.mous.places import StatePlace
from almared.plan import StepNeeds
from almared.records.products import size_on_disk
from almared.script.locate import raw_data
from almared.script.read import CalibrationScript

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


DISK_FACTOR = 8.0
"""Disk of a whole calibration over the raw data: float MS, its corrected column, two splits with their columns."""

MEMORY_BYTES = 1.5 * GIB
"""Memory of CASA's tasks when the plan gives none."""


def planned_needs(directory: Path) -> dict[int, StepNeeds]:
    """Return the needs of each step from the plan next to the script, empty if there is none or it gives none."""
    try:
        steps = json.loads(StatePlace(directory).plan.read_text())["steps"]
        needs = {int(step["number"]): StepNeeds(**step["needs"]) for step in steps}
    except (OSError, ValueError, KeyError, TypeError):
        # Estimates are a help; a foreign or missing plan is no reason not to run.
        return {}
    return {number: need for number, need in needs.items() if need != StepNeeds()}


def estimate_needs(script: CalibrationScript, steps: Collection[int], *, removed: Collection[str]) -> Needs:
    """Return what these steps need beyond what is on disk.

    Parameters
    ----------
    script : CalibrationScript
        The script.
    steps : collection of int
        The steps that will run.
    removed : collection of str
        Products that go first and make room.
    """
    freed = sum(size_on_disk(script.directory / name) for name in removed)
    planned = planned_needs(script.directory)
    if planned:
        return _from_plan(planned, steps, freed=freed)
    raw = sum(size_on_disk(path) for path in raw_data(script.path))
    kept = sum(size_on_disk(script.directory / name) for name in script.products if name not in removed)
    disk = max(DISK_FACTOR * raw - kept - freed, 0.0) if steps else 0.0
    return Needs(disk, MEMORY_BYTES, f"{DISK_FACTOR:.0f} times the raw data")


def _from_plan(planned: Mapping[int, StepNeeds], steps: Collection[int], *, freed: float) -> Needs:
    chosen = [planned[step] for step in steps if step in planned]
    disk = sum(need.disk_bytes for need in chosen) - freed
    memory = max((need.memory_bytes for need in chosen), default=0.0)
    return Needs(max(disk, 0.0), memory, "estimate of the plan")


def check_resources(directory: Path, needs: Needs) -> None:
    """Refuse a run for which disk or memory are too small.

    Raises
    ------
    ResourceError
        One of them is too small.
    """
    all_the_same = f"start anyway: `almared run {directory} --force`"
    free = shutil.disk_usage(directory).free
    if free < SPARE * needs.disk_bytes:
        raise ResourceError(
            f"the run needs about {size_text(SPARE * needs.disk_bytes)} of disk and {size_text(free)} is free "
            f"({needs.source})",
            where=str(directory),
            repair=f"free some space, move the data, or {all_the_same}",
            needed=SPARE * needs.disk_bytes,
            free=free,
        )
    memory = available_memory()
    if memory is not None and memory < needs.memory_bytes:
        raise ResourceError(
            f"the run needs about {size_text(needs.memory_bytes)} of memory and {size_text(memory)} is free "
            f"({needs.source})",
            repair=f"end other programs, use a larger machine, or {all_the_same}",
            needed=needs.memory_bytes,
            free=memory,
        )


def available_memory() -> float | None:
    """Return the memory that a new process can have (bytes), None if unknown."""
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
