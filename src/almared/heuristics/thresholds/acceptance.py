"""Thresholds of the acceptance of images."""

from almared.heuristics.thresholds.threshold import Threshold

ACCEPTED_RMS_LOW = Threshold(1.10, "", "domain H: noise over request in Bands 1 and 3 to 6")
ACCEPTED_RMS_MIDDLE = Threshold(1.15, "", "domain H: noise over request in Bands 7 and 8")
ACCEPTED_RMS_HIGH = Threshold(1.20, "", "domain H: noise over request in Bands 9 and 10")
