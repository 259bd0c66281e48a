"""One line of the table *put in / found*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from almared.model import Evidence, Finding, Severity

CHECK = "TRUTH01"
"""A number is compared with the one that the simulator put in."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number that was put in, the number that was found, and how far they may differ.

    Parameters
    ----------
    quantity : str
        What is compared, e.g. ``"Stokes I of J1924-2914"``.
    selection : str
        Where, e.g. ``"spw 17"``.
    put_in, found : float
        The truth, and the value in the calibrated data or tables.
    unit : str
        Unit of both.
    deviation, limit : float
        How far they are apart and how far they may be, in `deviation_unit`.
    deviation_unit : str
        ``%``, ``deg``, ``sigma`` or a unit.
    """

    quantity: str
    selection: str
    put_in: float
    found: float
    unit: str
    deviation: float
    limit: float
    deviation_unit: str

    @property
    def passed(self) -> bool:
        """Whether the deviation is a number within the limit."""
        return bool(abs(self.deviation) <= self.limit)

    @property
    def finding(self) -> Finding:
        """What it comes to; severe when the deviation is not within the limit."""
        return Finding(
            CHECK,
            Severity.OK if self.passed else Severity.SEVERE,
            f"{self.quantity}, {self.selection}: {self.found:.4g} {self.unit} for {self.put_in:.4g}",
            evidence=(
                Evidence("put in", self.put_in, self.unit, self.selection, "truth"),
                Evidence("found", self.found, self.unit, self.selection),
                Evidence("deviation", self.deviation, self.deviation_unit, self.selection),
                Evidence("limit", self.limit, self.deviation_unit),
            ),
        )

    def as_record(self) -> dict[str, object]:
        """Return the line as plain data for JSON."""
        return {**asdict(self), "passed": self.passed, "finding": self.finding.as_record()}


def compare_relative(
    quantity: str, selection: str, *, put_in: float, found: float, unit: str, limit_percent: float
) -> Comparison:
    """Return the comparison of two numbers by their relative difference."""
    return Comparison(
        quantity=quantity,
        selection=selection,
        put_in=put_in,
        found=found,
        unit=unit,
        deviation=100.0 * (found / put_in - 1.0),
        limit=limit_percent,
        deviation_unit="%",
    )


def all_passed(comparisons: Sequence[Comparison]) -> bool:
    """Return whether there are comparisons and all of them passed."""
    return bool(comparisons) and all(line.passed for line in comparisons)
