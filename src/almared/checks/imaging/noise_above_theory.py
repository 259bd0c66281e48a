"""The noise of an image is above the theory.

Measured
    The rms off the sources, before the correction for the primary beam, against what apparentsens computes from the
    weights.

Threshold
    ``IMAGE_RMS_ABOVE``: 1.2 times (ours: a fifth more than expected wants a look; the limits of acceptance are those
    of domain.md H).

What to do
    Look for strong sources that are not cleaned, bad data, and weights that do not belong to the noise. Where the
    dynamic range is the limit, self-calibrate.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.imaging import IMAGE_RMS_ABOVE
from almared.model import Evidence, Finding
from almared.model.finding import warning
from almared.records.images import ImageRecord


def check(subject: ImageRecord) -> tuple[Finding, ...]:
    """Return a finding when the noise is too large."""
    wanted, found = subject.theory_rms_jy, subject.rms_jy
    if found is None or not found > IMAGE_RMS_ABOVE.value * wanted:
        return ()
    message = f"its noise is {found / wanted:.2g} times the theory"
    evidence = (Evidence("rms", found, "Jy/beam"), Evidence("theory", wanted, "Jy/beam"))
    return (warning(CHECK.code, message, place=subject.name, evidence=evidence),)


CHECK = Check("IMAG11", "noise of an image against the theory", ImageRecord, check)
