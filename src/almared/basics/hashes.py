"""SHA-256 of texts and files, as hexadecimal text."""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK = 2**20
"""Size of the pieces in which a file is read (bytes)."""


def sha256_of(data: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of a text in UTF-8; names of files that are not UTF-8 keep their bytes."""
    return hashlib.sha256(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of the content of a file."""
    known = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            known.update(block)
    return known.hexdigest()


def sha256_if_there(path: Path | None) -> str:
    """Return the SHA-256 of the content of a file, empty when the file does not exist."""
    return sha256_of_file(path) if path is not None and path.is_file() else ""
