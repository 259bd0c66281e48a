"""Thresholds of several families."""

from almared.heuristics.thresholds.threshold import Threshold

SAME_PLACE = Threshold(1e-7, "rad", "ours: 0.02 arcsec, below any beam; positions of one source are equal")
ASSUMED_PWV = Threshold(1.5e-3, "m", "ours: a usual night, where no water vapour is recorded")
