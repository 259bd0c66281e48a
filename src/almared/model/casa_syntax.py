r"""CASA's syntax of data selections: names and ids, channels, baselines, times, written and read.

Found with casatools 6.7.6 and in the grammars of casacore (``ms/MSSel``):

- A bare word is the exact name; a bare number is an id. Where an id is out of range CASA tries it as a name.
- Antennas are an exception: a number is a name first and an id only when no antenna has that name.
- A word in double quotes is a pattern: ``*?[]{}`` are wildcards unless each stands in brackets.
  All else inside quotes is literal, numbers included, so a quoted name is always a name.
- Names of windows hold ``#`` and ``-`` and match only in quotes.
- No notation reaches a name with a double quote, a backslash, a line end or a character beyond ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from almared.basics.select import id_ranges
from almared.basics.times import mjd_s_of, utc_of
from almared.errors import SelectionError

NameOrId = int | str
"""An id (0-based, as in the MS) or a name."""

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_+.-]*")
"""Names without need of quotes, for fields and antennas; others may read as a number, a length or an operator."""

PATTERN_CHARACTERS = "*?[]{}"

BEYOND_CASA = re.compile(r'["\\]|[^ -~]')

MOST_IDS = 100_000
"""Longest range of ids that is accepted; a longer one is a typing error."""

TIME_FORMATS = ("%Y/%m/%d/%H:%M:%S.%f", "%Y/%m/%d/%H:%M:%S", "%Y/%m/%d/%H:%M", "%Y/%m/%d")


def quoted(name: str) -> str:
    """Return a name in CASA's quotes.

    Examples
    --------
    >>> quoted("NGC 253 [core]")
    '"NGC 253 [[]core[]]"'
    """
    return '"' + "".join(f"[{sign}]" if sign in PATTERN_CHARACTERS else sign for sign in name) + '"'


def write_names(items: Iterable[NameOrId], *, always_quoted: bool = False) -> str:
    """Return ids and names as a list, ids first and as ranges.

    Examples
    --------
    >>> write_names([3, 1, 2, "J1924-2914", "3C 279"])
    '1~3,J1924-2914,"3C 279"'
    """
    found = list(items)
    ids = id_ranges(item for item in found if isinstance(item, int))
    names = [item for item in found if isinstance(item, str)]
    texts = [quoted(name) if always_quoted or not PLAIN.fullmatch(name) else name for name in names]
    return ",".join(filter(None, (ids, *texts)))


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """Return the parts of a text between separators outside quotes, stripped and without empty ones.

    Raises
    ------
    SelectionError
        A quote is left open.
    """
    parts = re.findall(rf'(?:"[^"]*"|[^{re.escape(separator)}"])+', text)
    if text.count('"') % 2:
        raise SelectionError(f"{text!r} opens a quote and does not close it", repair='write names as "3C 279"')
    return [stripped for part in parts if (stripped := part.strip())]


def read_names(text: str, *, has_names: bool = True) -> tuple[NameOrId, ...]:
    """Return the ids and names of a list such as ``0,2~4,J1924-2914,"3C 279"``.

    Raises
    ------
    SelectionError
        A part is neither, or is a pattern, which cannot be resolved without the data.
    """
    found: list[NameOrId] = []
    for part in split_outside_quotes(text, ","):
        number = re.fullmatch(r"(\d+)(?:\s*~\s*(\d+))?", part)
        if number:
            found += _range(int(number[1]), int(number[2] or number[1]))
        elif has_names:
            found.append(_name(part))
        else:
            raise SelectionError(f"{part!r} is neither an id nor a range", repair="write it as 3 or 5~9")
    return tuple(found)


def _range(first: int, last: int) -> range:
    if last < first or last - first >= MOST_IDS:
        raise SelectionError(f"{first}~{last} is not a range of ids", repair="write the lower id first, as 5~9")
    return range(first, last + 1)


def _name(part: str) -> str:
    """Return the name that a word denotes."""
    is_quoted = part.startswith('"') and part.endswith('"') and part.count('"') == 2
    inside = part[1:-1] if is_quoted else part
    escaped = re.compile(rf"\[([{re.escape(PATTERN_CHARACTERS)}])\]")
    name = escaped.sub(r"\1", inside)
    left = escaped.sub("", inside) if is_quoted else re.sub(r"[A-Za-z0-9_{}+\-.=;@#%:! ]", "", inside)
    is_pattern = any(sign in left for sign in PATTERN_CHARACTERS) if is_quoted else bool(left)
    if is_pattern or not name or BEYOND_CASA.search(name):
        raise SelectionError(
            f"{part!r} is a pattern or not a name", repair='write the full name in double quotes, as "3C 279"'
        )
    return name


def write_baselines(antennas: Iterable[NameOrId], pairs: Iterable[tuple[NameOrId, NameOrId]]) -> str:
    """Return antennas with all of their baselines, and single baselines, as CASA's parameter ``antenna``.

    Examples
    --------
    >>> write_baselines(["DA41"], [("DV01", "DV02"), ("DV03", "DV03")])
    'DA41;DV01&DV02;DV03&&&'
    """
    pair_texts = [f"{write_names([a])}&&&" if a == b else f"{write_names([a])}&{write_names([b])}" for a, b in pairs]
    return ";".join(filter(None, (write_names(antennas), *pair_texts)))


def read_baselines(text: str) -> tuple[tuple[NameOrId, ...], tuple[tuple[NameOrId, NameOrId], ...]]:
    """Return the antennas and the single baselines of CASA's parameter ``antenna``.

    Raises
    ------
    SelectionError
        It has a negation, a length, a station, autocorrelations mixed with the rest, or a broken part.
    """
    antennas: list[NameOrId] = []
    pairs: list[tuple[NameOrId, NameOrId]] = []
    for part in split_outside_quotes(text, ";"):
        sides = split_outside_quotes(part, "&")
        operator = re.sub(r'"[^"]*"|[^&]', "", part)
        if not operator:
            antennas += _antennas(part)
        elif operator == "&&&" and part.endswith(operator) and len(sides) == 1:
            pairs += [(name, name) for name in _antennas(sides[0])]
        elif operator == "&" and len(sides) == 2:
            pairs += [(a, b) for a in _antennas(sides[0]) for b in _antennas(sides[1])]
        else:
            raise SelectionError(f"{part!r} is not a baseline", repair="write DA41&DA42, or DA41&&& (autocorrelations)")
    return tuple(antennas), tuple(pairs)


def _antennas(text: str) -> tuple[NameOrId, ...]:
    bare = re.sub(r'"[^"]*"', "", text)
    if re.search(r"[!@<>():]", bare):
        raise SelectionError(f"{text!r} is not a list of antennas", repair="write only ids and names: DA41,DV01")
    return read_names(text)


def write_time(mjd_s: float) -> str:
    """Return a time (MJD seconds UTC) in the form of CASA's selections, to the millisecond.

    Examples
    --------
    >>> write_time(51544 * 86400.0 + 1.5)
    '2000/01/01/00:00:01.500'
    """
    # From whole microseconds: a float just below a millisecond must not be truncated to the one before.
    return utc_of(round(mjd_s, 3) + 1e-5).strftime(TIME_FORMATS[0])[:-3]


def read_times(text: str) -> tuple[tuple[float, float], ...]:
    """Return the ranges (MJD seconds UTC) of a list such as ``2014/05/07/11:02:03~2014/05/07/11:05:00.5``.

    Raises
    ------
    SelectionError
        A part is not a range of two complete dates; CASA's short forms depend on the data.
    """
    return tuple(_time_range(part) for part in split_outside_quotes(text, ","))


def _time_range(part: str) -> tuple[float, float]:
    first, _, last = part.partition("~")
    return _read_time(first.strip(), part), _read_time(last.strip(), part)


def _read_time(text: str, part: str) -> float:
    for style in TIME_FORMATS:
        try:
            return round(mjd_s_of(datetime.strptime(text, style)), 3)
        except ValueError:
            continue
    raise SelectionError(
        f"{part!r} is not a range of times", repair="write both dates, as 2014/05/07/11:02:03~2014/05/07/11:05:00"
    )
