"""Pages of quick images: a target, its beam, a check source next to its phase calibrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from almared.measure.quickimage import QuickImage
from almared.plots.images import MJY, mark_place, plot_image
from almared.plots.palette import SMALL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BEAMS_AROUND = 12
"""How many beams around its centre the image of a point source shows."""


def draw_quick_image(figure: Figure, quick: QuickImage, *, title: str, is_psf: bool = False) -> None:
    """Draw an image, or its point-spread function."""
    figure.set_size_inches(6.6, 5.6)
    axes = figure.subplots()
    pixels = quick.psf if is_psf else MJY * quick.image
    unit = "response" if is_psf else "brightness (mJy/beam)"
    plot_image(axes, pixels, cell_arcsec=quick.cell_arcsec, beam=quick.beam, unit=unit, is_stretched=not is_psf)
    axes.set_title(title, fontsize=10)


def draw_point_sources(figure: Figure, pairs: Sequence[tuple[str, QuickImage]]) -> None:
    """Draw the middles of images of point sources next to each other, each with the place it should have.

    Parameters
    ----------
    figure : Figure
        An empty one.
    pairs : sequence of (str, QuickImage)
        Title and image.
    """
    figure.set_size_inches(5.4 * len(pairs), 4.9)
    grid = figure.subplots(1, len(pairs), squeeze=False)[0]
    for axes, (title, quick) in zip(grid, pairs, strict=True):
        middle = quick.cut_middle(BEAMS_AROUND)
        plot_image(axes, MJY * middle, cell_arcsec=quick.cell_arcsec, beam=quick.beam, unit="brightness (mJy/beam)")
        mark_place(axes, east_arcsec=0.0, north_arcsec=0.0, name="catalogue position")
        axes.set_title(title, fontsize=SMALL + 3)
        axes.legend(fontsize=SMALL, loc="upper right")
