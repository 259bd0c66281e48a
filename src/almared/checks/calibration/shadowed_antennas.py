"""Antennas in the shadow of others.

Measured
    For how long each antenna was in shadow, over all sources, from the uvw of the data.

Threshold
    Any time: another antenna is in front, and the projected distance is less than the mean of the diameters (CASA,
    flagdata in mode shadow).

What to do
    Nothing, when step 10 flagged the shadow. When much of a calibrator is lost, look at its solutions.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import ShadowMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: ShadowMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas in shadow, with their times."""
    if not subject.shadows:
        return ()
    times = [f"{shadow.antenna} for {shadow.seconds / 60:.1f} min" for shadow in subject.shadows]
    evidence = tuple(Evidence("in shadow", round(s.seconds, 1), "s", s.antenna) for s in subject.shadows)
    antennas = tuple(shadow.antenna for shadow in subject.shadows)
    message = f"in shadow: {', '.join(times)}"
    return (warning(CHECK.code, message, evidence=evidence, selection=Selection.where_possible(antennas=antennas)),)


CHECK = Check("SHAD01", "antennas in the shadow of others", ShadowMeasurement, check)
