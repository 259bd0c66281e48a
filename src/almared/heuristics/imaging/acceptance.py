"""How far noise and beam of an image may be from the request."""

from __future__ import annotations

from almared.heuristics.thresholds.acceptance import ACCEPTED_RMS_HIGH, ACCEPTED_RMS_LOW, ACCEPTED_RMS_MIDDLE


def rms_limit(band: int | None) -> float:
    """Return the largest accepted ratio of noise to requested noise.

    Parameters
    ----------
    band : int or None
        ALMA band, None when unknown: the strictest limit.

    References
    ----------
    domain H: 10 % in Bands 1 and 3 to 6, 15 % in 7 and 8, 20 % in 9 and 10, since Cycle 1 for most.
    """
    if band in (9, 10):
        return ACCEPTED_RMS_HIGH.value
    return ACCEPTED_RMS_MIDDLE.value if band in (7, 8) else ACCEPTED_RMS_LOW.value


def beam_judgement(major_arcsec: float, minor_arcsec: float, *, asked_arcsec: tuple[float, float]) -> str:
    """Return what is wrong with a beam by the criterion of Cycle 7 and later, empty when nothing is.

    Parameters
    ----------
    major_arcsec, minor_arcsec : float, arcsec
        Axes of the beam.
    asked_arcsec : tuple of float, arcsec
        Smallest and largest requested angular resolution.

    References
    ----------
    domain H: the geometric mean of the axes lies in the requested range.
    """
    mean = (major_arcsec * minor_arcsec) ** 0.5
    low, high = asked_arcsec
    if low <= mean <= high:
        return ""
    return f"the mean of the beam's axes, {mean:.3g} arcsec, is not in {low:.3g} to {high:.3g} arcsec"
