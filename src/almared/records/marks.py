"""Marks of files and directories: short texts that change when what they stand for was changed, by whomever.

A mark by contents goes with what it marks: it stays when a tree is moved or copied with its times. A mark by traces
is for this disk alone, and for a look that costs nothing: it holds the time at which the system itself noted a
change, which neither an editor nor ``touch`` can set.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import almared

SMALL = 2**18
"""Files up to this size count by what is in them, larger ones by size and time of their last change (bytes)."""

LOCK_FILES = frozenset({"table.lock"})
"""Files of casacore that change when a table is only read."""

COMPILED = "__pycache__"

CLOCK_TICK_S = 0.01
"""How far the time of a file may be behind the clock: Linux stamps files with that of its last tick (s)."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What the file system tells of files, without a look into them.

    Parameters
    ----------
    mark : str
        Differs when a file is new, gone, moved, or was written to.
    newest_ns : int, ns
        When the last change was, since 1970; 0 without a file.
    """

    mark: str
    newest_ns: int


def mark_of(path: Path) -> str:
    """Return the mark by contents of a file or directory, empty when it is not there.

    Large files count by size and time; whoever writes to a table changes those, whoever only reads it does not
    (casatasks 6.7.0.31: listobs, split, flagdata with and without flagging).
    """
    if not path.exists():
        return ""
    return _digest(f"{name} {_told(file)}" for name, file in _files(path))


def traces_of(path: Path, *, left_out: Collection[str] = ()) -> Traces:
    """Return the traces of a file or of all files in a directory; links are followed.

    Parameters
    ----------
    path : Path
        The file or directory; it need not be there.
    left_out : collection of str
        Names relative to it, of files and directories that do not count.
    """
    newest, told = 0, []
    for name, file in _files(path, left_out=left_out):
        for known in [file.lstat(), *([file.stat()] if file.is_symlink() and file.exists() else [])]:
            newest = max(newest, known.st_ctime_ns)
            told.append(f"{name} {known.st_size} {known.st_mtime_ns} {known.st_ctime_ns}")
    return Traces(_digest(told), newest)


@cache
def code_mark() -> str:
    """Return the mark of almared itself and of the CASA that it runs: the same text is the same code."""
    root = Path(almared.__file__).parent
    told = [f"{name} {_hash(file)}" for name, file in _files(root) if COMPILED not in name]
    return _digest([*told, metadata.version("casatasks")])


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
    """Tell whether a directory is to be gone into: links are followed, never in circles."""
    if not folder.is_symlink():
        return True
    target = folder.resolve()
    is_new = not any(target in (place, *place.parents) for place in seen) and target.is_dir()
    seen.add(target)
    return is_new


def _told(file: Path) -> str:
    known = file.lstat()
    if file.is_symlink() and not file.is_file():
        return f"link {os.readlink(file)}"
    return _hash(file) if known.st_size <= SMALL else f"{known.st_size} {known.st_mtime_ns}"


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(told: Collection[str] | Iterator[str]) -> str:
    return hashlib.sha256("\n".join(told).encode("utf-8", errors="surrogateescape")).hexdigest()[:20]
