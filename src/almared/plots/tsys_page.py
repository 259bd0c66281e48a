"""Pages of system temperatures: a row per window, a column per polarisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable
from almared.heuristics.thresholds.report import TSYS_PLOT_FLAGGED
from almared.measure.bandpass import central_channels
from almared.measure.tsys import POLARIZATIONS, TsysFault, WindowTsys, flagged_fraction
from almared.plots.palette import SMALL
from almared.plots.spectra import plot_atmosphere, plot_tsys, plot_windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]

WINDOWS_PER_PAGE = 4
"""Domain C.2: at most 4 rows of windows."""

MOST_NAMED = 6


@dataclass(frozen=True, slots=True, eq=False)
class TsysPanel:
    """What is drawn of one window.

    Parameters
    ----------
    window : WindowTsys
        Its statistics.
    transmission : ndarray of float, shape (frequency,)
        Of the air, 0 to 1.
    science : sequence of (str, float, float)
        Windows that take their Tsys from it: name, lowest and highest frequency (Hz).
    faults : sequence of TsysFault
        Its faults.
    """

    window: WindowTsys
    transmission: Array
    science: Sequence[tuple[str, float, float]]
    faults: Sequence[TsysFault] = ()


def draw_tsys_page(figure: Figure, tsys: CalTable, *, shown: Sequence[TsysPanel]) -> None:
    """Draw the system temperatures of up to four windows, all antennas and scans.

    Parameters
    ----------
    figure : Figure
        An empty one.
    tsys : CalTable
        The table; antennas flagged above 99.1 per cent are left out.
    shown : sequence of TsysPanel
        Windows of this page.
    """
    n_pol = tsys.param.shape[-1]
    figure.set_size_inches(4.6 * n_pol + 0.6, 2.25 * len(shown) + 1.0)
    axes = figure.subplots(len(shown), n_pol, squeeze=False, sharex="row", sharey="row")
    kept = _without_flagged(tsys)
    for row, panel in enumerate(shown):
        for pol in range(n_pol):
            _draw(axes[row, pol], kept.of_spw(panel.window.spw_id), panel=panel, pol=pol)
        axes[row, 0].set_ylabel("Tsys (K)", fontsize=SMALL + 2)
    for pol in range(n_pol):
        axes[-1, pol].set_xlabel("frequency (GHz)", fontsize=SMALL + 2)
    figure.suptitle(
        "System temperatures: every antenna and scan (light), median (black); transmission (dotted, right scale, %);\n"
        "bars: windows that use them",
        fontsize=10,
    )


def _without_flagged(tsys: CalTable) -> CalTable:
    parts = flagged_fraction(tsys)
    limit = TSYS_PLOT_FLAGGED.value
    good = [n for n, name in enumerate(tsys.antenna_names) if parts.get(name, 1.0) <= limit]
    return tsys.where(np.isin(tsys.antenna1, good))


def _draw(axes: Axes, rows: CalTable, *, panel: TsysPanel, pol: int) -> None:
    spw_id, name = panel.window.spw_id, POLARIZATIONS[pol]
    curves = np.asarray(rows.masked(), dtype=float)
    centre = central_channels(curves.shape[1])
    frequency = rows.frequencies_hz[spw_id]
    plot_tsys(
        axes, frequency[centre], curves_k=curves[:, centre], polarization=pol, named=_named(rows, panel=panel, pol=pol)
    )
    axes.set_ylim(*_limits(curves[:, centre, pol]))
    axes.set_title(f"spw {spw_id} {name}: median {panel.window.median_k[pol]:.0f} K", fontsize=SMALL + 2, pad=3)
    second = plot_atmosphere(axes, frequency[centre], transmission=panel.transmission[centre])
    if pol + 1 < rows.param.shape[-1]:
        second.tick_params(labelright=False)
    plot_windows(axes, panel.science)
    if len(axes.lines) and axes.get_legend_handles_labels()[1] != ["median"]:
        axes.legend(fontsize=SMALL - 0.5, loc="upper right", framealpha=0.8)


def _named(rows: CalTable, *, panel: TsysPanel, pol: int) -> dict[int, str]:
    """Return the rows that are drawn thick: antennas apart from the others, and with faults, one scan of each."""
    apart = {n for n, bad in zip(panel.window.antenna_names, panel.window.is_outlier[:, pol], strict=True) if bad}
    named: dict[int, str] = {}
    for antenna in sorted(apart):
        of_antenna = np.flatnonzero(rows.antenna1 == rows.antenna_names.index(antenna))
        named.update({int(of_antenna[0]): antenna} if of_antenna.size else {})
    seen = set(apart)
    for fault in panel.faults:
        if fault.polarization == POLARIZATIONS[pol] and fault.antenna not in seen:
            at = (rows.antenna1 == rows.antenna_names.index(fault.antenna)) & (rows.scan == fault.scan)
            named.update({int(row): f"{fault.antenna} scan {fault.scan}" for row in np.flatnonzero(at)})
            seen.add(fault.antenna)
    return dict(list(named.items())[:MOST_NAMED])


def _limits(values: Array) -> tuple[float, float]:
    """Return a scale that holds nearly all curves with room for the bars below."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(np.percentile(finite, 0.5)), float(np.percentile(finite, 99.8))
    span = max(high - low, 0.05 * abs(high))
    return low - 0.35 * span, high + 0.25 * span
