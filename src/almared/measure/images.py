"""Peak, rms and place of a source in an image (domain C.3, target check; C.2, check source)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from almared.heuristics.thresholds.report import QUICK_CORNER_FROM, QUICK_CORNER_TO
from almared.physics.beams import FWHM_PER_SIGMA, gaussian_area
from almared.physics.robust import robust_sigma

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GaussianFit:
    """A Gaussian fitted to the brightest source of an image.

    Parameters
    ----------
    peak : float
        In the unit of the image.
    x, y : float, pixel
        Place of the peak.
    major, minor : float, pixel
        Full widths at half maximum.
    angle_rad : float, rad
        Of the major axis from the x axis towards y.
    """

    peak: float
    x: float
    y: float
    major: float
    minor: float
    angle_rad: float

    @property
    def area(self) -> float:
        """Integral of a Gaussian of peak 1 (pixels)."""
        return gaussian_area(self.major, self.minor)


def measure_corner_rms(pixels: FloatArray) -> float:
    """Return the rms in a corner box without source.

    Parameters
    ----------
    pixels : ndarray of float, shape (y, x)
        Image before the primary-beam correction.

    References
    ----------
    domain.md C.3: the box from 10 to 30 per cent; taken from the four corners, by the median of their deviations, so
    that a side lobe in one of them does no harm.
    """
    low, high = QUICK_CORNER_FROM.value, QUICK_CORNER_TO.value
    places = [slice(int(low * n), max(int(high * n), int(low * n) + 1)) for n in pixels.shape]
    flipped = (pixels, pixels[::-1], pixels[:, ::-1], pixels[::-1, ::-1])
    return float(np.median([_rms(view[places[0], places[1]]) for view in flipped]))


def _rms(pixels: FloatArray) -> float:
    finite = pixels[np.isfinite(pixels)]
    return float(np.sqrt(np.mean(finite**2))) if finite.size else float("nan")


def measure_peak(pixels: FloatArray) -> float:
    """Return the peak in the box from 10 to 90 per cent (domain C.3)."""
    margins = [int(QUICK_CORNER_FROM.value * n) for n in pixels.shape]
    inner = pixels[margins[0] : pixels.shape[0] - margins[0], margins[1] : pixels.shape[1] - margins[1]]
    return float(np.nanmax(inner))


def fit_gaussian(pixels: FloatArray, *, width: float) -> GaussianFit:
    """Return a Gaussian fitted around the brightest pixel.

    Parameters
    ----------
    pixels : ndarray of float, shape (y, x)
        Image.
    width : float, pixel
        Full width at half maximum of the beam: where the fit starts, and how far around the peak it looks.
    """
    y0, x0 = divmod(int(np.nanargmax(pixels)), pixels.shape[1])
    half = max(3, int(np.ceil(width)))
    ys = np.arange(max(0, y0 - half), min(pixels.shape[0], y0 + half + 1))
    xs = np.arange(max(0, x0 - half), min(pixels.shape[1], x0 + half + 1))
    patch = pixels[np.ix_(ys, xs)]
    x, y = np.meshgrid(xs.astype(float), ys.astype(float))
    sigma = width / FWHM_PER_SIGMA
    peak = float(pixels[y0, x0])
    start = [1.0, float(x0), float(y0), 1 / sigma**2, 0.0, 1 / sigma**2]
    good = np.isfinite(patch)

    def misfit(free: FloatArray) -> FloatArray:
        return np.asarray((_gaussian(free, x, y=y) - patch / peak)[good])

    found = least_squares(misfit, start, x_scale=[1.0, 1.0, 1.0, start[3], start[3], start[5]]).x
    return _as_fit(found, peak)


def _gaussian(free: FloatArray, x: FloatArray, *, y: FloatArray) -> FloatArray:
    height, x0, y0, xx, xy, yy = free
    dx, dy = x - x0, y - y0
    exponent = -(xx * dx**2 + 2 * xy * dx * dy + yy * dy**2) / 2
    return np.asarray(height * np.exp(np.minimum(exponent, 20.0)))


def _as_fit(free: FloatArray, scale: float) -> GaussianFit:
    curvature = np.array([[free[3], free[4]], [free[4], free[5]]])
    values, vectors = np.linalg.eigh(curvature)
    widths = FWHM_PER_SIGMA / np.sqrt(np.maximum(values, 1e-12))
    angle = float(np.arctan2(vectors[1, 0], vectors[0, 0]))
    major, minor = float(widths[0]), float(widths[1])
    return GaussianFit(float(free[0] * scale), float(free[1]), float(free[2]), major, minor, angle)


def position_error(width: float, snr: float) -> float:
    """Return the error of a fitted position, in the unit of the width, from noise alone.

    References
    ----------
    Condon 1997 (PASP 109, 166): theta / (sqrt(4 ln 2) SNR) for an unresolved source, each axis.
    """
    return width / (np.sqrt(4 * np.log(2)) * snr) if snr > 0 else float("nan")


def robust_noise(pixels: FloatArray) -> float:
    """Return the noise of an image from the bulk of its pixels."""
    return robust_sigma(pixels[np.isfinite(pixels)])
