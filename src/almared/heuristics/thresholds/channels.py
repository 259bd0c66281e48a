"""Thresholds of channels that are flagged or left out."""

from almared.heuristics.thresholds.threshold import Threshold

TDM_EDGE_FRACTION = Threshold(0.0625, "", "domain A.8 step 10: 0~7;120~127 of 128")
PLANET_LINE_SHARE = Threshold(0.2, "", "domain A.8 step 10: warned about above")
PHASE_CHANNEL_FRACTION = Threshold(0.2, "", "domain A.8 step 13, J1: scripts of CASA 4.3 and 4.4")
PHASE_LEAST_SNR = Threshold(5.0, "", "ours: gaincal rejects below 3, 5 loses next to nothing")
STRONG_LINE_OPACITY = Threshold(0.05, "", "ours: 5 % of amplitude above the window's median")
