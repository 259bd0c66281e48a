"""The synthesised beam of a weighting, predicted from the uv coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.imaging import PSF_FIT_FROM
from almared.physics.constants import ARCSEC_RAD
from almared.physics.robust import robust_sigma

MOST_PIXELS = 2048
"""Longest side of the grid; a finer one changes the weights by less than a hundredth."""

FINER, FINE_PIXELS = 4, 1024
"""Cells of the grid of the beam in one of the weights, up to this many: coarser positions would shift sidelobes."""


@dataclass(frozen=True, slots=True)
class PredictedPsf:
    """The beam and noise of a weighting.

    Parameters
    ----------
    major_arcsec, minor_arcsec : float, arcsec
        Widths at half maximum.
    angle_deg : float, deg
        Position angle, north through east.
    sidelobe : float
        Highest level of the beam outside its main lobe, fraction of the peak.
    noise_factor : float
        Noise relative to natural weighting.
    scatter : float
        Scatter of the sidelobes, fraction of the peak, as tclean's masks estimate noise.
    """

    major_arcsec: float
    minor_arcsec: float
    angle_deg: float
    sidelobe: float
    noise_factor: float
    scatter: float = 0.0


@dataclass(frozen=True, slots=True)
class WeightedPoints:
    """Points of the uv plane with their weights.

    Parameters
    ----------
    u, v : ndarray of float, wavelengths
        Coordinates.
    weight : ndarray of float
        Weights.
    """

    u: NDArray[np.float64]
    v: NDArray[np.float64]
    weight: NDArray[np.float64]


def predict_psf(points: WeightedPoints, *, robust: float, cell_arcsec: float, pixels: int) -> PredictedPsf:
    """Return the beam of Briggs' weighting.

    Parameters
    ----------
    points : WeightedPoints
        The visibilities.
    robust : float
        -2 (uniform) to 2 (natural).
    cell_arcsec : float, arcsec
        Size of a pixel.
    pixels : int
        Pixels along a side of the image.

    References
    ----------
    Briggs 1995 (thesis), as in CASA's imager: w / (1 + W f2), f2 = (5 10^-R)^2 / (sum W^2 / sum w), with W the sum
    of weights in a cell of the uv plane, which is as wide as the image's field of view lets it be.
    """
    n = min(pixels, MOST_PIXELS)
    place, inside = _cells(points, n, cell_rad=cell_arcsec * ARCSEC_RAD)
    weight = np.where(inside, points.weight, 0.0)
    density = np.bincount(place[0], weight, n * n) + np.bincount(place[1], weight, n * n)
    total = weight.sum()
    f2 = (5 * 10.0**-robust) ** 2 * 2 * total / float((density**2).sum())
    imaging = weight / (1 + density[place[0]] * f2)
    psf = _beam(points, imaging, n=n, cell_rad=cell_arcsec * ARCSEC_RAD)
    used = weight > 0
    noise = np.sqrt((imaging[used] ** 2 / weight[used]).sum()) / imaging.sum() * np.sqrt(total)
    return _describe(psf, cell_arcsec, noise=float(noise))


def _beam(points: WeightedPoints, imaging: NDArray[np.float64], *, n: int, cell_rad: float) -> NDArray[np.float64]:
    """Return the beam on a grid of pixels, with a peak of one."""
    wide = n * max(1, min(FINER, FINE_PIXELS // n))
    place, _ = _cells(points, wide, cell_rad=cell_rad)
    gridded = np.bincount(place[0], imaging, wide * wide) + np.bincount(place[1], imaging, wide * wide)
    psf = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(gridded.reshape(wide, wide)))).real
    middle = slice(wide // 2 - n // 2, wide // 2 - n // 2 + n)
    return np.asarray(psf[middle, middle] / psf[wide // 2, wide // 2])


def _cells(points: WeightedPoints, n: int, *, cell_rad: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the grid cell of each point and of its mirror image, and whether they lie on the grid."""
    step = 1 / (n * cell_rad)
    x, y = np.rint(points.u / step).astype(np.int64), np.rint(points.v / step).astype(np.int64)
    inside = (np.abs(x) < n // 2) & (np.abs(y) < n // 2)
    x, y = np.where(inside, x, 0), np.where(inside, y, 0)
    return np.stack([(n // 2 + y) * n + n // 2 + x, (n // 2 - y) * n + n // 2 - x]), inside


def _describe(psf: NDArray[np.float64], cell_arcsec: float, *, noise: float) -> PredictedPsf:
    from scipy import ndimage

    middle = psf.shape[0] // 2
    lobes, _ = ndimage.label(psf > PSF_FIT_FROM.value)
    y, x = np.nonzero(lobes == lobes[middle, middle])
    values = psf[y, x]
    x, y = x - middle, y - middle
    # The logarithm of a Gaussian is a quadratic form; faint pixels constrain it poorly.
    terms = np.stack([x * x, x * y, y * y], axis=1).astype(float)
    a, b, c = np.linalg.lstsq(terms * values[:, None], np.log(values) * values, rcond=None)[0]
    sizes, directions = np.linalg.eigh(-np.array([[a, b / 2], [b / 2, c]]))
    widths = 2 * np.sqrt(np.log(2) / np.maximum(sizes, 1e-12)) * cell_arcsec
    grid_y, grid_x = np.mgrid[-middle : psf.shape[0] - middle, -middle : psf.shape[1] - middle]
    model = np.exp(a * grid_x**2 + b * grid_x * grid_y + c * grid_y**2)
    # x of the uv plane is u, which grows to the east: so does the first axis here.
    angle = np.degrees(np.arctan2(directions[0, 0], directions[1, 0])) % 180
    sidelobe = float(max(-psf.min(), (psf - model).max()))
    scatter = robust_sigma(psf)
    return PredictedPsf(float(widths[0]), float(widths[1]), float(angle), sidelobe, noise, scatter)
