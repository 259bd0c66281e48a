"""What an image reaches: noise, peak, flux and beam, from the FITS files that are delivered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.image.planes import Planes, read_planes

MAD_TO_SIGMA = 1.4826
LEAST_BEAM = 0.2
"""Part of the primary beam from which pixels count (domain D.3)."""

LINE_FREE_BELOW = 5.0
"""Times the noise of its channel: a channel with a higher peak is no measure of the noise of the cube."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Figures of one image or cube.

    Parameters
    ----------
    rms_jy : float, Jy per beam
        Noise before the correction for the primary beam, off the sources; of a cube the median over its channels.
    peak_jy : float, Jy per beam
        Where the image is highest before the correction for the primary beam, its value after it.
    peak_snr : float
        Highest pixel before that correction over the noise of its plane.
    flux_jy : float, Jy
        Sum over the pixels that were cleaned, corrected for the primary beam; of a cube in its brightest channel.
    beam_arcsec : tuple of float, arcsec, optional
        Major and minor axis.
    beam_angle_deg : float, deg
        Position angle.
    n_line_free : int
        Channels from which the noise was taken.
    """

    rms_jy: float
    peak_jy: float
    peak_snr: float
    flux_jy: float
    beam_arcsec: tuple[float, float] | None
    beam_angle_deg: float
    n_line_free: int


def measure_reached(image: Path, *, corrected: Path, pb: Path, mask: Path | None = None) -> Reached:
    """Return what an image reaches.

    Parameters
    ----------
    image, corrected, pb : Path
        FITS files before and after the correction for the primary beam, and the beam.
    mask : Path, optional
        What was cleaned.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    header = read_planes(image)
    planes, response, bright = header.values, read_planes(pb).values, read_planes(corrected).values
    cleaned = (
        read_planes(mask).values > 0.5 if mask is not None and mask.exists() else np.zeros(planes.shape, dtype=bool)
    )
    used = (response >= LEAST_BEAM) & np.isfinite(planes)
    noise = np.array([_sigma(p[u & ~c]) for p, u, c in zip(planes, used, cleaned, strict=True)])
    peaks = np.array(
        [float(np.nanmax(np.where(u, p, np.nan))) if u.any() else np.nan for p, u in zip(planes, used, strict=True)]
    )
    good = np.isfinite(noise) & (noise > 0)
    # Without a line-free channel the noise beside the cleaned regions is the best there is.
    quiet = good & (peaks < LINE_FREE_BELOW * noise) if len(planes) > 1 else good
    quiet = quiet if quiet.any() else good
    best = int(np.nanargmax(np.where(good, peaks, -np.inf)))
    place = np.unravel_index(np.nanargmax(np.where(used[best], planes[best], np.nan)), planes[best].shape)
    return Reached(
        rms_jy=float(np.median(noise[quiet])),
        peak_jy=float(bright[best][place]),
        peak_snr=float(peaks[best] / noise[best]),
        flux_jy=_flux(bright[best], cleaned[best] & used[best], header=header),
        beam_arcsec=header.beam_arcsec,
        beam_angle_deg=header.beam_angle_deg,
        n_line_free=int(quiet.sum()),
    )


def _sigma(values: NDArray[np.float64]) -> float:
    """Return the standard deviation of the bulk of some values, from the median absolute deviation."""
    if values.size == 0:
        return float("nan")
    return MAD_TO_SIGMA * float(np.median(np.abs(values - np.median(values))))


def _flux(plane: NDArray[np.float64], where: NDArray[np.bool_], *, header: Planes) -> float:
    return float(np.nansum(plane[where]) / header.beam_pixels) if where.any() and header.beam_pixels else 0.0
