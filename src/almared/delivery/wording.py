"""Lines that may be personal in what goes to the investigators: a person judges them, this only finds them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

KINDS: Mapping[str, re.Pattern[str]] = {
    "first person": re.compile(
        r"\bI(?:'[a-z]+| [a-z])|\b(?:[Mm]y|[Mm]yself|[Ww]e|[Ww]e're|[Ww]e've|[Oo]ur)\b(?![.:/(\[=])"
    ),
    "opinion": re.compile(
        r"\b(?:awful|awfully|crap|crappy|damn|hopefully|horrible|lousy|stupid|terrible|terribly|ugly|unfortunately"
        r"|sadly|weird|yikes|wtf)\b|!!|\?\?|[:;]-[()DP]",
        re.IGNORECASE,
    ),
    "ticket": re.compile(
        r"\b(?:AIV|AOT|CAS|CSV|ICT|PIPE|PRTSIR|PRTSPR|SACM|SCHEDBLK|SCOPS)-\d+\b|\b[Jj][Ii][Rr][Aa]\b"
    ),
    "note to oneself": re.compile(r"\b(?:TODO|FIXME|XXX|TBD|to be done)\b"),
}
"""What a line may hold, and how it is found."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A line that may be personal.

    Parameters
    ----------
    line : int
        Its number, from 1.
    kind : str
        What it may be, one of `KINDS`.
    text : str
        The line.
    """

    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        """Return it for people."""
        return f"line {self.line}, {self.kind}? {self.text}"


def personal_wording(text: str, *, is_script: bool) -> tuple[Wording, ...]:
    """Return the lines of a text that may be personal; of a script its comments alone.

    Parameters
    ----------
    text : str
        The text.
    is_script : bool
        Whether it is Python.

    References
    ----------
    Requirement W104: no personal commentary; domain E.4.
    """
    lines = _comments(text) if is_script else enumerate(text.splitlines(), start=1)
    return tuple(
        Wording(number, kind, line.strip())
        for number, line in lines
        for kind, pattern in KINDS.items()
        if pattern.search(line)
    )


def _comments(script: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a script; as far as it can be read."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(script).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        # The line on the script reports that it cannot be read.
        return
