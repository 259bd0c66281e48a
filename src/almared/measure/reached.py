"""What an image reaches: noise, peak, flux and beam, from the FITS files that are delivered."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.formats.fits.planes import Beam, OpenImage, open_image
from almared.physics.robust import robust_sigma

LEAST_BEAM = 0.2
"""Part of the primary beam from which pixels count (domain D.3)."""

LINE_FREE_BELOW = 5.0
"""Times the noise of its channel: a channel with a higher peak is no measure of the noise of the cube."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """Figures of one image or cube.

    Parameters
    ----------
    rms_jy : float, Jy per beam
        Noise before the correction for the primary beam, off the sources; of a cube the median over its channels
        without lines.
    peak_jy : float, Jy per beam
        Highest pixel before the correction for the primary beam, corrected for it.
    peak_snr : float
        Highest pixel before that correction over the noise of its plane: the dynamic range of a bright image.
    flux_jy, flux_error_jy : float, Jy
        Sum over the pixels that were cleaned, corrected for the primary beam, and its thermal error; of a cube in its
        brightest channel.
    line_flux_jy_km_s : float, Jy km/s, optional
        Of a cube: sum over all channels in which something was cleaned, wherever that was in any of them.
    beam : Beam, optional
        That of the median area, where channels have their own.
    n_line_free : int
        Channels from which the noise was taken.
    """

    rms_jy: float
    peak_jy: float
    peak_snr: float
    flux_jy: float
    flux_error_jy: float
    line_flux_jy_km_s: float | None
    beam: Beam | None
    n_line_free: int


@dataclass(frozen=True, slots=True)
class _PlaneFigures:
    """What is measured on one plane."""

    noise: float
    peak: float
    corrected_peak: float
    flux: float
    flux_error: float
    line_flux: float


def measure_reached(image: Path, *, corrected: Path, pb: Path, mask: Path | None = None) -> ImageQuality:
    """Return what an image reaches; planes are read one by one.

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
    with ExitStack() as stack:
        files = [stack.enter_context(open_image(path)) for path in (image, corrected, pb)]
        cleaned = stack.enter_context(open_image(mask)) if mask is not None and mask.exists() else None
        where = _ever_cleaned(cleaned, shape=files[0].planes.shape[1:])
        planes = [_measure_plane(n, files, cleaned=cleaned, ever=where) for n in range(len(files[0]))]
        return _summary(planes, files[0])


def _ever_cleaned(cleaned: OpenImage | None, *, shape: tuple[int, ...]) -> BoolArray:
    """Return the pixels that were cleaned in any plane."""
    found = np.zeros(shape, dtype=bool)
    for number in range(len(cleaned) if cleaned else 0):
        found |= _mask(cleaned, number, shape=shape)
    return found


def _mask(cleaned: OpenImage | None, number: int, *, shape: tuple[int, ...]) -> BoolArray:
    return np.asarray(cleaned.plane(number) > 0.5) if cleaned else np.zeros(shape, dtype=bool)


def _measure_plane(number: int, files: list[OpenImage], *, cleaned: OpenImage | None, ever: BoolArray) -> _PlaneFigures:
    plane, bright, response = (file.plane(number) for file in files)
    used = (response >= LEAST_BEAM) & np.isfinite(plane)
    mask = _mask(cleaned, number, shape=plane.shape) & used
    noise = noise_of(plane[used & ~mask])
    area = files[0].beam_pixels(number)
    inside = np.nan_to_num(bright[mask])
    # Where the noise is even: corrected for the primary beam the edge of the image would win.
    place = np.unravel_index(np.argmax(np.where(used, plane, -np.inf)), plane.shape)
    # The correction for the primary beam raises the noise as it raises the sources.
    error = noise * float(np.sqrt(np.sum(response[mask] ** -2.0) / area)) if area else 0.0
    return _PlaneFigures(
        noise=noise,
        peak=float(plane[place]) if used.any() else float("nan"),
        corrected_peak=float(bright[place]) if used.any() else float("nan"),
        flux=float(inside.sum() / area) if area else 0.0,
        flux_error=error,
        line_flux=float(np.nansum(bright[ever & used]) / area) if area and mask.any() else 0.0,
    )


def noise_of(values: FloatArray) -> float:
    """Return the standard deviation of the bulk of some values, NaN of none.

    It comes from the median absolute deviation; twice what lies beyond four of it is left out, which takes the bias of
    sources that were not cleaned.
    """
    kept = values
    for _ in range(3):
        if kept.size == 0:
            return float("nan")
        middle = float(np.median(kept))
        sigma = robust_sigma(kept)
        kept = kept[np.abs(kept - middle) <= 4 * sigma]
    return sigma


def _summary(planes: list[_PlaneFigures], image: OpenImage) -> ImageQuality:
    noise, peaks = (np.array([getattr(plane, name) for plane in planes]) for name in ("noise", "peak"))
    good = np.isfinite(noise) & (noise > 0)
    if not good.any():
        nothing = float("nan")
        return ImageQuality(nothing, nothing, nothing, 0.0, 0.0, None, image.median_beam, 0)
    # Without a line-free channel the noise next to the cleaned regions is the best estimate.
    quiet = good & (peaks < LINE_FREE_BELOW * noise) if len(planes) > 1 else good
    quiet = quiet if quiet.any() else good
    best = int(np.nanargmax(np.where(good, peaks, -np.inf)))
    return ImageQuality(
        rms_jy=float(np.median(noise[quiet])),
        peak_jy=planes[best].corrected_peak,
        peak_snr=float(peaks[best] / noise[best]),
        flux_jy=planes[best].flux,
        flux_error_jy=planes[best].flux_error,
        line_flux_jy_km_s=_line_flux(planes, image),
        beam=image.median_beam,
        n_line_free=int(quiet.sum()),
    )


def _line_flux(planes: list[_PlaneFigures], image: OpenImage) -> float | None:
    velocities = image.velocities_km_s
    if velocities is None or len(planes) < 2:
        return None
    return float(sum(plane.line_flux for plane in planes) * abs(velocities[1] - velocities[0]))
