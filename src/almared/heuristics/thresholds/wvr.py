"""Thresholds of the water-vapour radiometers."""

from almared.heuristics.thresholds.threshold import Threshold

WVR_SMOOTH_ABOVE = Threshold(1.152, "s", "domain A.8 step 4")
WVR_CLOCK_FIXED = Threshold(4865443200.0, "s", "domain A.8 step 4: 2013-01-21 as MJD seconds")
