"""Quick images with their beam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.measure.images import robust_noise
from almared.plots.palette import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]

MJY = 1e3
LINEAR_SIGMAS = 5.0


def plot_image(
    axes: Axes,
    pixels: Array,
    *,
    cell_arcsec: float,
    beam: tuple[float, float, float],
    unit: str,
    is_stretched: bool = False,
) -> None:
    """Draw an image with a scale of offsets, a bar of its brightness, and the beam.

    Parameters
    ----------
    axes : Axes
        Where.
    pixels : ndarray of float, shape (y, x)
        East is left: x runs against right ascension.
    cell_arcsec : float, arcsec
        Size of a pixel.
    beam : tuple of float, arcsec, arcsec, deg
        Major and minor width, position angle.
    unit : str
        Of the pixels, for the bar.
    is_stretched : bool
        Whether the scale is linear up to some times the noise only and logarithmic above, so that artefacts next to a
        bright source are seen.
    """
    from matplotlib.colors import AsinhNorm

    half = 0.5 * cell_arcsec * np.array(pixels.shape)
    centre = 0.5 * cell_arcsec
    extent = (half[1] + centre, -half[1] + centre, -half[0] - centre, half[0] - centre)
    norm = AsinhNorm(LINEAR_SIGMAS * robust_noise(pixels)) if is_stretched else None
    drawn = axes.imshow(pixels, origin="lower", cmap="viridis", norm=norm, extent=extent, interpolation="nearest")
    bar = axes.figure.colorbar(drawn, ax=axes, shrink=0.85, pad=0.02)
    bar.set_label(unit, fontsize=SMALL + 2)
    bar.ax.tick_params(labelsize=SMALL + 1)
    draw_beam(axes, beam, corner=(extent[0], extent[2]))
    axes.set_xlabel("offset in right ascension (arcsec)")
    axes.set_ylabel("offset in declination (arcsec)")
    axes.tick_params(labelsize=SMALL + 1)


def draw_beam(axes: Axes, beam: tuple[float, float, float], *, corner: tuple[float, float]) -> None:
    """Draw the beam as an ellipse near the lower left corner."""
    from matplotlib.patches import Ellipse

    major, minor, angle = beam
    place = (corner[0] - major, corner[1] + major)
    # The x axis runs to the left, so an angle from north through east turns the other way than matplotlib's.
    axes.add_patch(Ellipse(place, minor, major, angle=-angle, fc="white", ec="black", lw=0.8, alpha=0.9))


def mark_place(axes: Axes, *, east_arcsec: float, north_arcsec: float, name: str) -> None:
    """Mark a place with an open cross, so that what lies under it stays visible."""
    axes.plot(east_arcsec, north_arcsec, "+", color="white", ms=14, mew=2.2)
    axes.plot(east_arcsec, north_arcsec, "+", color="#D55E00", ms=14, mew=1.0, label=name)
