"""A clean that ran away from its solution.

Measured
    Why tclean stopped.

Threshold
    It says that the peak of the residual increased; tclean then stops, and keeps what it made (domain.md D).

What to do
    Use a smaller mask, a larger image, or a higher cyclefactor, and make the image again.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.model import Finding
from almared.model.finding import warning
from almared.records.images import ImageRecord

GROWN = "peak residual increased"
"""How tclean names the end of a clean that made things worse (casatasks 6.7.0.31, stop codes 5 and 6)."""


def check(subject: ImageRecord) -> tuple[Finding, ...]:
    """Return a finding when the clean diverged."""
    because = next((why for why in subject.stopped_because.split("; ") if GROWN in why), "")
    if not because:
        return ()
    repair = "use a smaller mask, a larger image, or a higher cyclefactor"
    return (warning(CHECK.code, f"diverged: tclean stopped as its {because}; {repair}", place=subject.name),)


CHECK = Check("IMAG10", "divergence of the clean", ImageRecord, check)
