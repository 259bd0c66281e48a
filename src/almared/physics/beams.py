"""Gaussian beams, and the primary beams of ALMA's dishes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from almared.physics.constants import ARCSEC_PER_RAD, LIGHT_M_S

FWHM_PER_SIGMA = math.sqrt(8.0 * math.log(2.0))
"""Full width at half maximum of a Gaussian over its standard deviation."""

PRIMARY_BEAM_FACTOR = 1.13
"""Width of ALMA's primary beam at half maximum over wavelength and dish diameter (Technical Handbook)."""

SMALL_DISH_BELOW_M = 10.0
"""Dishes below belong to the 7-m array and carry no water-vapour radiometer."""

LIT_APERTURE_M = {12.0: 10.7, 7.0: 6.25}
"""Dish -> uniformly illuminated aperture (m) that CASA's ``PBMath1DAiry`` uses in place of a tapered dish."""

HOLE_M = 0.75
"""Diameter of the central blockage of that aperture (m)."""


def primary_beam_rad(frequency_hz: float, dish_m: float) -> float:
    """Return the width at half maximum of the primary beam (rad).

    Parameters
    ----------
    frequency_hz : float, Hz
        Frequency.
    dish_m : float, m
        Diameter of the dish.

    References
    ----------
    ALMA Technical Handbook, single-dish response: 1.13 wavelengths over the diameter; docs/decisions/038.
    """
    return PRIMARY_BEAM_FACTOR * LIGHT_M_S / frequency_hz / dish_m


def primary_beam_arcsec(frequency_hz: float, dish_m: float) -> float:
    """Return the width at half maximum of the primary beam (arcsec), as `primary_beam_rad`.

    Examples
    --------
    >>> round(primary_beam_arcsec(230e9, 12.0), 1)
    25.3
    """
    return primary_beam_rad(frequency_hz, dish_m) * ARCSEC_PER_RAD


def gaussian_response(offset: ArrayLike, fwhm: float) -> NDArray[np.float64]:
    """Return the response of a Gaussian beam, 1 on its axis.

    Parameters
    ----------
    offset : float or ndarray of float
        Distance from the axis, in the unit of the width.
    fwhm : float
        Full width at half maximum.
    """
    return np.asarray(np.exp(-4 * math.log(2) * (np.asarray(offset) / fwhm) ** 2))


def gaussian_width(fwhm: float, *, level: float) -> float:
    """Return the full width at which a Gaussian falls to a level of its peak, in the unit of the width."""
    return fwhm * math.sqrt(math.log2(1 / level))


def gaussian_area(major: float, minor: float) -> float:
    """Return the area under a Gaussian of peak 1 from its full widths at half maximum, in their unit squared."""
    return float(np.pi * major * minor / (4 * np.log(2)))
