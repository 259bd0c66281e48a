"""Text files that are written completely or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Write a text to a temporary file, move it to its path and return the path.

    Parameters
    ----------
    path : Path
        The file; an existing one is replaced.
    text : str
        Its text.
    """
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        os.replace(new, path)
    except OSError:
        # Never leave half a file: on a fault the old one stays as it was.
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    return path
