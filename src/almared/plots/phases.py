"""Phases before and after the radiometer correction, and gains over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.plots.palette import OKABE_ITO, SMALL, Mark, mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]

BEFORE = Mark(OKABE_ITO[0], "o", "-")
AFTER = Mark(OKABE_ITO[2], "^", "--")

HALF_TURN_DEG = 180.0
FIXED_DEG = 200.0
"""Half the range of the fixed scale (domain C.2)."""


def plot_wvr_phases(
    axes: Axes, minutes: Array, *, before_deg: Array, after_deg: Array, is_wrapped: bool = False
) -> None:
    """Draw the phases of one antenna without and with the radiometer correction.

    Parameters
    ----------
    axes : Axes
        Where.
    minutes : ndarray of float, shape (time,)
        Since the begin of the scan.
    before_deg, after_deg : ndarray of float, deg, shape (time,)
        Unwrapped phases, NaN where flagged.
    is_wrapped : bool
        Wrap them to half a turn and fix the scale; otherwise their means are taken off.
    """
    for phases, style, name in ((before_deg, BEFORE, "without WVR"), (after_deg, AFTER, "with WVR")):
        shown = _wrapped(phases) if is_wrapped else phases - _mean(phases)
        line = "" if is_wrapped else style.line
        axes.plot(minutes, shown, color=style.color, marker=style.marker, ls=line, lw=0.8, ms=2.5, label=name)
    axes.axhline(0.0, color="0.8", lw=0.6, zorder=0)
    if is_wrapped:
        axes.set_ylim(-FIXED_DEG, FIXED_DEG)
        axes.set_yticks([-180, 0, 180])


def _wrapped(phases: Array) -> Array:
    return (phases + 180.0) % 360.0 - 180.0


def _mean(phases: Array) -> float:
    good = phases[np.isfinite(phases)]
    return float(good.mean()) if good.size else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class GainSeries:
    """Gains of one antenna in one window.

    Parameters
    ----------
    number : int
        Which series of the figure: it decides colour and marker.
    name : str
        For the legend: ``spw 17``.
    minutes : ndarray of float, shape (time,)
        Since the begin of the observation.
    values : ndarray of float, shape (time, polarization)
        Amplitudes or phases, NaN where flagged.
    polarizations : tuple of str
        Their names.
    """

    number: int
    name: str
    minutes: Array
    values: Array
    polarizations: tuple[str, ...]


def plot_gains(axes: Axes, series: Sequence[GainSeries]) -> None:
    """Draw gains over time: windows by colour and marker, X filled and full lines, Y open and dashed."""
    for one in series:
        style = mark(one.number)
        for place, polarization in enumerate(one.polarizations):
            is_first = place == 0
            minutes, values = _broken(one.minutes, one.values[:, place])
            axes.plot(
                minutes,
                values,
                color=style.color,
                marker=style.marker,
                mfc=style.color if is_first else "white",
                ls="-" if is_first else "--",
                lw=0.7,
                ms=3.0,
                mew=0.7,
                label=f"{one.name} {polarization}".strip(),
            )
    axes.tick_params(labelsize=SMALL)


def _broken(minutes: Array, values: Array) -> tuple[Array, Array]:
    """Return a series with gaps where phases wrap around, so that no line crosses the panel."""
    jumps = np.flatnonzero(np.abs(np.diff(values)) > HALF_TURN_DEG) + 1
    return np.insert(minutes, jumps, np.nan), np.insert(values, jumps, np.nan)
