"""Where tables are printed."""

from __future__ import annotations

from rich.console import Console

WIDTH = 120
"""Characters of a line where nothing tells the width: in files and pipes."""


def table_console() -> Console:
    """Return the console for tables: as wide as the terminal, else of a width that holds them."""
    return Console(highlight=False, width=None if Console().is_terminal else WIDTH)
