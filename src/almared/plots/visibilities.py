"""Averaged visibilities over the length of the baseline, and the uv plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.plots.palette import OKABE_ITO, SMALL, mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]

MOST_POINTS = 20_000
"""Points drawn of one series: more cannot be distinguished, and make the figure large."""


def plot_uvdist(axes: Axes, uvdist_m: Array, *, values: Array, number: int, name: str) -> None:
    """Draw averaged values over the length of the baseline.

    Parameters
    ----------
    axes : Axes
        Where.
    uvdist_m : ndarray of float, m, shape (time, baseline_id)
        Projected lengths.
    values : ndarray of float, shape (time, baseline_id, polarization)
        Amplitudes or phases, NaN where there are none.
    number : int
        Which series of the figure: it decides colour and marker.
    name : str
        For the legend.
    """
    lengths = np.broadcast_to(uvdist_m[..., np.newaxis], values.shape).ravel()
    flat = values.ravel()
    good = np.flatnonzero(np.isfinite(flat) & np.isfinite(lengths))
    good = good[:: max(1, -(-good.size // MOST_POINTS))]
    style = mark(number)
    axes.plot(lengths[good], flat[good], style.marker, ms=2.6, mew=0.0, alpha=0.6, color=style.color, label=name)
    axes.tick_params(labelsize=SMALL + 1)


def plot_uv(axes: Axes, uv_m: Sequence[Array]) -> None:
    """Draw the uv coverage: every point and its conjugate, m, each array of shape (time, baseline_id, 2)."""
    for points in uv_m:
        u, v = points[..., 0].ravel(), points[..., 1].ravel()
        step = max(1, -(-u.size // MOST_POINTS))
        axes.plot(u[::step], v[::step], ".", ms=1.5, color=OKABE_ITO[0])
        axes.plot(-u[::step], -v[::step], "+", ms=2.5, mew=0.4, color=OKABE_ITO[1])
    axes.set_aspect("equal")
    axes.set_xlabel("u (m)")
    axes.set_ylabel("v (m)")
    axes.tick_params(labelsize=SMALL + 1)
