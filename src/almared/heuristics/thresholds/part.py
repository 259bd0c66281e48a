"""Thresholds of the part of a science goal that a MOUS is."""

from almared.heuristics.thresholds.threshold import Threshold

PART_COMPACT_LONGEST = Threshold(400.0, "m", "ours: between C-2 (314 m) and C-3 (500 m) of the Technical Handbook")
PART_EXTENDED_LONGEST = Threshold(3000.0, "m", "ours: compact parts go up to C-6 (2517 m) of the Technical Handbook")
