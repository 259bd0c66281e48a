"""Quick continuum images made by CASA in a child process, and what is measured on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.engine.jobs import run_job
from almared.engine.quicklook import clean_several
from almared.heuristics.thresholds.report import QUICK_NITER
from almared.measure.images import GaussianFit, fit_gaussian, measure_corner_rms, measure_peak
from almared.physics.beams import gaussian_area

Array = NDArray[Any]


LONGEST_BIN_S = 30.0
WIDEST_FIELD_BEAMS = 150.0
"""Averages of 30 s smear a source at the edge of a field of 150 beams by a tenth of a beam; wider fields take less."""


@dataclass(frozen=True, slots=True)
class QuickRequest:
    """What a quick image is made of.

    Parameters
    ----------
    ms : Path
        Calibrated MS.
    name : str
        What the images are called.
    field_id : int
        Field.
    widths : mapping of int to int
        Per window the number of channels that are averaged before.
    cell_arcsec : float, arcsec
        Size of a pixel.
    size : int, pixel
        Of the image.
    threshold_jy : float, Jy
        Where the clean stops.
    mask_pixels : float, pixel
        Radius around the centre inside which is cleaned, 0 for everywhere: without a mask sidelobes of few antennas
        are cleaned too, which takes flux from the source.
    """

    ms: Path
    name: str
    field_id: int
    widths: Mapping[int, int]
    cell_arcsec: float
    size: int
    threshold_jy: float
    mask_pixels: float = 0.0

    @property
    def bin_s(self) -> float:
        """Over how long visibilities are averaged (s)."""
        field_beams = self.size / 5.0
        return LONGEST_BIN_S * min(1.0, WIDEST_FIELD_BEAMS / field_beams)


DYNAMIC_RANGE = 200.0
"""Peak over rms above which an image is limited by its dynamic range (domain H, SRDP)."""


@dataclass(frozen=True, slots=True, eq=False)
class QuickImage:
    """A quick continuum image.

    Parameters
    ----------
    request : QuickRequest
        What it was made of.
    image, psf, residual : ndarray of float, Jy/beam, shape (y, x)
        Pixels; right ascension falls with x.
    beam : tuple of float, arcsec, arcsec, deg
        Major and minor width at half maximum, position angle.
    centre_pixel : tuple of float
        x and y of the phase centre.
    centre_rad : tuple of float, rad
        Its right ascension and declination.
    frequency_hz : float, Hz
        Middle of the data.
    weights_jy : float, Jy/beam
        Rms that the weights of the data promise.
    """

    request: QuickRequest
    image: Array
    psf: Array
    residual: Array
    beam: tuple[float, float, float]
    centre_pixel: tuple[float, float]
    centre_rad: tuple[float, float]
    frequency_hz: float
    weights_jy: float

    @property
    def cell_arcsec(self) -> float:
        """Size of a pixel (arcsec)."""
        return self.request.cell_arcsec

    @property
    def beam_pixels(self) -> float:
        """Geometric mean of the widths of the beam (pixels)."""
        return float(np.sqrt(self.beam[0] * self.beam[1])) / self.cell_arcsec

    @property
    def peak_jy(self) -> float:
        """Peak (Jy/beam) in the box from 10 to 90 per cent."""
        return measure_peak(self.image)

    @property
    def rms_jy(self) -> float:
        """Rms (Jy/beam) in the corner boxes."""
        return measure_corner_rms(self.image)

    @property
    def is_dynamic_range_limited(self) -> bool:
        """Whether the peak is so strong that a quick clean leaves more than the noise."""
        return self.peak_jy > DYNAMIC_RANGE * self.rms_jy

    def cut_middle(self, n_beams: float) -> Array:
        """Return the middle of the image, so many beams wide."""
        half = min(int(np.ceil(n_beams * self.beam_pixels / 2)), min(self.image.shape) // 2)
        x, y = (round(place) for place in self.centre_pixel)
        return np.asarray(self.image[y - half : y + half, x - half : x + half])

    def fit(self) -> GaussianFit:
        """Return a Gaussian fitted to the brightest source."""
        return fit_gaussian(self.image, width=self.beam_pixels)

    def offset_arcsec(self, fit: GaussianFit) -> tuple[float, float]:
        """Return how far east and north (arcsec) of the phase centre a fitted source lies."""
        return (
            -(fit.x - self.centre_pixel[0]) * self.cell_arcsec,
            (fit.y - self.centre_pixel[1]) * self.cell_arcsec,
        )

    def integral_jy(self, fit: GaussianFit) -> float:
        """Return the flux density (Jy) of a fitted source."""
        beam_area = gaussian_area(self.beam[0], self.beam[1]) / self.cell_arcsec**2
        return fit.peak * fit.area / beam_area


def make_quick_images(requests: Sequence[QuickRequest], directory: Path) -> tuple[QuickImage, ...]:
    """Return quick continuum images of fields, made by one child process.

    Parameters
    ----------
    requests : sequence of QuickRequest
        Of what, each with a name of its own.
    directory : Path
        Where CASA works, and its log stays.

    Raises
    ------
    StepError
        CASA made no image.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = directory.resolve() / f"{requests[0].name}.log"
    with TemporaryDirectory(dir=directory) as place:
        arguments = {"images": [_arguments(request) for request in requests]}
        answers = run_job(clean_several, arguments, directory=Path(place), log=str(log))
        return tuple(_read(request, facts) for request, facts in zip(requests, answers, strict=True))


def _arguments(request: QuickRequest) -> dict[str, Any]:
    return {
        "vis": str(request.ms.resolve()),
        "name": request.name,
        "field": str(request.field_id),
        "widths": {str(spw): width for spw, width in request.widths.items()},
        "grid": {
            "cell_arcsec": request.cell_arcsec,
            "size": request.size,
            "bin_s": request.bin_s,
            "mask_pixels": request.mask_pixels,
        },
        "niter": QUICK_NITER.value,
        "threshold_jy": request.threshold_jy,
    }


def _read(request: QuickRequest, facts: Mapping[str, Any]) -> QuickImage:
    with np.load(facts["pixels"]) as stored:
        pixels = {name: np.asarray(stored[name], dtype=float) for name in ("image", "psf", "residual")}
    major, minor = facts["beam_arcsec"]
    return QuickImage(
        request=request,
        beam=(float(major), float(minor), float(facts["beam_deg"])),
        centre_pixel=(facts["reference_pixel"][0], facts["reference_pixel"][1]),
        centre_rad=(facts["reference_rad"][0], facts["reference_rad"][1]),
        frequency_hz=float(facts["frequency_hz"]),
        weights_jy=float(facts["weights_jy"]),
        **pixels,
    )
