"""Texts on disk that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Write a text under another name, then put it in its place; return the path.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    text : str
        Its text.
    """
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        os.replace(new, path)
    except OSError:
        # Half a text must not stay; what was there before does.
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    return path
