"""Pages of gains over time, a panel per antenna."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from almared.formats.caltable import CalTable
from almared.physics.robust import median
from almared.plots.palette import label_axes, legend_outside, name_panel, panels, robust_limits
from almared.plots.phases import Array, GainSeries, plot_gains

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FULL_TURN_DEG = 180.0


@dataclass(frozen=True, slots=True)
class GainPage:
    """What a page of gains shows.

    Parameters
    ----------
    title : str
        Above all.
    refant : str
        Reference antenna.
    is_phase : bool
        Phases (deg), otherwise amplitudes.
    """

    title: str
    refant: str
    is_phase: bool


def draw_gains_page(figure: Figure, table: CalTable, *, antennas: Sequence[str], page: GainPage) -> None:
    """Draw the gains of every antenna over time on one common scale.

    Parameters
    ----------
    figure : Figure
        An empty one.
    table : CalTable
        Gains (G or T Jones) of the fields to show.
    antennas : sequence of str
        Names, in the order of the panels.
    page : GainPage
        What is shown.
    """
    places = panels(figure, len(antennas))
    begin = float(table.time_mjd_s.min())
    every: list[Array] = []
    for axes, name in zip(places, antennas, strict=True):
        series = _series(table.of_antenna(name), begin, is_phase=page.is_phase)
        plot_gains(axes, series)
        every.append(np.concatenate([one.values.ravel() for one in series]) if series else np.zeros(0))
        has_any = bool(np.isfinite(every[-1]).any())
        fact = "reference antenna" if name == page.refant else ""
        name_panel(axes, name, fact=fact, note="" if has_any else "all flagged")
    if page.is_phase:
        places[0].set_ylim(-1.1 * FULL_TURN_DEG, 1.1 * FULL_TURN_DEG)
        places[0].set_yticks([-FULL_TURN_DEG, 0, FULL_TURN_DEG])
    else:
        _scale_amplitudes(places, every)
    figure.suptitle(page.title, fontsize=11)
    label_axes(places, x="time (min)", y="phase (deg)" if page.is_phase else "amplitude")
    legend_outside(figure, max(places, key=lambda axes: len(axes.lines)))


def _scale_amplitudes(places: Sequence[Axes], every: Sequence[Array]) -> None:
    """Set the scale by the bulk of the antennas, and mark the panels with values outside of it."""
    limits = robust_limits(np.concatenate(every))
    if limits is None:
        return
    places[0].set_ylim(*limits)
    for axes, values in zip(places, every, strict=True):
        middle = median(values)
        if not limits[0] <= middle <= limits[1] and np.isfinite(middle):
            axes.text(0.5, 0.5, f"out of scale:\n{middle:.3g}", transform=axes.transAxes, ha="center", va="center")


def _series(rows: CalTable, begin: float, *, is_phase: bool) -> list[GainSeries]:
    found = []
    for number, spw_id in enumerate(rows.spw_ids):
        window = rows.of_spw(spw_id)
        order = np.argsort(window.time_mjd_s)
        gains = window.masked()[order, 0]
        values: Array = np.rad2deg(np.angle(gains)) if is_phase else np.abs(gains)
        values = np.where(np.isfinite(gains), values, np.nan)
        names = ("X", "Y") if gains.shape[1] == 2 else ("X+Y",)
        found.append(GainSeries(number, f"spw {spw_id}", (window.time_mjd_s[order] - begin) / 60.0, values, names))
    return found
