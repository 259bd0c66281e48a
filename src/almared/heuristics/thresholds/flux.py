"""Thresholds of flux densities and the calibrator catalogue."""

from almared.heuristics.thresholds.threshold import Threshold

FLUX_LARGEST_INDEX = Threshold(0.0, "", "domain F.2 item 9: unusual for a quasar")
FLUX_USUAL_INDEX = Threshold(-0.7, "", "domain F.2 item 7: where one frequency is known")
FLUX_LEAST_SPAN = Threshold(0.02, "", "ours: 1 % of error in flux then spoils an index by less than 0.7")
FLUX_FIT_RESIDUAL = Threshold(0.05, "", "ours: half the absolute accuracy of the catalogue (domain F.3)")
FLUX_FARTHEST = Threshold(1.5, "", "ours: 0.1 of error in the index is then 4 % of flux")
CATALOGUE_OLDEST = Threshold(14.0, "d", "domain F.2 item 9: age of a measurement, and time between those of an index")
CATALOGUE_WINDOW = Threshold(1800.0, "d", "domain F.2 item 4: where pairs of measurements are looked for")
CATALOGUE_INDEX_ERROR = Threshold(0.2, "", "domain F.2 item 7: of the usual index")
CATALOGUE_OFF = Threshold(3.0, "", "ours: errors of the measured and the expected flux together")
FLUX_POLARISED = Threshold(1e-6, "Jy", "domain A.8 step 11: Q, U or V not zero")
