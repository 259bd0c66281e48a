"""Disk, memory, threads, open files and file system of this machine."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from almared.basics.processors import usable_processors
from almared.basics.sizes import GIB
from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity
from almared.run.resources import available_memory

LEAST_DISK_GIB = 5.0
"""Less is too small even for the demo."""

LEAST_MEMORY_GIB = 2.0
USUAL_MEMORY_GIB = 8.0
LEAST_FILES = 1024
"""A mosaic of 150 fields opens several hundred files at once."""

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems on which CASA's table locks are known to fail; CASA's release notes advise against them."""


def examine_machine(work: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield findings on the machine.

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


def judge_disk(free_gib: float) -> Finding:
    """Return the finding on free disk space (GiB); real data need several times the raw size."""
    found = f"{free_gib:.0f} GiB free here"
    if free_gib < LEAST_DISK_GIB:
        repair = "free space or work elsewhere; `almared plan` tells what an EB needs"
        return finding_on("disk", Severity.SEVERE, found=found, repair=repair, trap="disk-full")
    return finding_on("disk", Severity.OK, found=f"{found}; `almared plan` tells what an EB needs")


def judge_memory(free_gib: float | None) -> Finding:
    """Return the finding on the memory that a process can have (GiB)."""
    if free_gib is None:
        return finding_on("memory", Severity.WARNING, found="unknown", repair="check by hand that there are 8 GB")
    found = f"{free_gib:.1f} GiB available"
    if free_gib < LEAST_MEMORY_GIB:
        repair = "close other programs, raise the limit of the container, or use a machine with 8 GB or more"
        return finding_on("memory", Severity.SEVERE, found=found, repair=repair, trap="little-memory")
    if free_gib < USUAL_MEMORY_GIB:
        repair = "8 GB or more are better; `almared plan` tells what an EB needs"
        return finding_on("memory", Severity.WARNING, found=found, repair=repair, trap="little-memory")
    return finding_on("memory", Severity.OK, found=found)


def judge_threads(count: int, asked: str) -> Finding:
    """Return the finding on processors, and on the requested number of threads."""
    found = f"{count} usable processor{'s' * (count != 1)}"
    if asked.isdecimal() and int(asked) > count:
        found += f", but OMP_NUM_THREADS={asked}"
        return finding_on(
            "threads",
            Severity.WARNING,
            found=found,
            repair="unset OMP_NUM_THREADS: more threads are slower",
            trap="many-threads",
        )
    return finding_on("threads", Severity.OK, found=found)


def judge_open_files(limit: int) -> Finding:
    """Return the finding on the number of files that a process may have open; large mosaics need many."""
    if 0 <= limit < LEAST_FILES:
        found = f"{limit} at once"
        return finding_on(
            "open files",
            Severity.WARNING,
            found=found,
            repair=f"ulimit -n {4 * LEAST_FILES}, for mosaics",
            trap="open-files",
        )
    return finding_on("open files", Severity.OK, found=f"{limit} at once" if limit >= 0 else "unlimited")


def judge_file_system(kind: str) -> Finding:
    """Return the finding on the kind of file system of the working directory."""
    if kind in NETWORK_FILE_SYSTEMS:
        found = f"{kind}: CASA's table locks may fail, and it is slow"
        return finding_on(
            "file system",
            Severity.WARNING,
            found=found,
            repair="work on a local disk or Lustre",
            trap="network-file-system",
        )
    return finding_on("file system", Severity.OK, found=kind or "unknown")


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
