"""Antennas whose phases the water-vapour correction does not improve.

Measured
    The scatter of the phases of each antenna on a calibrator scan, without and with the correction.

Threshold
    Any that is larger with it (domain.md C.3, G12).

What to do
    An antenna that is noisy with the correction has a bad radiometer: give it as ``wvrflag``. When all look strange it
    is the radiometer of the reference antenna (G14); in clouds do not apply the correction (G13).
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import WvrMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: WvrMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas that do not improve."""
    worse = [noise for noise in subject.noises if not noise.is_improved]
    if not worse:
        return ()
    names = tuple(noise.antenna for noise in worse)
    message = f"the WVR correction does not improve {', '.join(names)}"
    scatter = tuple(Evidence("phase rms with WVR", float(n.after_deg), "deg", n.antenna) for n in worse)
    return (warning(CHECK.code, message, selection=Selection.where_possible(antennas=names), evidence=scatter),)


CHECK = Check("WVRC01", "antennas that the WVR correction does not improve", WvrMeasurement, check)
