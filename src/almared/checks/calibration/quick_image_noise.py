"""A quick image of the target with more noise than expected.

Measured
    The rms in the corners of the quick image against the one from Tsys, time, bandwidth and antennas.

Threshold
    1.5 times (domain.md H: 1.1 to 1.5 by band are limits of good images; this one is quick). Images that are limited by
    dynamic range, with a peak of more than 200 times the rms, do not count.

What to do
    Look for artefacts, bad antennas and flags; compare with the rms of the final image.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import QuickImageMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning

MOST_RATIO = 1.5


def check(subject: QuickImageMeasurement) -> tuple[Finding, ...]:
    """Return a finding when the noise is too large."""
    quick, expected_jy = subject.quick, subject.facts.expected_jy
    if quick.is_dynamic_range_limited or quick.rms_jy <= MOST_RATIO * expected_jy:
        return ()
    message = f"the rms of the quick image is {quick.rms_jy / expected_jy:.1f} times the expected one"
    evidence = (Evidence("rms", quick.rms_jy, "Jy/beam"), Evidence("expected rms", expected_jy, "Jy/beam"))
    return (
        warning(
            CHECK.code, message, selection=Selection.where_possible(fields=(subject.facts.target,)), evidence=evidence
        ),
    )


CHECK = Check("IMAG02", "noise of the quick image", QuickImageMeasurement, check)
