"""Fingerprints: short texts that change whenever their subject changes, whoever changed it.

========================  =========================================================================================
`content_fingerprint`     Of a file or directory, by what is in it. It goes with the files: it stays when a tree is
                          moved, or copied with its times.
`disk_fingerprint`        Of files on this disk, without reading them. It holds the time at which the system itself
                          noted a change, which neither an editor nor ``touch`` can set.
`code_fingerprint`        Of almared and the CASA that it runs.
`joint_fingerprint`       Of several at once.
`product_fingerprint`     In `almared.records.inputs`: of a product, by the step that made it and its contents.
`Look`                    In `almared.records.sections`: disk fingerprints of the parts of a MOUS.
``ScriptStep``            In `almared.script.read`: ``fingerprint`` is the SHA-256 of what a step does.
========================  =========================================================================================

Two writes within a tick of the system's clock get the same time. So a disk fingerprint counts only when the last change
is older than a tick (`is_settled`), and whoever takes one right after a write waits first (`wait_a_tick`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import almared
from almared.basics.hashes import sha256_of, sha256_of_file

SMALL = 2**18
"""Files up to this size count by content, larger ones by size and time of their last change (bytes)."""

LOCK_FILES = frozenset({"table.lock"})
"""Files of casacore that change even when a table is only read."""

COMPILED = "__pycache__"

LENGTH = 20
"""Characters kept of a hash."""

CLOCK_TICK_S = 0.01
"""How far the time of a file may be behind the clock: Linux stamps files with that of its last tick (s)."""


@dataclass(frozen=True, slots=True)
class DiskFingerprint:
    """Facts of the file system on files, without reading them.

    Parameters
    ----------
    text : str
        Changes when a file is added, removed, moved or written.
    newest_ns : int, ns
        Time of the last change, since 1970; 0 without a file.
    """

    text: str
    newest_ns: int


def content_fingerprint(path: Path) -> str:
    """Return the fingerprint of the content of a file or directory, empty if it does not exist.

    Large files count by size and time; writing to a table changes those, only reading it does not
    (casatasks 6.7.0.31: listobs, split, flagdata with and without flagging).
    """
    if not path.exists():
        return ""
    return _short_hash("\n".join(f"{name} {_content_line(file)}" for name, file in _files(path)))


def disk_fingerprint(path: Path, *, left_out: Collection[str] = ()) -> DiskFingerprint:
    """Return the fingerprint on this disk of a file or of all files in a directory; links are followed.

    Parameters
    ----------
    path : Path
        The file or directory; it need not exist.
    left_out : collection of str
        Names relative to it, of files and directories to ignore.
    """
    newest, lines = 0, []
    for name, file in _files(path, left_out=left_out):
        for known in [file.lstat(), *([file.stat()] if file.is_symlink() and file.exists() else [])]:
            newest = max(newest, known.st_ctime_ns)
            lines.append(f"{name} {known.st_size} {known.st_mtime_ns} {known.st_ctime_ns}")
    return DiskFingerprint(_short_hash("\n".join(lines)), newest)


def joint_fingerprint(several: Iterable[DiskFingerprint]) -> DiskFingerprint:
    """Return the joint fingerprint of several fingerprints."""
    parts = tuple(several)
    text = _short_hash(" ".join(part.text for part in parts))
    return DiskFingerprint(text, max((part.newest_ns for part in parts), default=0))


@cache
def code_fingerprint() -> str:
    """Return the fingerprint of almared itself and of the CASA that it runs: the same text means the same code."""
    root = Path(almared.__file__).parent
    lines = [f"{name} {sha256_of_file(file)}" for name, file in _files(root) if COMPILED not in name]
    return _short_hash("\n".join([*lines, metadata.version("casatasks")]))


def is_settled(newest_ns: int) -> bool:
    """Return whether a change is old enough for a later one to get another time.

    Parameters
    ----------
    newest_ns : int, ns
        Time of the change, since 1970.
    """
    return newest_ns / 1e9 < time.time() - CLOCK_TICK_S


def wait_a_tick() -> None:
    """Wait until the clock by which the system stamps files has moved on."""
    time.sleep(1.2 * CLOCK_TICK_S)


def _files(path: Path, *, left_out: Collection[str] = ()) -> Iterator[tuple[str, Path]]:
    """Yield the files of a directory with their names in it, in order; a file by itself has the name ``.``."""
    if not path.is_dir():
        if path.exists():
            yield ".", path
        return
    seen = {path.resolve()}
    for folder, folders, files in os.walk(path, followlinks=True):
        place = Path(folder)
        inside = "" if place == path else f"{place.relative_to(path).as_posix()}/"
        kept = [name for name in sorted(folders) if f"{inside}{name}" not in left_out]
        folders[:] = [name for name in kept if _is_new(place / name, seen)]
        for name in sorted([*files, *(set(kept) - set(folders))]):
            if name not in LOCK_FILES and f"{inside}{name}" not in left_out:
                yield f"{inside}{name}", place / name


def _is_new(folder: Path, seen: set[Path]) -> bool:
    """Return whether to go into a directory: links are followed, never in circles."""
    if not folder.is_symlink():
        return True
    target = folder.resolve()
    is_new = not any(target in (place, *place.parents) for place in seen) and target.is_dir()
    seen.add(target)
    return is_new


def _content_line(file: Path) -> str:
    known = file.lstat()
    if file.is_symlink() and not file.is_file():
        return f"link {os.readlink(file)}"
    return sha256_of_file(file) if known.st_size <= SMALL else f"{known.st_size} {known.st_mtime_ns}"


def _short_hash(text: str) -> str:
    return sha256_of(text)[:LENGTH]
