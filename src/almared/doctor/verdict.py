"""One line of the doctor: what was looked at, how it is, how to repair it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How fit one thing is."""

    PASS = "pass"  # noqa: S105  a verdict, no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the doctor says of one thing.

    Parameters
    ----------
    subject : str
        What was looked at.
    state : State
        ``fail`` means that a reduction could not run.
    found : str
        What was found.
    repair : str
        What to do; empty when nothing.
    trap : str
        Name of the known trap that was recognised, as the page on the doctor explains it; empty when none was.
    """

    subject: str
    state: State
    found: str
    repair: str = ""
    trap: str = ""

    def as_record(self) -> dict[str, str]:
        """Return the verdict as plain data for JSON."""
        return {key: str(value) for key, value in asdict(self).items()}


def is_fit(verdicts: Iterable[Verdict]) -> bool:
    """Tell whether a reduction could run: nothing failed."""
    return all(verdict.state is not State.FAIL for verdict in verdicts)
