"""Which channels are free of lines: measured, or what a person wrote to cont.dat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.ms.targets import CalibratedMs
from almared.recipes.image_continuum import LineFree
from almared.recipes.image_facts import TargetFacts


@dataclass(frozen=True, slots=True)
class ContinuumRanges:
    """What is free of lines.

    Parameters
    ----------
    line_free : tuple of LineFree
        Per source and window.
    source : str
        Where it comes from.
    warnings : tuple of str
        What to look at.
    """

    line_free: tuple[LineFree, ...]
    source: str
    warnings: tuple[str, ...] = ()


def continuum_ranges(ms: CalibratedMs, facts: Sequence[TargetFacts], *, directory: Path) -> ContinuumRanges:
    """Return the line-free channels."""
    return ContinuumRanges((), "none")
