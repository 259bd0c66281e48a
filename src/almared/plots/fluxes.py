"""Fluxes of the phase calibrators of all execution blocks over frequency, to see whether their spectra are smooth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from almared.plots.palette import label_axes, legend_outside, mark, name_panel, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

APART = 0.003
"""Shift of the execution blocks in frequency, part of the span, so that equal values do not hide each other."""

DASH = 0.03
"""Half the length of the dash at the flux used, part of the span."""


def write_flux_plot(path: Path, document: Mapping[str, Any]) -> None:
    """Write the figure of the record of a combination as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    draw_fluxes(figure, document)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def draw_fluxes(figure: Figure, document: Mapping[str, Any]) -> None:
    """Draw a panel per calibrator: what each execution block found, the law fluxscale fitted, the flux used.

    Parameters
    ----------
    figure : Figure
        An empty one.
    document : mapping
        ``combination.json`` (docs/combining.md).
    """
    sources = sorted({flux["source"] for flux in document["fluxes"]})
    places = panels(figure, len(sources), is_shared=False)
    figure.set_size_inches(7.5 * len({axes.get_position().x0 for axes in places}), 4.6)
    for axes, source in zip(places, sources, strict=True):
        plot_fluxes(axes, document, source=source)
        name_panel(axes, source)
    label_axes(places, x="frequency (GHz)", y="flux density (Jy)")
    legend_outside(figure, places[0], n_columns=2)


def plot_fluxes(axes: Axes, document: Mapping[str, Any], *, source: str) -> None:
    """Draw the fluxes of one calibrator."""
    fluxes = [flux for flux in document["fluxes"] if flux["source"] == source]
    ghz = np.array([flux["frequency_ghz"] for flux in fluxes])
    span = float(np.ptp(ghz)) or 1.0
    for number, execution in enumerate(document["executions"]):
        _plot_execution(axes, fluxes, execution=execution, number=number, shift_ghz=APART * span * number)
    used = [(flux["frequency_ghz"], value) for flux in fluxes for value in set(flux["used_jy"].values()) if value]
    if used:
        places, values = (np.array(column) for column in zip(*used, strict=True))
        axes.hlines(values, places - DASH * span, places + DASH * span, color="black", linewidth=2, label="used")
    known = [(flux["frequency_ghz"], flux["known_jy"]) for flux in fluxes if flux["known_jy"]]
    if known:
        axes.plot(*zip(*known, strict=True), color="0.4", linestyle=":", linewidth=2, label="known from elsewhere")
    axes.set_xlim(ghz.min() - 0.08 * span, ghz.max() + 0.08 * span)
    axes.grid(alpha=0.3)


def _plot_execution(
    axes: Axes, fluxes: list[Mapping[str, Any]], *, execution: Mapping[str, Any], number: int, shift_ghz: float
) -> None:
    look = mark(number)
    own = [(flux["frequency_ghz"], one) for flux in fluxes for one in flux["own"] if one["ms"] == execution["ms"]]
    name = f"{execution['ms'].partition('.')[0]}  {execution['middle'][:10]}"
    axes.errorbar(
        [ghz + shift_ghz for ghz, _ in own],
        [one["flux_jy"] for _, one in own],
        yerr=[one["error_jy"] for _, one in own],
        color=look.color,
        marker=look.marker,
        linestyle="none",
        capsize=3,
        label=name,
    )
    for fit in (fit for fit in execution["fits"] if own and fit["source"] == fluxes[0]["source"]):
        ghz = np.linspace(min(f["frequency_ghz"] for f in fluxes), max(f["frequency_ghz"] for f in fluxes), 40)
        law = fit["flux_jy"] * (ghz * 1e9 / fit["reference_hz"]) ** fit["spectral_index"]
        axes.plot(ghz, law, color=look.color, linestyle=look.line, linewidth=1)
