"""Comments that stay comments, whatever text enters them."""

from __future__ import annotations

import textwrap

from almared.script.literals import WIDTH


def safe_line(text: str) -> str:
    """Return the text as printable ASCII on one line: nothing in it can end the line or change its direction."""
    visible = "".join(c if c.isascii() and c.isprintable() else _escaped(c) for c in text)
    return " ".join(visible.split())


def _escaped(character: str) -> str:
    return " " if character.isspace() and character.isascii() else ascii(character)[1:-1]


def comment_lines(text: str, *, indent: int = 0) -> list[str]:
    """Return the text as lines of comment, wrapped at the width of the script; an item's further lines are indented."""
    pad = " " * indent + "# "
    line = safe_line(text)
    further = "  " if line.startswith("- ") else ""
    lines = textwrap.wrap(line, WIDTH - len(pad), subsequent_indent=further, break_on_hyphens=False)
    return [pad + line for line in lines]
