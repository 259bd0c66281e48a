"""Antennas with a low or a high gain.

Measured
    Amplitudes of the gains on the bandpass calibrator, relative to the median of the antennas.

Threshold
    Outside 0.90 to 1.10 (domain.md C.2, G30, ant_gain_check).

What to do
    Look at the amplitudes of the antenna; flag it when they are not stable. A constant offset is calibrated out.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import GainMeasurement
from almared.model import Finding, Selection
from almared.model.finding import warning


def check(subject: GainMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas that are off."""
    off = tuple(dict.fromkeys(gain.antenna for gain in subject.gains if gain.is_off))
    if not off:
        return ()
    message = f"gains outside 0.90 to 1.10: {', '.join(off)}"
    return (warning(CHECK.code, message, selection=Selection.where_possible(antennas=off)),)


CHECK = Check("GAIN01", "gains of the antennas relative to each other", GainMeasurement, check)
