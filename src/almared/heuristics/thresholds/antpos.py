"""Thresholds of antenna positions."""

from almared.heuristics.thresholds.threshold import Threshold

ANTPOS_LEAST = Threshold(5e-5, "m", "domain A.8 step 6: shorter differences are not corrections")
ANTPOS_LARGE = Threshold(2e-3, "m", "domain A.8 step 6: longer ones are reported")
ANTPOS_IMPLAUSIBLE = Threshold(1.0, "m", "ours: the antenna stood on another pad")
