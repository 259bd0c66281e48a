"""Thresholds of the gains."""

from almared.heuristics.thresholds.threshold import Threshold

GAIN_TARGET_SNR = Threshold(25.0, "", "domain A.12: target of gaincalSNR per scan")
GAIN_LEAST_SNR = Threshold(10.0, "", "domain A.12: least of gaincalSNR per scan")
