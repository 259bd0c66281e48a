"""The report of a MOUS: its execution blocks, combination and images on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MousReport:
    """The report of a MOUS.

    Parameters
    ----------
    page : Path
        The page.
    is_new : bool
        Whether it was made now.
    """

    page: Path
    is_new: bool


def report_mous(target: Path, *, is_forced: bool = False) -> MousReport:
    raise NotImplementedError
