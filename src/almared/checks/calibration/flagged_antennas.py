"""Antennas that are mostly flagged.

Measured
    Share of flagged cross-correlations of each antenna, of its own total, in the calibrated data.

Threshold
    More than 75 % (domain.md C.1, flaggedFraction).

What to do
    Look in flag_stat.txt for the step that flagged it, and why. A bad antenna stays flagged: say so in the README.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import ANTENNA_FLAGGED
from almared.measure.calibration import FlagMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: FlagMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas above the limit at the last stage."""
    limit = ANTENNA_FLAGGED.value
    shares = subject.stages[-1].by_antenna if subject.stages else {}
    lost = {name: share for name, share in shares.items() if share > limit}
    if not lost:
        return ()
    message = f"more than {100 * limit:g} % flagged: {', '.join(lost)}"
    evidence = tuple(Evidence("flagged", round(100 * share, 1), "%", name) for name, share in lost.items())
    return (warning(CHECK.code, message, evidence=evidence, selection=Selection.where_possible(antennas=tuple(lost))),)


CHECK = Check("FLAG01", "antennas that are mostly flagged", FlagMeasurement, check)
