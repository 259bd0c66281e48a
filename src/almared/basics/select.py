"""CASA selections composed from ids and parsed back."""

from __future__ import annotations

from collections.abc import Iterable

from almared.errors import SelectionError


def id_ranges(ids: Iterable[int]) -> str:
    """Return ids as compressed ranges.

    Examples
    --------
    >>> id_ranges([0, 2, 3, 4, 9])
    '0,2~4,9'
    """
    runs: list[list[int]] = []
    for number in sorted(set(ids)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}~{b}" for a, b in runs)


def parse_ids(text: str) -> tuple[int, ...]:
    """Return the ids of a selection such as ``0,2~4`` or ``5-9``, sorted.

    Raises
    ------
    SelectionError
        A part is neither a number nor a range.
    """
    found: set[int] = set()
    for part in filter(None, (p.strip() for p in text.replace("-", "~").split(","))):
        first, _, last = part.partition("~")
        if not first.isdigit() or (last and not last.isdigit()):
            raise SelectionError(f"{part!r} is neither an id nor a range", repair="write it as 3, 5~9 or 5-9")
        found.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))
