"""What a file of a check has to hold.

A check is one file: its docstring says what is measured, the threshold with its source, and what to do, under the
headings of `SECTIONS`; ``CHECK`` names it. Nothing else has to know of it (see `almared.checks.registry`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from almared.model import Finding

SECTIONS = ("Measured", "Threshold", "What to do")
"""Headings that the docstring of a check has, each on a line of its own."""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """One check.

    Parameters
    ----------
    code : str
        Stable and unique: letters for the family, two digits. A code that is no longer used is not given again.
    title : str
        What is looked at, in a few words.
    looks_at : type
        What it needs: a type of facts or measurements, made once for all checks that look at it.
    run : callable
        Takes one of these and returns what it found; nothing when all is well. It reads and writes no files.
    """

    code: str
    title: str
    looks_at: type[S]
    run: Callable[[S], tuple[Finding, ...]]

    @property
    def stage(self) -> str:
        """The stage it belongs to: the folder of its file."""
        return self.run.__module__.split(".")[-2]
