"""Thresholds of the bandpass."""

from almared.heuristics.thresholds.threshold import Threshold

BANDPASS_TARGET_SNR = Threshold(50.0, "", "domain A.12, G17: 2 % of amplitude per solution")
BANDPASS_SMOOTH_CHANNELS = Threshold(20, "", "domain A.8 step 13")
BANDPASS_FINE_CHANNELS = Threshold(256, "", "domain A.8 step 13: smoothed above")
BANDPASS_FINE_WIDTH = Threshold(8e6, "Hz", "domain A.8 step 13: smoothed below, and for long baselines to it")
BANDPASS_LEAST_KEPT = Threshold(8, "", "domain A.12: solutions per window")
