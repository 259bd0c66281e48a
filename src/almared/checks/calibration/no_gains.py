"""Antennas that have no gains at all.

Measured
    Which antennas have only flagged solutions on the bandpass calibrator.

Threshold
    All solutions flagged (domain.md C.2, ant_gain_check).

What to do
    The data of the antenna are flagged when the tables are applied. Find out why: flagged before, or too weak.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import GainMeasurement
from almared.model import Finding, Selection
from almared.model.finding import warning


def check(subject: GainMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas without solutions."""
    flagged = {gain.antenna for gain in subject.gains if gain.is_flagged}
    names = tuple(sorted(flagged - {gain.antenna for gain in subject.gains if not gain.is_flagged}))
    if not names:
        return ()
    return (
        warning(CHECK.code, f"no gains at all: {', '.join(names)}", selection=Selection.where_possible(antennas=names)),
    )


CHECK = Check("GAIN02", "antennas without solutions", GainMeasurement, check)
