"""Python literals, laid out as `ruff format` lays them out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from almared.errors import PlanError

WIDTH = 120
"""Characters in a line of the script."""

INDENT = "    "
ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def render_text(text: str) -> str:
    """Return a string literal of ASCII characters without line ends, whatever the text holds.

    Examples
    --------
    >>> print(render_text('it"s'))
    'it"s'
    >>> print(render_text("plain"))
    "plain"
    """
    literal = ascii(text)
    body = literal[1:-1]
    if literal[0] == '"' or text.count('"') > text.count("'"):
        return literal
    plain = ESCAPE.sub(lambda found: "'" if found[1] == "'" else found[0], body)
    return '"' + _with_escaped_double(plain) + '"'


def _with_escaped_double(body: str) -> str:
    return body.replace('"', '\\"')


def render_value(value: object, *, indent: int = 0, used: int = 0) -> str:
    """Return a literal that may run over several lines.

    Parameters
    ----------
    value : object
        None, a truth value, number or text, or a tuple, list or mapping of such; a tuple is written as a list.
    indent : int
        Blanks before the line on which it begins.
    used : int
        Characters of that line that other text takes, before and after it.

    Raises
    ------
    PlanError
        The value is nothing that a script may hold.
    """
    line = inline_value(value)
    if indent + used + len(line) <= WIDTH or not isinstance(value, tuple | list | Mapping) or not value:
        return line
    deeper = indent + len(INDENT)
    pad, end = " " * deeper, " " * indent
    if isinstance(value, Mapping):
        rows = [_row(key, item, indent=deeper) for key, item in value.items()]
        return "{\n" + "".join(f"{pad}{row},\n" for row in rows) + end + "}"
    items = [render_value(item, indent=deeper, used=1) for item in value]
    return "[\n" + "".join(f"{pad}{item},\n" for item in items) + end + "]"


def _row(key: object, item: object, *, indent: int) -> str:
    head = f"{inline_value(key)}: "
    return head + render_value(item, indent=indent, used=len(head) + 1)


def inline_value(value: object) -> str:
    """Return a literal on one line (see `render_value`)."""
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return render_text(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(inline_value(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inline_value(k)}: {inline_value(v)}" for k, v in value.items()) + "}"
    raise PlanError(f"{type(value).__name__} cannot be written into a script")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise PlanError(f"{value} cannot be written into a script")
    return repr(float(value)).replace("e+", "e")
