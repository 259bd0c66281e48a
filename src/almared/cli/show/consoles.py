"""Consoles for tables."""

from __future__ import annotations

from rich.console import Console

WIDTH = 120
"""Line width in files and pipes, where the width is unknown."""


def table_console() -> Console:
    """Return the console for tables: as wide as the terminal, else wide enough for them."""
    return Console(highlight=False, width=None if Console().is_terminal else WIDTH)
