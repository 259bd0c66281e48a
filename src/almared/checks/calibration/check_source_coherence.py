"""A point source that loses amplitude in its image.

Measured
    The peak of its image over its amplitude without phase noise.

Threshold
    ``CHECK_LEAST_COHERENCE`` (ours: a check source should keep 85 per cent of its amplitude; advisory).

What to do
    The phases vary between scans of the phase calibrator: expect the target to lose as much. Self-calibration helps
    where the target is strong enough.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import CHECK_LEAST_COHERENCE
from almared.measure.point_sources import PointSource
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: PointSource) -> tuple[Finding, ...]:
    """Return a finding when too little of the amplitude is left."""
    if not subject.coherence < CHECK_LEAST_COHERENCE.value:
        return ()
    part = 100 * float(subject.coherence)
    message = f"{subject.name} keeps {part:.0f} % of its amplitude in the image: decorrelation"
    evidence = (Evidence("amplitude kept", part, "%"),)
    return (
        warning(CHECK.code, message, selection=Selection.where_possible(fields=(subject.name,)), evidence=evidence),
    )


CHECK = Check("CHKS02", "amplitude that a check source keeps", PointSource, check)
