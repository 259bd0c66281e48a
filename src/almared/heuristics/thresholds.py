"""Every threshold of the choices in one versioned table, each with its origin."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 1
"""Raised whenever a value changes."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that rules compare with.

    Parameters
    ----------
    value : float
        The number.
    unit : str
        Its unit, empty when it has none.
    origin : str
        Where it comes from.
    """

    value: float
    unit: str
    origin: str


REFANT_NEIGHBOUR_PERCENTILE = Threshold(85.0, "%", "domain A.6 (a)")
REFANT_NEIGHBOUR_PERCENTILE_LONG = Threshold(50.0, "%", "domain A.6 (a), long baselines")
REFANT_SHADOW_ELEVATION = Threshold(40.0, "deg", "domain A.6 (b)")
REFANT_MOST_FLAGGED = Threshold(0.5, "", "ours: online flags on calibrator scans")
WVR_SMOOTH_ABOVE = Threshold(1.152, "s", "domain A.8 step 4")
WVR_CLOCK_FIXED = Threshold(4863369600.0, "s", "domain A.8 step 4: 2013-01-21 as MJD seconds")
TSYS_EDGE_FRACTION = Threshold(0.03125, "", "domain A.8 step 5")
TSYS_MOST_CHANNELS = Threshold(256, "", "domain A.8 step 5")
TSYS_NEGATIVE_TRX_FRACTION = Threshold(0.1, "", "domain A.3 item 1")
GAIN_TARGET_SNR = Threshold(25.0, "", "domain A.12: target of gaincalSNR per scan")
GAIN_LEAST_SNR = Threshold(10.0, "", "domain A.12: least of gaincalSNR per scan")
MODEL_RESOLVED_FRACTION = Threshold(0.15, "", "domain A.8 step 15: critical length")
