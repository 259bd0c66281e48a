"""Every threshold of the choices in one versioned table, each with its origin."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 3
"""Raised whenever a value changes."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that rules compare with.

    Parameters
    ----------
    value : float
        The number.
    unit : str
        Its unit, empty when it has none.
    origin : str
        Where it comes from.
    """

    value: float
    unit: str
    origin: str


SAME_PLACE = Threshold(1e-7, "rad", "ours: 0.02 arcsec, below any beam; positions of one source are equal")
ASSUMED_PWV = Threshold(1.5e-3, "m", "ours: a usual night, where no water vapour is recorded")

REFANT_NEIGHBOUR_PERCENTILE = Threshold(85.0, "%", "domain A.6 (a)")
REFANT_NEIGHBOUR_PERCENTILE_LONG = Threshold(50.0, "%", "domain A.6 (a), long baselines")
REFANT_SHADOW_ELEVATION = Threshold(40.0, "deg", "domain A.6 (b)")
REFANT_MOST_FLAGGED = Threshold(0.5, "", "ours: online flags on calibrator scans")
REFANT_ALL_FLAGGED = Threshold(0.999, "", "ours: nothing is left, rounding aside")
REFANT_BAD_TSYS = Threshold(0.1, "", "domain A.3 item 1, its limit for Trx used for Tsys too")

WVR_SMOOTH_ABOVE = Threshold(1.152, "s", "domain A.8 step 4")
WVR_CLOCK_FIXED = Threshold(4865443200.0, "s", "domain A.8 step 4: 2013-01-21 as MJD seconds")

TSYS_EDGE_FRACTION = Threshold(0.03125, "", "domain A.8 step 5")
TSYS_MOST_CHANNELS = Threshold(256, "", "domain A.8 step 5")
TSYS_BEFORE_SCAN = Threshold(8.0, "s", "measured: 4.9 s in uid___A002_X8ca70c_X5, less than any gap between scans")
TSYS_NEGATIVE_TRX_FRACTION = Threshold(0.1, "", "domain A.3 item 1")

TDM_EDGE_FRACTION = Threshold(0.0625, "", "domain A.8 step 10: 0~7;120~127 of 128")
PLANET_LINE_SHARE = Threshold(0.2, "", "domain A.8 step 10: warned about above")
PHASE_CHANNEL_FRACTION = Threshold(0.2, "", "domain A.8 step 13, J1: scripts of CASA 4.3 and 4.4")
PHASE_LEAST_SNR = Threshold(5.0, "", "ours: gaincal rejects below 3, 5 loses next to nothing")
STRONG_LINE_OPACITY = Threshold(0.05, "", "ours: 5 % of amplitude above the window's median")

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

COMBINE_FEW_DAYS = Threshold(3.0, "d", "domain B.1: more than a few days apart, phase calibrators may have varied")
COMBINE_CHANCE = Threshold(1e-3, "", "ours: least probability of the chi-square at which errors explain it")
COMBINE_LEAST_VARIATION = Threshold(0.01, "", "ours: differences below are of no account for a flux scale")
COMBINE_SPECTRUM_SIGMAS = Threshold(5.0, "", "ours: errors by which a window departs from its neighbours' power law")
COMBINE_SPECTRUM_LEAST = Threshold(0.03, "", "ours: part of the flux; below it a spectrum is smooth enough")
COMBINE_STEEPEST = Threshold(1.5, "", "ours: no quasar has a steeper spectrum at millimetres (domain F.2: usually 0.7)")
COMBINE_RISING = Threshold(0.5, "", "ours: no quasar rises more at millimetres (domain F.2: rising is unusual)")
COMBINE_DOPPLER = Threshold(2.2e-4, "", "ours: 65 km/s over c, twice the Earth's speed around the Sun and itself")
COMBINE_APPLIED = Threshold(0.03, "", "ours: part by which scales in the tables and in allFluxes.txt may differ")
COMBINE_DEFAULT_DIRTOL = Threshold(1e-3, "arcsec", "measured: what concat of CASA 6.7 takes as one field by itself")
COMBINE_OFFSET_BEAMS = Threshold(0.1, "", "ours: offset over beam at which half the data lose 1 % of a peak; advisory")
COMBINE_MERGE_BEAMS = Threshold(0.5, "", "ours: offset over beam at which half the data lose 16 % of a peak")

BANDPASS_TARGET_SNR = Threshold(50.0, "", "domain A.12, G17: 2 % of amplitude per solution")
BANDPASS_SMOOTH_CHANNELS = Threshold(20, "", "domain A.8 step 13")
BANDPASS_FINE_CHANNELS = Threshold(256, "", "domain A.8 step 13: smoothed above")
BANDPASS_FINE_WIDTH = Threshold(8e6, "Hz", "domain A.8 step 13: smoothed below, and for long baselines to it")
BANDPASS_LEAST_KEPT = Threshold(8, "", "domain A.12: solutions per window")

GAIN_TARGET_SNR = Threshold(25.0, "", "domain A.12: target of gaincalSNR per scan")
GAIN_LEAST_SNR = Threshold(10.0, "", "domain A.12: least of gaincalSNR per scan")

ANTPOS_LEAST = Threshold(5e-5, "m", "domain A.8 step 6: shorter differences are no correction")
ANTPOS_LARGE = Threshold(2e-3, "m", "domain A.8 step 6: longer ones are told")
ANTPOS_IMPLAUSIBLE = Threshold(1.0, "m", "ours: the antenna stood on another pad")

WVR_OUTLIER_MADS = Threshold(5.0, "", "domain C.3: median absolute deviations")
WVR_LEAST_COHERENCE = Threshold(0.8, "", "ours: 38 deg of phase noise, a fifth of the amplitude lost; advisory")
TSYS_STATISTICS_FROM = Threshold(0.2, "", "domain C.3: first of the channels that count, part of the window")
TSYS_STATISTICS_TO = Threshold(0.8, "", "domain C.3: last of the channels that count, part of the window")
TSYS_STATISTICS_BELOW = Threshold(5.0, "", "domain C.3: times the median, beyond which values do not count in the rms")
TSYS_OUTLIER_LEAST = Threshold(0.2, "", "ours: part of the median; receivers differ by 10 % (Technical Handbook)")
TSYS_SPIKE = Threshold(0.3, "", "ours: part by which a channel departs from the other antennas' shape")
TSYS_PLOT_FLAGGED = Threshold(0.991, "", "domain C.3: antennas with more flagged are not drawn")
REPORT_OUTLIER_SIGMAS = Threshold(3.0, "", "domain C.2: Tsys and bandpass")
GAIN_CHECK_LOW = Threshold(0.90, "", "domain C.2, ant_gain_check")
GAIN_CHECK_HIGH = Threshold(1.10, "", "domain C.2, ant_gain_check")
BANDPASS_CENTRAL = Threshold(0.9, "", "domain C.2, bandpass_rms: part of the channels")
BANDPASS_RMS_ADVICE = Threshold(0.05, "", "domain C.2, bandpass_rms: more smoothing is advised above")
SHORT_BASELINES = Threshold(30.0, "m", "domain C.1: uvrange 0~30m of the target's spectrum")
SHORT_BASELINE_PERCENTILE = Threshold(20.0, "%", "domain C.3: target_spectrum without shorter baselines")
QUICK_CELL = Threshold(15000.0, "arcsec m GHz", "domain C.3: cell of the quick image")
PRIMARY_BEAM = Threshold(6000.0, "arcsec GHz", "domain C.3: width at half maximum for 12 m")
QUICK_FIELD = Threshold(1.5, "", "domain C.3: primary beams in the quick image")
QUICK_NITER = Threshold(100, "", "domain C.3")
QUICK_THRESHOLD = Threshold(3.0, "", "domain C.3: expected rms at which the quick clean stops")
QUICK_CORNER_FROM = Threshold(0.1, "", "domain C.3: box of the rms; the box of the peak leaves out as much")
QUICK_CORNER_TO = Threshold(0.3, "", "domain C.3: box of the rms")
ANTENNA_FLAGGED = Threshold(0.75, "", "domain C.1 flaggedFraction: antennas with more flagged do not count")
ACCEPTED_RMS_LOW = Threshold(1.10, "", "domain H: noise over request in Bands 1 and 3 to 6")
ACCEPTED_RMS_MIDDLE = Threshold(1.15, "", "domain H: noise over request in Bands 7 and 8")
ACCEPTED_RMS_HIGH = Threshold(1.20, "", "domain H: noise over request in Bands 9 and 10")
CHECK_OFFSET_BEAMS = Threshold(0.2, "", "ours: part of the beam; a usual limit of astrometric checks; advisory")
CHECK_LEAST_COHERENCE = Threshold(0.85, "", "ours: a check source should keep 85 % of its amplitude; advisory")

IMAGE_CELLS_PER_BEAM = Threshold(5.0, "", "domain D.3: pixels across the beam of the longest baseline")
IMAGE_PB_LEVEL = Threshold(0.2, "", "domain D.3: the image reaches to this part of the primary beam")
IMAGE_PADDING = Threshold(1.1, "", "ours: the dirty beam at the edge of the field is on the image")
IMAGE_ROBUST = Threshold(0.5, "", "domain D.3")
IMAGE_FRACTIONAL_BANDWIDTH = Threshold(0.1, "", "domain D.4: mtmfs with two terms above")
IMAGE_SMEARING = Threshold(0.95, "", "domain D.2: part of the peak that channel averaging leaves")
IMAGE_CLEAN_RMS = Threshold(2.0, "", "ours: expected rms at which cleaning stops, as the ALMA pipeline does")
IMAGE_MOST_CHANNELS = Threshold(1000, "", "ours: of a cube whose channel width was not asked for")
IMAGE_LEAST_CHANNELS = Threshold(5, "", "domain D.1: windows with fewer channels hold no cube")
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
LINE_CLIP = Threshold(4.5, "", "ours: sigmas; a false line in a window of 4000 channels once in forty")
LINE_WINGS = Threshold(1.0, "", "ours: sigmas; a line reaches as far as the spectrum is beyond it")
LINE_SLOPE = Threshold(0.3, "", "ours: part of its level by which a continuum changes over a window at most")
LINE_GUARD = Threshold(0.1, "", "ours: part of its width that is kept free on each side of a line, beyond its wings")
LINE_EDGE = Threshold(0.02, "", "ours: part of a window at each end, where its response falls")
LINE_LEAST_RUN = Threshold(0.01, "", "ours: part of a window; shorter remains between lines are no continuum")
LINE_NOISY_CHANNEL = Threshold(1.5, "", "ours: noise over the window's median in lines of the atmosphere")
LINE_TELLURIC_MOST = Threshold(0.3, "", "ours: part of a window; wider lines of the atmosphere are told, not left out")
MASK_SHORT_BASELINE = Threshold(
    300.0, "m", "CASA guide on automasking: 75th percentile of the baselines of 12 m dishes"
)
MASK_LONG_BASELINE = Threshold(400.0, "m", "ALMA pipeline: 75th percentile of the baselines of 12 m dishes")
PSF_FIT_FROM = Threshold(0.35, "", "CASA: part of the beam's main lobe that the Gaussian is fitted to")

PART_COMPACT_LONGEST = Threshold(400.0, "m", "ours: between C-2 (314 m) and C-3 (500 m) of the Technical Handbook")
PART_EXTENDED_LONGEST = Threshold(3000.0, "m", "ours: compact parts go up to C-6 (2517 m) of the Technical Handbook")


def all_thresholds() -> dict[str, Threshold]:
    """Return the whole table, by name."""
    return {name: value for name, value in globals().items() if isinstance(value, Threshold)}
