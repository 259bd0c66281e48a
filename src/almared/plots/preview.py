"""A picture of an image: the continuum, or the highest channel of a cube at each place and the spectrum at its peak."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.fits.planes import Beam, OpenImage, open_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES, HEIGHT_INCHES, SPECTRUM_INCHES = 6.6, 5.8, 2.2
DOTS_PER_INCH = 110
COLOURS = "inferno"
"""Rises evenly in brightness, so that it is read without seeing colours."""

BLANK = "0.85"
SPECTRUM_COLOUR = "#0072b2"
LOWEST = -0.1
"""Darkest colour over the brightest, so that noise and negative bowls show (domain D.4)."""

FloatArray = NDArray[np.float64]


def write_preview(fits: Path, *, png: Path, title: str) -> None:
    """Write the picture of a FITS image or cube with coordinates, beam and scale.

    Raises
    ------
    InputError
        It is no FITS image.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with open_image(fits) as image:
        picture, is_cube = highest_plane(image), len(image) > 1
        size = (WIDTH_INCHES, HEIGHT_INCHES + SPECTRUM_INCHES * is_cube)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(1 + is_cube, height_ratios=(HEIGHT_INCHES, SPECTRUM_INCHES)[: 1 + is_cube])
        axes = _draw_map(figure, grid[0], image=image, picture=picture)
        axes.set_title(title, fontsize=10)
        if is_cube and np.isfinite(picture).any():
            peak = np.unravel_index(int(np.nanargmax(picture)), picture.shape)
            axes.plot(peak[1], peak[0], "o", markersize=11, markerfacecolor="none", markeredgecolor="white")
            _draw_spectrum(figure.add_subplot(grid[1]), image, place=(int(peak[0]), int(peak[1])))
        figure.savefig(png, dpi=DOTS_PER_INCH, metadata={"Software": None})


def highest_plane(image: OpenImage) -> FloatArray:
    """Return the only plane, or the maximum over the planes where there is any value (moment 8)."""
    highest = np.full(image.planes.shape[1:], np.nan)
    for number in range(len(image)):
        highest = np.fmax(highest, image.plane(number))
    return highest


def _draw_map(figure: Figure, place: Any, *, image: OpenImage, picture: FloatArray) -> Axes:
    axes: Axes = figure.add_subplot(place, projection=_coordinates(image))
    highest = float(np.nanmax(picture)) * 1e3 if np.isfinite(picture).any() else 0.0
    top = highest if highest > 0 else 1.0
    axes.set_facecolor(BLANK)
    shown = axes.imshow(
        picture * 1e3, origin="lower", cmap=COLOURS, vmin=LOWEST * top, vmax=top, interpolation="nearest"
    )
    figure.colorbar(shown, ax=axes, label="mJy/beam", shrink=0.9)
    frame = str(image.header.get("RADESYS", "")).strip()
    axes.set_xlabel(f"right ascension ({frame})" if frame else "right ascension")
    axes.set_ylabel("declination")
    beam = image.median_beam
    if beam is not None:
        _draw_beam(axes, beam, cell_arcsec=image.cell_arcsec, width=picture.shape[1])
    return axes


def _coordinates(image: OpenImage) -> Any:
    from astropy.wcs import WCS

    with warnings.catch_warnings():
        # CASA's headers give the observatory in an older form, which astropy corrects with a warning.
        warnings.simplefilter("ignore")
        return WCS(image.header).celestial


def _draw_beam(axes: Axes, beam: Beam, *, cell_arcsec: float, width: int) -> None:
    """Draw the beam in the lower left corner, on a ground of its own."""
    from matplotlib.patches import Ellipse, Rectangle

    major, minor = beam.major_arcsec / cell_arcsec, beam.minor_arcsec / cell_arcsec
    side, margin = 1.4 * major, 0.02 * width
    axes.add_patch(Rectangle((margin, margin), side, side, facecolor="white", edgecolor="black"))
    middle = margin + side / 2
    # Pixels count to the west: an angle from north through east turns against the clock on the page.
    axes.add_patch(Ellipse((middle, middle), minor, major, angle=beam.angle_deg, facecolor="0.4", edgecolor="black"))


def _draw_spectrum(axes: Axes, image: OpenImage, *, place: tuple[int, int]) -> None:
    """Draw the spectrum of a pixel, before the correction for the primary beam."""
    values = np.array([float(image.planes[number][place]) for number in range(len(image))]) * 1e3
    velocities = image.velocities_km_s
    x = np.arange(len(values), dtype=float) if velocities is None else velocities
    axes.axhline(0.0, color="0.6", linewidth=0.8)
    axes.step(x, values, where="mid", color=SPECTRUM_COLOUR, linewidth=1.1)
    axes.set_xlim(float(x.min()), float(x.max()))
    frame = str(image.header.get("SPECSYS", "")).strip()
    axes.set_xlabel("channel" if velocities is None else f"radio velocity (km/s{', ' + frame if frame else ''})")
    axes.set_ylabel("mJy/beam")
    axes.set_title("spectrum at the circle", fontsize=9)
