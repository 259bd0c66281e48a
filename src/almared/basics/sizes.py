"""Sizes of files and memory for readers."""

from __future__ import annotations

GIB = 2.0**30
"""Bytes of a GiB."""


def size_text(size: float) -> str:
    """Return a size as text, such as ``4.2 GB`` or ``17.1 MB``.

    Parameters
    ----------
    size : float, bytes
        The size.
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1e3:.1f} kB"
