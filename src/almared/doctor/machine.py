"""Disk, memory, threads, open files and file system of this machine."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from almared.doctor.verdict import State, Verdict
from almared.run.resources import available_memory

GIB = 2.0**30
LEAST_DISK_GIB = 5.0
"""Less does not even hold the demo."""

LEAST_MEMORY_GIB = 2.0
USUAL_MEMORY_GIB = 8.0
LEAST_FILES = 1024
"""A mosaic of 150 fields opens several hundred files at once."""

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems on which CASA's table locks are known to fail, and which CASA's own notes advise against."""


def examine_machine(work: Path, environment: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield verdicts on the machine.

    Parameters
    ----------
    work : Path
        Where the data will be.
    environment : mapping
        Environment variables.
    """
    yield judge_disk(shutil.disk_usage(work).free / GIB)
    memory = available_memory()
    yield judge_memory(None if memory is None else memory / GIB)
    yield judge_threads(usable_processors(), environment.get("OMP_NUM_THREADS", ""))
    yield judge_open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield judge_file_system(file_system_of(work, _mounts()))


def judge_disk(free_gib: float) -> Verdict:
    """Return the verdict on free disk space (GiB); real data need several times the raw size."""
    found = f"{free_gib:.0f} GiB free here"
    if free_gib < LEAST_DISK_GIB:
        repair = "free space or work elsewhere; `almared plan` tells what an EB needs"
        return Verdict("disk", State.FAIL, found, repair, "disk-full")
    return Verdict("disk", State.PASS, f"{found}; `almared plan` tells what an EB needs")


def judge_memory(free_gib: float | None) -> Verdict:
    """Return the verdict on the memory that a process can have (GiB)."""
    if free_gib is None:
        return Verdict("memory", State.WARN, "unknown", "check by hand that 8 GB are there")
    found = f"{free_gib:.1f} GiB can be used"
    if free_gib < LEAST_MEMORY_GIB:
        repair = "close other programs, raise the limit of the container, or use a machine with 8 GB or more"
        return Verdict("memory", State.FAIL, found, repair, "little-memory")
    if free_gib < USUAL_MEMORY_GIB:
        repair = "8 GB or more are better; `almared plan` tells what an EB needs"
        return Verdict("memory", State.WARN, found, repair, "little-memory")
    return Verdict("memory", State.PASS, found)


def usable_processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge_threads(count: int, asked: str) -> Verdict:
    """Return the verdict on processors, and on a number of threads that was asked for."""
    found = f"{count} usable processor{'s' * (count != 1)}"
    if asked.isdecimal() and int(asked) > count:
        found += f", but OMP_NUM_THREADS={asked}"
        return Verdict("threads", State.WARN, found, "unset OMP_NUM_THREADS: more threads are slower", "many-threads")
    return Verdict("threads", State.PASS, found)


def judge_open_files(limit: int) -> Verdict:
    """Return the verdict on the number of files that a process may have open; large mosaics need many."""
    if 0 <= limit < LEAST_FILES:
        found = f"{limit} at once"
        return Verdict("open files", State.WARN, found, f"ulimit -n {4 * LEAST_FILES}, for mosaics", "open-files")
    return Verdict("open files", State.PASS, f"{limit} at once" if limit >= 0 else "as many as wanted")


def judge_file_system(kind: str) -> Verdict:
    """Return the verdict on the kind of file system of the working directory."""
    if kind in NETWORK_FILE_SYSTEMS:
        found = f"{kind}: CASA's table locks may fail, and it is slow"
        return Verdict("file system", State.WARN, found, "work on a local disk or Lustre", "network-file-system")
    return Verdict("file system", State.PASS, kind or "unknown")


def _mounts() -> str:
    path = Path("/proc/mounts")
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def file_system_of(work: Path, mounts: str) -> str:
    """Return the kind of file system of a directory from the text of /proc/mounts; empty when unknown."""
    place = str(work.resolve())
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split()
        point = point.replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, found
    return kind
