"""A choice that the software made, with its reason and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured number or fact behind a choice or a finding.

    Parameters
    ----------
    metric : str
        What was measured, e.g. ``"largest baseline"``.
    value : float or int or str
        Its value.
    unit : str
        Unit of the value, empty when it has none.
    selection : str
        What it was measured on, e.g. ``"DA41"`` or ``"spw 17"``.
    source : str
        Table, file or rule it came from.
    """

    metric: str
    value: float | int | str
    unit: str = ""
    selection: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A value, why it was chosen, and the evidence for it.

    Parameters
    ----------
    value : T
        What was chosen.
    reason : str
        One sentence for the reader of the script, on one line.
    evidence : tuple of Evidence
        Numbers behind the reason, the strongest first.
    rule : str
        Where the rule is documented, e.g. ``"domain A.6"``.
    warning : str
        What the reducer should check; empty when there is nothing.
    """

    value: T
    reason: str
    evidence: tuple[Evidence, ...] = ()
    rule: str = ""
    warning: str = ""
