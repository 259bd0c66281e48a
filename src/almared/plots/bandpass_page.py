"""The page of mean bandpasses, a column per window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from almared.measure.bandpass import MeanBandpass
from almared.plots.palette import SMALL, legend_outside
from almared.plots.spectra import plot_mean_bandpass

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 4


def draw_bandpass_page(figure: Figure, pairs: Sequence[tuple[MeanBandpass, MeanBandpass | None]]) -> None:
    """Draw the bandpass of every window averaged over antennas: amplitude above, phase below.

    Parameters
    ----------
    figure : Figure
        An empty one.
    pairs : sequence of (MeanBandpass, MeanBandpass or None)
        As solved, and smoothed where there is a smoothed table.
    """
    rows = -(-len(pairs) // COLUMNS)
    columns = min(COLUMNS, len(pairs))
    figure.set_size_inches(max(3.2 * columns, 6.4), 3.6 * rows + 1.0)
    axes = figure.subplots(2 * rows, columns, squeeze=False)
    for place, (raw, smoothed) in enumerate(pairs):
        row, column = 2 * (place // COLUMNS), place % COLUMNS
        above, below = axes[row, column], axes[row + 1, column]
        plot_mean_bandpass(above, below, raw=raw, smoothed=smoothed)
        above.set_title(f"spw {raw.spw_id}", fontsize=SMALL + 2, pad=3)
        above.tick_params(labelbottom=False)
        below.set_xlabel("frequency (GHz)", fontsize=SMALL + 1)
        if column == 0:
            above.set_ylabel("amplitude", fontsize=SMALL + 1)
            below.set_ylabel("phase (deg)", fontsize=SMALL + 1)
    for spare in range(len(pairs), rows * COLUMNS if rows > 1 else columns):
        for part in (0, 1):
            axes[2 * (spare // COLUMNS) + part, spare % COLUMNS].set_visible(False)
    figure.suptitle("Bandpass averaged over antennas", fontsize=11)
    legend_outside(figure, axes[0, 0])
