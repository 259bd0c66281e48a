"""Thresholds of the combination of execution blocks."""

from almared.heuristics.thresholds.threshold import Threshold

COMBINE_FEW_DAYS = Threshold(3.0, "d", "domain B.1: more than a few days apart, phase calibrators may have varied")
COMBINE_CHANCE = Threshold(1e-3, "", "ours: least probability of the chi-square at which errors explain it")
COMBINE_LEAST_VARIATION = Threshold(0.01, "", "ours: smaller differences are negligible for a flux scale")
COMBINE_SPECTRUM_SIGMAS = Threshold(5.0, "", "ours: errors by which a window departs from its neighbours' power law")
COMBINE_SPECTRUM_LEAST = Threshold(0.03, "", "ours: part of the flux; below it a spectrum is smooth enough")
COMBINE_STEEPEST = Threshold(1.5, "", "ours: no quasar has a steeper spectrum at millimetres (domain F.2: usually 0.7)")
COMBINE_RISING = Threshold(0.5, "", "ours: no quasar rises more at millimetres (domain F.2: rising is unusual)")
COMBINE_DOPPLER = Threshold(2.2e-4, "", "ours: 65 km/s over c, twice the Earth's speed around the Sun and itself")
COMBINE_APPLIED = Threshold(0.03, "", "ours: part by which scales in the tables and in allFluxes.txt may differ")
COMBINE_DEFAULT_DIRTOL = Threshold(1e-3, "arcsec", "measured: what concat of CASA 6.7 takes as one field by itself")
COMBINE_OFFSET_BEAMS = Threshold(0.1, "", "ours: offset over beam at which half the data lose 1 % of a peak; advisory")
COMBINE_MERGE_BEAMS = Threshold(0.5, "", "ours: offset over beam at which half the data lose 16 % of a peak")
