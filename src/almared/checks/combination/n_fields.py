"""More or fewer fields than expected after the concatenation.

Measured
    Rows of the table FIELD of calibrated.ms, against the fields of all execution blocks, those within ``dirtol``
    counted once; an ephemeris counts once for each execution block.

Threshold
    Any difference (domain.md B.5, G33; requirement W127).

What to do
    Fields that are one target at slightly different positions stayed apart, or different ones were merged: look at
    calibrated.ms.listobs, and set ``dirtol`` in ``[combine]`` of mous.toml.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.combination import CombinedMs
from almared.model import Evidence, Finding, Severity, Suggestion


def check(subject: CombinedMs) -> tuple[Finding, ...]:
    """Return a finding when the number of fields is not the expected one."""
    found, expected = subject.fields.found, subject.fields.expected
    if found == expected:
        return ()
    look = f"look at {subject.name}.listobs"
    message = f"{subject.name} has {found} fields, {expected} were expected: {look}"
    evidence = (Evidence("fields", found), Evidence("fields expected", expected))
    return (
        Finding(CHECK.code, Severity.WARNING, message, subject.name, evidence=evidence, suggestion=Suggestion(look)),
    )


CHECK = Check("COMB10", "number of fields after the concatenation", CombinedMs, check)
