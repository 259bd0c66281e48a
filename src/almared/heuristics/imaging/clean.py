"""How deep to clean and where: weighting, deconvolver, threshold, masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from almared.heuristics.imaging.psf import PredictedPsf
from almared.heuristics.thresholds.imaging import (
    IMAGE_CLEAN_RMS,
    IMAGE_CYCLE_DEPTH,
    IMAGE_FAR_SIDELOBE,
    IMAGE_FRACTIONAL_BANDWIDTH,
    IMAGE_ROBUST,
    IMAGE_SIDELOBE_PEAK,
    IMAGE_WEIGHTS_OFF,
    MASK_LONG_BASELINE,
    MASK_SHORT_BASELINE,
)
from almared.model import Choice, Evidence
from almared.physics.beams import SMALL_DISH_BELOW_M

ROBUSTS = (0.5, 0.0, 1.0, 2.0)
"""Weightings to try for a requested beam, best first (domain D.3: 0.5, none below 0)."""

SMALL_REGION = 0.1
"""Smallest region of a mask (part of the beam) when sidelobes are high, as for the 7-m array."""

SAFETY_ITERATIONS = 1_000_000
"""More iterations than a clean with a threshold ever needs."""


@dataclass(frozen=True, slots=True)
class Automask:
    """Parameters of tclean's automatic masks.

    Parameters
    ----------
    sidelobethreshold, noisethreshold, lownoisethreshold, negativethreshold : float
        In units of the sidelobe level times the peak, and of the noise.
    minbeamfrac : float
        Smallest region, part of the beam.
    growiterations : int
        How far masks grow into faint emission.
    """

    sidelobethreshold: float
    noisethreshold: float
    lownoisethreshold: float
    negativethreshold: float
    minbeamfrac: float
    growiterations: int

    def __str__(self) -> str:
        return (
            f"sidelobe {self.sidelobethreshold:g}, noise {self.noisethreshold:g}, low noise "
            f"{self.lownoisethreshold:g}, negative {self.negativethreshold:g}, beam part {self.minbeamfrac:g}"
        )


def choose_robust(
    predict: Callable[[float], PredictedPsf], *, beam_arcsec: tuple[float, float] | None = None
) -> Choice[float]:
    """Return the robust parameter of Briggs' weighting.

    Parameters
    ----------
    predict : callable
        The beam of a robust parameter.
    beam_arcsec : tuple of float, arcsec, optional
        Smallest and largest requested beam.
    """
    usual = IMAGE_ROBUST.value
    if beam_arcsec is None:
        psf = predict(usual)
        reason = f'the usual value; predicts {psf.major_arcsec:.3g}" x {psf.minor_arcsec:.3g}"'
        return Choice(usual, reason, _of_psf(psf), rule="domain D.3")
    predicted = {robust: predict(robust) for robust in ROBUSTS}
    distance = {robust: _outside(psf, beam_arcsec) for robust, psf in predicted.items()}
    best = min(ROBUSTS, key=lambda robust: (distance[robust], ROBUSTS.index(robust)))
    psf = predicted[best]
    asked = f'{beam_arcsec[0]:.3g}" to {beam_arcsec[1]:.3g}"'
    reason = f'predicts {psf.major_arcsec:.3g}" x {psf.minor_arcsec:.3g}"; {asked} was requested'
    warning = "" if distance[best] == 0 else f"no weighting gives the requested beam of {asked}"
    return Choice(best, reason, _of_psf(psf), rule="domain D.3", warning=warning)


def _of_psf(psf: PredictedPsf) -> tuple[Evidence, ...]:
    return (
        Evidence("predicted major axis", psf.major_arcsec, "arcsec"),
        Evidence("predicted minor axis", psf.minor_arcsec, "arcsec"),
        Evidence("predicted sidelobe", psf.sidelobe),
        Evidence("noise over natural weighting", psf.noise_factor),
    )


def _outside(psf: PredictedPsf, asked: tuple[float, float]) -> float:
    """Return the distance of the geometric mean of the axes from a range."""
    size = math.sqrt(psf.major_arcsec * psf.minor_arcsec)
    return max(asked[0] - size, size - asked[1], 0.0)


def choose_deconvolver(lowest_hz: float, highest_hz: float) -> Choice[str]:
    """Return the deconvolver of a continuum image: mtmfs with two terms over wide bands (domain D.4)."""
    fraction = 2 * (highest_hz - lowest_hz) / (highest_hz + lowest_hz)
    evidence = (Evidence("fractional bandwidth", fraction),)
    span = f"the windows span {100 * fraction:.1f} % of the frequency"
    limit = f"{100 * IMAGE_FRACTIONAL_BANDWIDTH.value:.0f} %"
    if fraction > IMAGE_FRACTIONAL_BANDWIDTH.value:
        return Choice("mtmfs", f"{span}, more than {limit}: the spectral slope is fitted", evidence, rule="domain D.4")
    return Choice("hogbom", f"{span}, less than {limit}", evidence, rule="domain D.4")


def choose_threshold(expected_rms_jy: float, *, scale: float = 1.0) -> Choice[float]:
    """Return the flux density per beam at which cleaning stops (Jy).

    Parameters
    ----------
    expected_rms_jy : float, Jy
        Expected noise.
    scale : float
        Scatter of the visibilities over that predicted by their weights.
    """
    reason = f"{IMAGE_CLEAN_RMS.value:g} times the expected noise of {expected_rms_jy * 1e3:.3g} mJy"
    warning = ""
    reason += f", scaled by {scale:.3g}, the visibility scatter over that of the weights" if scale != 1.0 else ""
    if max(scale, 1 / scale) > IMAGE_WEIGHTS_OFF.value:
        warning = f"the weights do not match the noise: the visibilities scatter {scale:.2g} times as much"
    evidence = (Evidence("expected noise", expected_rms_jy, "Jy"), Evidence("scatter over weights", scale))
    return Choice(IMAGE_CLEAN_RMS.value * expected_rms_jy, reason, evidence, rule="domain D.3", warning=warning)


def choose_automask(
    dishes_m: Sequence[float], *, baseline_75_m: float, psf: PredictedPsf, is_cube: bool
) -> Choice[Automask]:
    """Return the parameters of automatic masks by array.

    Parameters
    ----------
    dishes_m : sequence of float, m
        Diameters of the dishes.
    baseline_75_m : float, m
        75th percentile of the baselines.
    psf : PredictedPsf
        The predicted beam; with high sidelobes the usual thresholds would mask nothing.
    is_cube : bool
        Whether lines are cleaned.

    References
    ----------
    CASA guide on automasking, Kepley et al. 2020 (PASP 132, 024505), table of standard values; the ALMA pipeline's
    values for long baselines.
    """
    if max(dishes_m) < SMALL_DISH_BELOW_M:
        mask, array = Automask(1.25, 5.0, 2.0, 0.0, 0.1, 75), "the 7-m array"
    elif min(dishes_m) < SMALL_DISH_BELOW_M:
        mask, array = Automask(2.0, 4.25, 1.5, 0.0, 0.3, 75), "7 m and 12 m dishes together"
    elif baseline_75_m < MASK_SHORT_BASELINE.value:
        mask, array = Automask(2.0, 4.25, 1.5, 15.0 * is_cube, 0.3, 50 if is_cube else 75), "short baselines"
    elif baseline_75_m < MASK_LONG_BASELINE.value:
        mask, array = Automask(2.0, 5.0, 1.5, 7.0 * is_cube, 0.3, 50 if is_cube else 75), "middle baselines"
    else:
        mask, array = Automask(2.5, 5.0, 1.5, 7.0 * is_cube, 0.3, 50 if is_cube else 75), "long baselines"
    reason = f"standard values for {array} (75th percentile {baseline_75_m:.0f} m)"
    # A point source must exceed sidelobes that count as sidelobes, or as noise.
    lowered = {
        "sidelobethreshold": IMAGE_SIDELOBE_PEAK.value / max(psf.sidelobe, 1e-3),
        "noisethreshold": IMAGE_SIDELOBE_PEAK.value / max(psf.scatter, 1e-3),
    }
    lowered = {name: round(most, 2) for name, most in lowered.items() if most < getattr(mask, name)}
    if lowered:
        reason += f"; {' and '.join(lowered)} lowered for sidelobes of {psf.sidelobe:.2f}, {psf.scatter:.2f} on average"
        sidelobe, noise = (lowered.get(name, getattr(mask, name)) for name in ("sidelobethreshold", "noisethreshold"))
        # With high sidelobes the main lobe is narrower than the beam fitted to it.
        least = min(mask.minbeamfrac, SMALL_REGION)
        mask = replace(mask, sidelobethreshold=sidelobe, noisethreshold=noise, minbeamfrac=least)
    return Choice(mask, reason, (Evidence("75th percentile of baselines", baseline_75_m, "m"),), rule="CASA guide")


def choose_cycle_factor(sidelobe: float, *, reaches: bool = True) -> Choice[float]:
    """Return tclean's cyclefactor: with high sidelobes the default makes major cycles almost useless.

    Parameters
    ----------
    sidelobe : float
        Highest sidelobe of the beam, fraction of the peak.
    reaches : bool
        Whether the beam is known across the whole cleaned area; if not, minor cycles must be short.

    References
    ----------
    docs/decisions/033.
    """
    if sidelobe > IMAGE_FAR_SIDELOBE.value and not reaches:
        reason = f"sidelobes of {sidelobe:.2f}, and the image is too small for the beam to cover the cleaned area"
        return Choice(1.0, f"{reason}: short minor cycles")
    most = IMAGE_CYCLE_DEPTH.value / max(sidelobe, 1e-3)
    if most >= 1.0:
        return Choice(1.0, "the usual value")
    value = float(f"{most:.2g}")
    return Choice(
        value, f"sidelobes of {sidelobe:.2f}; each major cycle cleans to {IMAGE_CYCLE_DEPTH.value:g} of the peak"
    )


def automask_arguments(mask: Automask) -> Mapping[str, float]:
    """Return the parameters under tclean's names."""
    return {name: getattr(mask, name) for name in Automask.__slots__}
