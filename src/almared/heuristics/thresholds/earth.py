"""Threshold of the orientation of the Earth."""

from almared.heuristics.thresholds.threshold import Threshold

EARTH_LEAST_ERROR = Threshold(0.1, "arcsec", "ours: turns u, v, w of 16 km by 8 mm; a prediction of 50 days")
