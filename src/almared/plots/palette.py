"""Colours, markers and line styles that can be distinguished without seeing colours, and grids of panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D1F")
"""Okabe & Ito (2008), Color Universal Design; yellow, which is faint on white, replaced by a dark one."""

MARKERS = ("o", "^", "s", "v", "D", "P", "X", "*")
LINES = ("-", "--", "-.", ":")

GRIDS = ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 5), (5, 5), (5, 6), (6, 6), (6, 7), (7, 7),
         (7, 8), (8, 8), (9, 8))  # fmt: skip
"""Rows and columns of panels (domain C.2: up to 9 by 8)."""

SMALL = 7

FAR_OUT = 4.0
"""How many times the range of the middle half a value may be away from it and still decide the scale."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How one series is drawn.

    Parameters
    ----------
    color, marker, line : str
        As matplotlib takes them.
    """

    color: str
    marker: str
    line: str


def mark(number: int) -> Mark:
    """Return how the series of a number is drawn; colour, marker and line style all change with it.

    The second round of colours has other markers than the first, so that 64 series can be distinguished.
    """
    round_number, place = divmod(number, len(OKABE_ITO))
    return Mark(OKABE_ITO[place], MARKERS[(place + round_number) % len(MARKERS)], LINES[number % len(LINES)])


def grid_shape(n_panels: int) -> tuple[int, int]:
    """Return the smallest usual grid (rows, columns) for a number of panels; more rows where no usual one is enough."""
    found = next(((rows, columns) for rows, columns in GRIDS if rows * columns >= n_panels), None)
    return found or (int(np.ceil(n_panels / GRIDS[-1][1])), GRIDS[-1][1])


def panels(figure: Figure, n_panels: int, *, is_shared: bool = True) -> list[Axes]:
    """Return the axes of a grid on a figure, in reading order; places left over stay empty.

    Parameters
    ----------
    figure : Figure
        Where they go; it is made as large as they need.
    n_panels : int
        How many.
    is_shared : bool
        Whether all have the same scales, written at the outside only.
    """
    rows, columns = grid_shape(n_panels)
    rows = int(np.ceil(n_panels / columns))
    figure.set_size_inches(max(7.0, 1.75 * columns), max(3.2, 1.25 * rows + 1.3))
    axes = figure.subplots(rows, columns, sharex=is_shared, sharey=is_shared, squeeze=False).ravel()
    for spare in axes[n_panels:]:
        spare.set_visible(False)
    for place in range(n_panels):
        axes[place].tick_params(labelsize=SMALL)
        if is_shared and place + columns >= n_panels:
            # The panel below is empty: its scale is written here.
            axes[place].tick_params(labelbottom=True)
    return list(axes[:n_panels])


def name_panel(axes: Axes, name: str, *, fact: str = "", note: str = "") -> None:
    """Write what a panel shows above it at the left, numbers at the right, and a note into its middle."""
    axes.set_title(name, loc="left", fontsize=SMALL + 1, fontweight="bold", pad=2)
    axes.set_title(fact, loc="right", fontsize=SMALL, pad=2)
    if note:
        axes.text(0.5, 0.5, note, transform=axes.transAxes, ha="center", va="center", fontsize=SMALL + 1, color="0.35")


def label_axes(places: Sequence[Axes], *, x: str, y: str) -> None:
    """Write what the scales are: below the lowest panels and next to the first column."""
    for axes in places:
        spec = axes.get_subplotspec()
        if spec is not None and spec.is_first_col():
            axes.set_ylabel(y, fontsize=SMALL + 1)
        if any(tick.label1.get_visible() for tick in axes.xaxis.get_major_ticks()):
            axes.set_xlabel(x, fontsize=SMALL + 1)


def legend_outside(figure: Figure, axes: Axes, *, n_columns: int = 4) -> None:
    """Write the legend of one panel below all."""
    lines, names = axes.get_legend_handles_labels()
    unique = dict(zip(names, lines, strict=True))
    if unique:
        figure.legend(
            list(unique.values()),
            list(unique),
            loc="outside lower center",
            ncols=min(n_columns, len(unique)),
            fontsize=SMALL + 2,
            frameon=False,
            markerscale=1.6,
        )


def robust_limits(values: Sequence[float] | np.ndarray, margin: float = 0.08) -> tuple[float, float] | None:
    """Return limits that hold the values, save a few that are far out, with some room; None without values."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return None
    low, high = np.percentile(finite, [25.0, 75.0])
    far = FAR_OUT * (high - low) or np.inf
    finite = finite[(finite >= low - far) & (finite <= high + far)]
    low, high = finite.min(), finite.max()
    room = margin * (high - low) or 0.05 * abs(high) or 1.0
    return float(low - room), float(high + room)
