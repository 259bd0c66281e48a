"""More or fewer spectral windows than expected after the concatenation.

Measured
    Rows of the table SPECTRAL_WINDOW of calibrated.ms, against those of all execution blocks, equal ones counted once.

Threshold
    Any difference (domain.md B.5, G34; requirement W128).

What to do
    Look at calibrated.ms.listobs. Windows of one setting at other dates have other sky frequencies and stay apart: that
    is expected, and COMB12 names them.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.combination import CombinedMs
from almared.model import Evidence, Finding, Severity, Suggestion


def check(subject: CombinedMs) -> tuple[Finding, ...]:
    """Return a finding when the number of windows is not the expected one."""
    found, expected = subject.windows.found, subject.windows.expected
    if found == expected:
        return ()
    look = f"look at {subject.name}.listobs"
    message = f"{subject.name} has {found} windows, {expected} were expected: {look}"
    evidence = (Evidence("windows", found), Evidence("windows expected", expected))
    return (
        Finding(CHECK.code, Severity.WARNING, message, subject.name, evidence=evidence, suggestion=Suggestion(look)),
    )


CHECK = Check("COMB11", "number of windows after the concatenation", CombinedMs, check)
