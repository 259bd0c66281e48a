"""Sources observed at low elevation.

Measured
    The lowest elevation of each source at the middle of its scans.

Threshold
    20 deg: below it ALMA does not usually observe (Technical Handbook: shadowing and opacity).

What to do
    Expect more opacity, shadowing and phase noise: look at Tsys, shadowed antennas and phases of these scans.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import LOW_ELEVATION
from almared.measure.calibration import ElevationMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: ElevationMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all sources below the limit."""
    limit = LOW_ELEVATION.value
    low = {name: lowest for name, lowest in subject.lowest_deg.items() if lowest < limit}
    if not low:
        return ()
    evidence = tuple(Evidence("lowest elevation", round(lowest, 1), "deg", name) for name, lowest in low.items())
    fields = Selection.where_possible(
        fields=tuple(number for name in low for number in subject.field_ids.get(name, ()))
    )
    message = f"below {limit:g} deg of elevation: {', '.join(low)}"
    return (warning(CHECK.code, message, evidence=evidence, selection=fields),)


CHECK = Check("ELEV01", "sources at low elevation", ElevationMeasurement, check)
