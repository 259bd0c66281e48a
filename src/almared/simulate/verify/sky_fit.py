"""Fits an image with the true components seen through its beam: flux and position offset of each.

The shapes are the true ones, so that overlapping neighbours are separated; the free parameters are the flux and
the position of each component (to first order, since errors are far below the beam).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.simulate.verify.fits_images import Beam, FitsImage
from almared.simulate.world.sky import SkyComponent

FloatArray = NDArray[np.float64]
SUPPORT_BEAMS = 1.0
"""Pixels are used up to so many full widths of the seen component from its middle; nearly all flux, little noise."""


@dataclass(frozen=True, slots=True)
class FittedComponent:
    """Fitted values of a component.

    Parameters
    ----------
    flux_jy : float, Jy
        Its flux density.
    offset_rad : tuple of float, rad
        East and north of its true place.
    """

    flux_jy: float
    offset_rad: tuple[float, float]

    @property
    def distance_rad(self) -> float:
        """Distance from the true place (rad)."""
        return float(np.hypot(*self.offset_rad))


def fit_components(image: FitsImage, components: Sequence[SkyComponent], *, channel: int = 0) -> list[FittedComponent]:
    """Return flux and place of each component, fitted together.

    Parameters
    ----------
    image : FitsImage
        Corrected for the primary beam.
    components : sequence of SkyComponent
        Their shapes and true places.
    channel : int
        Plane of the image.
    """
    models = [_model(image, component, channel=channel) for component in components]
    plane = image.data[channel]
    used = support(image, components, channel=channel) & np.isfinite(plane)
    columns = np.stack([part[used] for model in models for part in model], axis=1)
    solution = np.linalg.lstsq(columns, plane[used], rcond=None)[0].reshape(-1, 3)
    return [FittedComponent(float(f), (float(x / f), float(y / f))) for f, x, y in solution]


def fit_fluxes(image: FitsImage, components: Sequence[SkyComponent], *, channel: int) -> FloatArray:
    """Return the flux density (Jy) of each component at its true place in a plane of a cube."""
    models = [_model(image, component, channel=channel)[0] for component in components]
    plane = image.data[channel]
    used = support(image, components, channel=channel) & np.isfinite(plane)
    columns = np.stack([model[used] for model in models], axis=1)
    return np.asarray(np.linalg.lstsq(columns, plane[used], rcond=None)[0])


def support(
    image: FitsImage, components: Sequence[SkyComponent], *, channel: int = 0, beams: float = SUPPORT_BEAMS
) -> NDArray[np.bool_]:
    """Return the pixels within so many seen full widths of any component, shape (y, x)."""
    beam = image.beam(channel)
    y, x = np.indices(image.data.shape[1:])
    used = np.zeros(x.shape, dtype=bool)
    for component in components:
        x0, y0 = image.pixel_of(component.direction_rad)
        radius = beams * np.hypot(beam.major_rad, component.size_rad) / image.pixel_rad
        used |= np.hypot(x - x0, y - y0) < radius
    return used


def _model(image: FitsImage, component: SkyComponent, *, channel: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the component at 1 Jy through the beam, and its derivatives to the east and to the north (per rad)."""
    shape = image.data.shape[1:]
    u = -np.asarray(np.fft.fftfreq(shape[1], image.pixel_rad), dtype=float)[None, :]
    v = np.asarray(np.fft.fftfreq(shape[0], image.pixel_rad), dtype=float)[:, None]
    x, y = image.pixel_of(component.direction_rad)
    # Along x the pixels count to the west.
    ramp = np.exp(2j * np.pi * image.pixel_rad * (u * x - v * y))
    waves = np.hypot(u, v).astype(np.float32)
    seen = _transform(image.beam(channel), u, v=v) * component.envelope(waves) * ramp / image.pixel_rad**2
    return tuple(np.fft.ifft2(seen * factor).real for factor in (1.0, -2j * np.pi * u, -2j * np.pi * v))  # type: ignore[return-value]


def _transform(beam: Beam, u: FloatArray, *, v: FloatArray) -> FloatArray:
    """Return the Fourier transform of a beam of peak 1 (rad^2); u and v count to the east and to the north."""
    along = u * np.sin(beam.angle_rad) + v * np.cos(beam.angle_rad)
    across = u * np.cos(beam.angle_rad) - v * np.sin(beam.angle_rad)
    squares = (beam.major_rad * along) ** 2 + (beam.minor_rad * across) ** 2
    return np.asarray(beam.area_rad2 * np.exp(-(np.pi**2) * squares / (4.0 * np.log(2.0))))
