"""The noise of an image is above what was asked for.

Measured
    The rms off the sources, before the correction for the primary beam, against the request of the proposal, over the
    bandwidth that was given with it.

Threshold
    ``IMAGE_RMS_ABOVE``: 1.2 times (ours, as for the theory); the report judges by the limits of acceptance
    (domain.md H).

What to do
    Compare with the theory first: when that is met, more time on source is needed. Say in the README what was reached.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.imaging import IMAGE_RMS_ABOVE
from almared.model import Evidence, Finding
from almared.model.finding import warning
from almared.records.images import ImageRecord


def check(subject: ImageRecord) -> tuple[Finding, ...]:
    """Return a finding when the noise is too large."""
    wanted, found = subject.requested_rms_jy, subject.rms_jy
    if wanted is None or found is None or not found > IMAGE_RMS_ABOVE.value * wanted:
        return ()
    message = f"its noise is {found / wanted:.2g} times what was asked for"
    evidence = (Evidence("rms", found, "Jy/beam"), Evidence("request", wanted, "Jy/beam"))
    return (warning(CHECK.code, message, place=subject.name, evidence=evidence),)


CHECK = Check("IMAG12", "noise of an image against the request", ImageRecord, check)
