"""Thresholds of system temperatures."""

from almared.heuristics.thresholds.threshold import Threshold

TSYS_EDGE_FRACTION = Threshold(0.03125, "", "domain A.8 step 5")
TSYS_MOST_CHANNELS = Threshold(256, "", "domain A.8 step 5")
TSYS_BEFORE_SCAN = Threshold(8.0, "s", "measured: 4.9 s in uid___A002_X8ca70c_X5, less than any gap between scans")
TSYS_NEGATIVE_TRX_FRACTION = Threshold(0.1, "", "domain A.3 item 1")
