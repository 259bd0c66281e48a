"""Antennas that lose coherence in spite of the water-vapour correction.

Measured
    The coherence that the phase noise of each antenna leaves with the correction.

Threshold
    ``WVR_LEAST_COHERENCE`` (ours: 38 deg of phase noise, a fifth of the amplitude lost; advisory).

What to do
    Look at wvr_plot.png; expect low amplitudes of these antennas at long baselines, and short solution intervals.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import WVR_LEAST_COHERENCE
from almared.measure.calibration import WvrMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: WvrMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas below the limit."""
    limit = WVR_LEAST_COHERENCE.value
    low = [noise for noise in subject.noises if noise.coherence_after < limit]
    if not low:
        return ()
    names = tuple(noise.antenna for noise in low)
    message = f"coherence with WVR below {limit:g}: {', '.join(names)}"
    values = tuple(Evidence("coherence with WVR", float(n.coherence_after), "", n.antenna) for n in low)
    return (warning(CHECK.code, message, selection=Selection.where_possible(antennas=names), evidence=values),)


CHECK = Check("WVRC02", "coherence with the WVR correction", WvrMeasurement, check)
