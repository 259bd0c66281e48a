"""Thresholds of the reference antenna."""

from almared.heuristics.thresholds.threshold import Threshold

REFANT_NEIGHBOUR_PERCENTILE = Threshold(85.0, "%", "domain A.6 (a)")
REFANT_NEIGHBOUR_PERCENTILE_LONG = Threshold(50.0, "%", "domain A.6 (a), long baselines")
REFANT_SHADOW_ELEVATION = Threshold(40.0, "deg", "domain A.6 (b)")
REFANT_MOST_FLAGGED = Threshold(0.5, "", "ours: online flags on calibrator scans")
REFANT_ALL_FLAGGED = Threshold(0.999, "", "ours: nothing is left, rounding aside")
REFANT_BAD_TSYS = Threshold(0.1, "", "domain A.3 item 1, its limit for Trx used for Tsys too")
