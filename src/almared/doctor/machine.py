"""Disk, memory, threads, display and file system of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from almared.doctor.verdict import State, Verdict

GIGABYTE = 1e9
LEAST_DISK_GB = 5.0
LEAST_MEMORY_GB = 4.0
USUAL_MEMORY_GB = 8.0
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems on which CASA's table locks are known to fail (peers.md P8, P16)."""


def examine_machine(work: Path, environment: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield verdicts on the machine.

    Parameters
    ----------
    work : Path
        Where the data will be.
    environment : mapping
        Environment variables.
    """
    yield judge_disk(shutil.disk_usage(work).free / GIGABYTE)
    yield judge_memory(available_memory_gb())
    yield Verdict("processors", State.PASS, f"{len(os.sched_getaffinity(0))} usable" if _has_affinity() else "unknown")
    yield judge_file_system(file_system_of(work, _mounts()))
    display = "set" if environment.get("DISPLAY") else "not set"
    yield Verdict("display", State.PASS, f"DISPLAY {display}; not needed: figures are drawn without one")


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")


def judge_disk(free_gb: float) -> Verdict:
    """Return the verdict on free disk space (GB); real data need several times the raw size."""
    found = f"{free_gb:.0f} GB free here"
    if free_gb < LEAST_DISK_GB:
        return Verdict("disk", State.FAIL, found, "free space or work elsewhere; `almared plan` tells what an EB needs")
    return Verdict("disk", State.PASS, found)


def judge_memory(total_gb: float | None) -> Verdict:
    """Return the verdict on usable memory (GB)."""
    if total_gb is None:
        return Verdict("memory", State.WARN, "unknown", "check by hand that 8 GB are there")
    found = f"{total_gb:.1f} GB available"
    if total_gb < LEAST_MEMORY_GB:
        return Verdict("memory", State.FAIL, found, "close other programs, or use a machine with 8 GB or more")
    state = State.PASS if total_gb >= USUAL_MEMORY_GB else State.WARN
    return Verdict("memory", state, found, "" if state is State.PASS else "8 GB or more are better")


def available_memory_gb() -> float | None:
    """Return the memory (GB) that can be used now: the machine's, or the control group's limit; None when unknown."""
    info = Path("/proc/meminfo")
    if not info.exists():
        return None
    lines = dict(line.split(":", 1) for line in info.read_text().splitlines())
    machine = float(lines["MemAvailable"].split()[0]) * 1024 / GIGABYTE
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return machine if text == "max" else min(machine, float(text) / GIGABYTE)


def judge_file_system(kind: str) -> Verdict:
    """Return the verdict on the kind of file system of the working directory."""
    if kind in NETWORK_FILE_SYSTEMS:
        return Verdict(
            "file system", State.WARN, f"{kind}: CASA's table locks may fail", "work on a local disk or Lustre"
        )
    return Verdict("file system", State.PASS, kind or "unknown")


def _mounts() -> str:
    path = Path("/proc/mounts")
    return path.read_text() if path.exists() else ""


def file_system_of(work: Path, mounts: str) -> str:
    """Return the kind of file system of a directory from the text of /proc/mounts; empty when unknown."""
    place = str(work.resolve())
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split()
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, found
    return kind
