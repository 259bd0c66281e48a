"""A picture of an image: the continuum, or the highest channel of a cube at each place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from almared.image.planes import Planes, read_planes

SIDE_INCHES = 6.4
LOWEST = -0.1
"""Darkest colour over the brightest, so that noise and negative bowls show (domain D.4)."""


def write_preview(fits: Path, *, png: Path, title: str) -> None:
    """Write the picture of a FITS image or cube with coordinates, beam and scale.

    Raises
    ------
    InputError
        It is no FITS image.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    planes = read_planes(fits)
    picture = _flat(planes)
    figure = Figure(figsize=(SIDE_INCHES, 0.86 * SIDE_INCHES), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    highest = float(np.nanmax(picture)) * 1e3
    east, north = (half * planes.cell_arcsec / 2 for half in reversed(picture.shape))
    shown = axes.imshow(
        picture * 1e3,
        origin="lower",
        cmap="inferno",
        vmin=LOWEST * highest,
        vmax=highest,
        extent=(east, -east, -north, north),
    )
    figure.colorbar(shown, ax=axes, label="mJy/beam")
    axes.set_xlabel("offset east (arcsec)")
    axes.set_ylabel("offset north (arcsec)")
    axes.set_title(title, fontsize=10)
    _draw_beam(axes, planes, corner=(0.92 * east, -0.92 * north))
    figure.savefig(png, dpi=110, metadata={"Software": None})


def _flat(planes: Planes) -> np.ndarray:
    """Return the only plane, or the maximum over the planes where there is any value."""
    filled = np.where(np.isfinite(planes.values), planes.values, -np.inf).max(axis=0)
    return np.where(np.isfinite(filled), filled, np.nan)


def _draw_beam(axes: object, planes: Planes, *, corner: tuple[float, float]) -> None:
    from matplotlib.patches import Ellipse

    if planes.beam_arcsec is None:
        return
    major, minor = planes.beam_arcsec
    x, y = corner[0] - major / 2, corner[1] + major / 2
    # East is to the left: an angle from north through east turns against the clock on the page.
    beam = Ellipse((x, y), minor, major, angle=-planes.beam_angle_deg, facecolor="white", edgecolor="black")
    axes.add_patch(beam)  # type: ignore[attr-defined]
