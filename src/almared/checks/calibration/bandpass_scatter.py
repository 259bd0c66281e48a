"""A bandpass that scatters from channel to channel.

Measured
    The rms of the amplitudes of neighbouring channels, the median over antennas, in the central part of each window.

Threshold
    ``BANDPASS_RMS_ADVICE``: 5 per cent (domain.md C.2, G16; wiki, bandpass_rms).

What to do
    When it is noise, average more channels or smooth the bandpass (``--low-snr``); bandpass_rms.txt says which it is.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.report import BANDPASS_RMS_ADVICE
from almared.measure.calibration import BandpassMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning


def check(subject: BandpassMeasurement) -> tuple[Finding, ...]:
    """Return a finding for each window above the limit."""
    return tuple(
        warning(
            CHECK.code,
            f"the bandpass of spw {window.spw_id} scatters by more than 5 %",
            selection=Selection(spws=(window.spw_id,)),
            evidence=(Evidence("median rms", 100 * float(window.median_rms), "%"),),
        )
        for window in subject.windows
        if window.median_rms > BANDPASS_RMS_ADVICE.value
    )


CHECK = Check("BAND01", "scatter of the bandpass over channels", BandpassMeasurement, check)
