"""One line of the final checklist: what has to be so, where, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from almared.model.finding import Finding, Severity, Suggestion, records_of

CHECKS = {
    "script": "LIST01", "log": "LIST02", "versions": "LIST03", "qa2": "LIST04", "combination": "LIST05",
    "products": "LIST06", "names": "LIST07", "report": "LIST08", "readme": "LIST09", "words": "LIST10",
}  # fmt: skip
"""Code of each line, by its name for programs."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of the checklist.

    Parameters
    ----------
    key : str
        Its name for programs.
    place : str
        Directory in the MOUS, or ``MOUS``.
    asked : str
        What has to be so.
    findings : tuple of Finding
        What is missing or wrong (severe), and what is worth knowing all the same (info).
    """

    key: str
    place: str
    asked: str
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """What is missing or wrong."""
        return tuple(finding.message for finding in self.findings if not finding.is_ok)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing all the same."""
        return tuple(finding.message for finding in self.findings if finding.is_ok)

    @property
    def repair(self) -> str:
        """What to do when it failed; empty when it passed."""
        return next((finding.repair for finding in self.findings if not finding.is_ok), "")

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "key": self.key, "place": self.place, "asked": self.asked, "passed": self.passed,
            "faults": list(self.faults), "repair": self.repair, "notes": list(self.notes),
            "findings": records_of(self.findings),
        }  # fmt: skip


def checklist_item(
    key: str,
    place: str,
    *,
    asked: str,
    faults: Iterable[str | Finding] = (),
    repair: str = "",
    notes: Iterable[str] = (),
) -> ChecklistItem:
    """Return a line of the checklist from what is wrong and what is worth knowing.

    Parameters
    ----------
    key, place, asked : str
        Of the line.
    faults : iterable of str or Finding
        What is wrong; sentences become findings of the line's own check.
    repair : str
        What to do about all of them.
    notes : iterable of str
        What is worth knowing.
    """
    plain = Finding(CHECKS[key], Severity.SEVERE, "", place, suggestion=Suggestion(repair))
    wrong = (replace(plain, message=fault) if isinstance(fault, str) else fault for fault in faults)
    suggested = (finding if finding.repair else replace(finding, suggestion=Suggestion(repair)) for finding in wrong)
    known = (Finding(CHECKS[key], Severity.INFO, note, place) for note in notes)
    return ChecklistItem(key, place, asked, (*suggested, *known))
