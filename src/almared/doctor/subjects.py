"""Findings of the doctor: their place is what was looked at, their check a known trap of docs/doctor.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from almared.model.finding import Finding, Severity, Suggestion

UNNAMED = "doctor"
"""The check of a finding that is no known trap."""

STATES = {Severity.OK: "pass", Severity.INFO: "pass", Severity.WARNING: "warn", Severity.SEVERE: "fail"}
"""Words of the doctor's JSON, which programs read."""


def finding_on(subject: str, severity: Severity, *, found: str, repair: str = "", trap: str = "") -> Finding:
    """Return what was found on one part of the machine.

    Parameters
    ----------
    subject : str
        What was looked at.
    severity : Severity
        ``SEVERE`` means that a reduction could not run.
    found : str
        What was found.
    repair : str
        What to do; empty when nothing.
    trap : str
        Name of the known trap, as the page on the doctor explains it; empty when none was recognised.
    """
    return Finding(trap or UNNAMED, severity, found, place=subject, suggestion=Suggestion(repair))


def trap_of(finding: Finding) -> str:
    """Return the name of the known trap, empty when none was recognised."""
    return "" if finding.check == UNNAMED else finding.check


def is_fit(findings: Iterable[Finding]) -> bool:
    """Whether a reduction could run: nothing is severe."""
    return all(finding.severity < Severity.SEVERE for finding in findings)


def record_of(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON knows it, with the words in which the doctor has always said it."""
    words = {
        "subject": finding.place,
        "state": STATES[finding.severity],
        "found": finding.message,
        "repair": finding.repair,
        "trap": trap_of(finding),
    }
    return {**finding.as_record(), **words}
