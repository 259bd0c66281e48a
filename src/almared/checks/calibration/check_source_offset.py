"""A point source that is not where the catalogue has it.

Measured
    The distance of the middle of its image from its catalogue position, over the beam.

Threshold
    ``CHECK_OFFSET_BEAMS`` of the beam (ours: a usual limit of astrometric checks; advisory).

What to do
    Look at the phases of the phase calibrator, at the positions of the antennas, and at how far the two are apart.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import CHECK_OFFSET_BEAMS
from almared.measure.point_sources import PointSource
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: PointSource) -> tuple[Finding, ...]:
    """Return a finding when the source is too far off."""
    if not subject.offset_beams > CHECK_OFFSET_BEAMS.value:
        return ()
    message = f"{subject.name} is {subject.offset_beams:.2f} of the beam off its catalogue position"
    evidence = (Evidence("offset over beam", float(subject.offset_beams)),)
    return (
        warning(CHECK.code, message, selection=Selection.where_possible(fields=(subject.name,)), evidence=evidence),
    )


CHECK = Check("CHKS01", "place of a check source", PointSource, check)
