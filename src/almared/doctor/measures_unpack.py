"""Takes the folders of measures out of a tarball or a directory, and nothing that would land elsewhere."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath

from almared.errors import InputError

FOLDERS = ("geodetic", "ephemerides")
UNUSED = ("splatalogue.db", "SplatDefault.tbl")
"""Files of CASA's data that no calibration reads, and that are large."""

MOST_BYTES = 4 * 2**30
MOST_MEMBERS = 100_000
"""More than any measures data, or CASA's whole data, ever had."""


def unpack_folders(source: Path, place: Path) -> None:
    """Unpack the folders of measures of a tarball into an empty directory.

    Raises
    ------
    InputError
        A member would land outside, is a link or no file, or there is too much.
    EOFError, gzip.BadGzipFile, lzma.LZMAError, tarfile.TarError, zlib.error
        It is no tarball, or cut.
    """
    n_bytes = 0
    with tarfile.open(source, "r:*") as archive:
        for number, member in enumerate(archive):
            n_bytes += member.size
            if number >= MOST_MEMBERS or n_bytes > MOST_BYTES:
                raise InputError("it holds far more than measures", where=str(source), repair="give another file")
            target = _target(member.name, source)
            if target is None:
                continue
            if not (member.isfile() or member.isdir()):
                raise _unsafe(source, f"{member.name} is a link or no file")
            _put(archive, member, target=place / target)


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, *, target: Path) -> None:
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    if content is not None:
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _target(name: str, source: Path) -> PurePosixPath | None:
    """Return where a member goes, relative; None for one that is not of the folders."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise _unsafe(source, f"{name} would land outside")
    # Some tarballs have all in one folder more.
    for begin in (0, 1):
        parts = path.parts[begin:]
        if parts and parts[0] in FOLDERS:
            return None if parts[-1] in UNUSED else PurePosixPath(*parts)
    return None


def copy_folders(source: Path, place: Path) -> None:
    """Copy the folders of measures of a directory into an empty one.

    Raises
    ------
    InputError
        A link leads out of it, or something is no file.
    OSError
        It cannot be read.
    """
    inside = source.resolve()
    for folder in FOLDERS:
        for here, names, files in os.walk(inside / folder):
            target = place / Path(here).relative_to(inside)
            target.mkdir(parents=True, exist_ok=True)
            for name in (*names, *files):
                _check_entry(Path(here) / name, inside, source=source)
            for name in (name for name in files if name not in UNUSED):
                shutil.copyfile(Path(here) / name, target / name)


def _check_entry(path: Path, inside: Path, *, source: Path) -> None:
    if path.is_symlink() and (path.is_dir() or inside not in path.resolve().parents):
        raise _unsafe(source, f"{path.relative_to(inside)} is a link to elsewhere")
    if not (path.is_file() or path.is_dir()):
        raise _unsafe(source, f"{path.relative_to(inside)} is no file")


def _unsafe(source: Path, why: str) -> InputError:
    return InputError(f"it is not safe to import: {why}", where=str(source), repair="get it from its own server")
