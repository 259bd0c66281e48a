"""Archives and hashes that are the same for the same files."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from almared.basics.hashes import sha256_of_file

EPOCH = 0
"""Time of making of all that is in an archive (s since 1970): its own says nothing to anybody."""


def pack(archive: Path, files: Mapping[str, Path]) -> None:
    """Write a compressed archive of files and directories.

    Parameters
    ----------
    archive : Path
        ``*.tgz`` to be made.
    files : mapping of str to Path
        Name inside the archive -> file or directory; a link is packed as what it points to.
    """
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=EPOCH, fileobj=raw, compresslevel=6) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", dereference=True, format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in sorted(files):
            _add(tar, files[name], name=name)


def _add(tar: tarfile.TarFile, path: Path, *, name: str) -> None:
    tar.add(path, name, recursive=False, filter=_anonymous)
    if path.is_dir():
        for part in sorted(path.iterdir()):
            _add(tar, part, name=f"{name}/{part.name}")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = EPOCH
    member.mode = 0o755 if member.isdir() else 0o644
    return member


def manifest_text(root: Path, files: Iterable[Path]) -> str:
    """Return hash and name of each file, as ``sha256sum --check`` reads it."""
    return "".join(f"{sha256_of_file(path)}  {path.relative_to(root).as_posix()}\n" for path in sorted(files))
