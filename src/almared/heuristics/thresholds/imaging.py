"""Thresholds of imaging."""

from almared.heuristics.thresholds.threshold import Threshold

IMAGE_CELLS_PER_BEAM = Threshold(5.0, "", "domain D.3: pixels across the beam of the longest baseline")
IMAGE_PB_LEVEL = Threshold(0.2, "", "domain D.3: the image reaches to this part of the primary beam")
IMAGE_PADDING = Threshold(1.1, "", "ours: the dirty beam at the edge of the field is on the image")
IMAGE_ROBUST = Threshold(0.5, "", "domain D.3")
IMAGE_FRACTIONAL_BANDWIDTH = Threshold(0.1, "", "domain D.4: mtmfs with two terms above")
IMAGE_SMEARING = Threshold(0.95, "", "domain D.2: part of the peak that channel averaging leaves")
IMAGE_CLEAN_RMS = Threshold(2.0, "", "ours: expected rms at which cleaning stops, as the ALMA pipeline does")
IMAGE_MOST_CHANNELS = Threshold(1000, "", "ours: of a cube without a requested channel width")
IMAGE_LEAST_CHANNELS = Threshold(5, "", "domain D.1: windows with fewer channels give no cube")
IMAGE_LEAST_LINE_FREE = Threshold(0.1, "", "ours: part of a window without lines that a continuum fit needs")
IMAGE_CYCLE_DEPTH = Threshold(0.25, "", "ours: part of the peak to which a major cycle cleans at least")
IMAGE_FAR_SIDELOBE = Threshold(
    0.5, "", "ours: 1 - 2 s < 0 for sources in a row, each on a sidelobe s of the next, where the beam ends after one"
)
IMAGE_SIDELOBE_PEAK = Threshold(0.6, "", "ours: automasking starts at this part of the peak at the latest")
IMAGE_SAME_WINDOW = Threshold(0.05, "", "domain D.7: difference in channel width, or in place over bandwidth")
IMAGE_WEIGHTS_OFF = Threshold(
    1.25, "", "ours: scatter over weights, or the inverse, beyond which weights are not believed"
)
IMAGE_BEAM_FIT = Threshold(0.5, "", "ours: part of the peak from which a beam is fitted that has sidelobes above 0.5")
MASK_SHORT_BASELINE = Threshold(
    300.0, "m", "CASA guide on automasking: 75th percentile of the baselines of 12 m dishes"
)
MASK_LONG_BASELINE = Threshold(400.0, "m", "ALMA pipeline: 75th percentile of the baselines of 12 m dishes")
PSF_FIT_FROM = Threshold(0.35, "", "CASA: part of the beam's main lobe that the Gaussian is fitted to")
IMAGE_RMS_ABOVE = Threshold(1.2, "", "ours: noise over theory, or over the request, that is worth a look")
