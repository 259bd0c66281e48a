"""Pages of averaged visibilities: calibrators over baseline and frequency, targets over frequency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.measure.averages import Averages
from almared.measure.visibilities import bin_channels, channels_per_bin
from almared.plots.palette import SMALL, legend_outside, robust_limits
from almared.plots.spectra import few_ticks, plot_spectrum
from almared.plots.visibilities import plot_uv, plot_uvdist

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]

SPECTRUM_POINTS = 128
"""Channels of a calibrator's spectrum are averaged to about so many (domain C.2)."""

COLUMNS = 4


def draw_flux_calibrator(figure: Figure, averages: Sequence[Averages], *, name: str) -> None:
    """Draw amplitude over the baseline of a calibrator of known flux: data with the model, and their ratio.

    Parameters
    ----------
    figure : Figure
        An empty one.
    averages : sequence of Averages
        Its windows.
    name : str
        The calibrator.
    """
    figure.set_size_inches(9.6, 4.6)
    left, right = figure.subplots(1, 2)
    for number, one in enumerate(averages):
        label = f"spw {one.spw_id}"
        plot_uvdist(left, one.uvdist_m, values=np.abs(one.vis), number=number, name=label)
        if one.model is not None:
            ratio = np.abs(one.vis) / np.abs(one.model)
            plot_uvdist(right, one.uvdist_m, values=ratio, number=number, name=label)
            _plot_model(left, one)
    left.set_ylabel("amplitude (Jy)")
    left.set_ylim(bottom=0.0)
    right.set_ylabel("data / model")
    right.axhline(1.0, color="black", lw=0.8)
    for axes in (left, right):
        axes.set_xlabel("projected baseline (m)")
        axes.set_xlim(left=0.0)
    figure.suptitle(f"Flux calibrator {name}: corrected data, and the model (black lines)", fontsize=11)
    legend_outside(figure, left, n_columns=5)


def _plot_model(axes: Axes, one: Averages) -> None:
    assert one.model is not None
    lengths = one.uvdist_m.ravel()
    model = np.abs(one.model).mean(axis=-1).ravel()
    order = np.argsort(lengths)
    order = order[np.isfinite(model[order])]
    axes.plot(lengths[order], model[order], color="black", lw=0.9, zorder=5, label="model")


def draw_uvdist_page(figure: Figure, averages: Sequence[Averages], *, name: str) -> None:
    """Draw amplitude and phase of a calibrator over the baseline, a column per window."""
    axes = _rows_of_two(figure, len(averages))
    for (above, below), one in zip(axes, averages, strict=True):
        for pol, correlation in enumerate(one.correlations):
            vis = one.vis[..., pol : pol + 1]
            plot_uvdist(above, one.uvdist_m, values=np.abs(vis), number=pol, name=correlation)
            plot_uvdist(below, one.uvdist_m, values=np.rad2deg(np.angle(vis)), number=pol, name=correlation)
        below.set_xlabel("projected baseline (m)", fontsize=SMALL + 1)
        _finish(above, below, one=one, amplitude=np.abs(one.vis), phase=np.rad2deg(np.angle(one.vis)))
    figure.suptitle(f"Phase calibrator {name}: corrected data over the baseline (averages of 60 s)", fontsize=11)
    legend_outside(figure, axes[0][0])


def draw_frequency_page(figure: Figure, averages: Sequence[Averages], *, name: str) -> None:
    """Draw amplitude and phase of a calibrator over frequency, averaged over all time and baselines."""
    axes = _rows_of_two(figure, len(averages))
    for (above, below), one in zip(axes, averages, strict=True):
        frequency, mean = bin_channels(
            one.spectrum,
            one.spectrum_weight,
            frequency_hz=one.frequency_hz,
            n_channels=channels_per_bin(len(one.frequency_hz), SPECTRUM_POINTS),
        )
        phase = np.rad2deg(np.angle(mean))
        plot_spectrum(above, frequency, values=np.abs(mean), names=one.correlations)
        plot_spectrum(below, frequency, values=phase, names=one.correlations)
        below.set_xlabel("frequency (GHz)", fontsize=SMALL + 1)
        _finish(above, below, one=one, amplitude=np.abs(mean), phase=phase)
    figure.suptitle(f"Phase calibrator {name}: mean over all times and baselines", fontsize=11)
    legend_outside(figure, axes[0][0])


def _rows_of_two(figure: Figure, n_windows: int) -> list[tuple[Axes, Axes]]:
    """Return axes for amplitude (above) and phase (below) of every window, up to four next to each other."""
    columns = min(COLUMNS, n_windows)
    rows = -(-n_windows // columns)
    figure.set_size_inches(max(3.0 * columns, 6.4), 4.0 * rows + 0.9)
    grid = figure.subplots(2 * rows, columns, squeeze=False)
    pairs = [
        (grid[2 * (n // columns), n % columns], grid[2 * (n // columns) + 1, n % columns])
        for n in range(rows * columns)
    ]
    for pair in pairs[n_windows:]:
        for axes in pair:
            axes.set_visible(False)
    pairs[0][0].set_ylabel("amplitude (Jy)", fontsize=SMALL + 1)
    pairs[0][1].set_ylabel("phase (deg)", fontsize=SMALL + 1)
    return pairs[:n_windows]


def _finish(above: Axes, below: Axes, *, one: Averages, amplitude: Array, phase: Array) -> None:
    above.set_title(f"spw {one.spw_id}", fontsize=SMALL + 2, pad=3)
    above.tick_params(labelbottom=False)
    below.axhline(0.0, color="0.7", lw=0.6, zorder=0)
    for axes, values in ((above, amplitude), (below, phase)):
        limits = robust_limits(values.ravel())
        if limits is not None:
            axes.set_ylim(*limits)


def draw_target_spectrum(figure: Figure, spectra: Sequence[tuple[int, Array, Array]], *, title: str) -> None:
    """Draw the amplitude of a target over frequency on its short baselines, a panel per window.

    Parameters
    ----------
    figure : Figure
        An empty one.
    spectra : sequence of (int, ndarray, ndarray)
        Window, frequencies (Hz), amplitudes (Jy, shape (frequency, polarization)).
    title : str
        Above all: which target, which baselines.
    """
    columns = min(2, len(spectra))
    rows = -(-len(spectra) // columns)
    figure.set_size_inches(5.4 * columns, 2.4 * rows + 1.0)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (spw_id, frequency, amplitude) in zip(grid, spectra, strict=False):
        names = ("XX", "YY")[: amplitude.shape[1]]
        plot_spectrum(axes, frequency, values=amplitude, names=names, points=False)
        axes.set_title(f"spw {spw_id}", fontsize=SMALL + 2, pad=3)
        axes.set_ylabel("amplitude (Jy)", fontsize=SMALL + 1)
        axes.set_xlabel("frequency (GHz)", fontsize=SMALL + 1)
        axes.xaxis.set_major_locator(few_ticks())
    for spare in grid[len(spectra) :]:
        spare.set_visible(False)
    figure.suptitle(title, fontsize=11)
    legend_outside(figure, grid[0])


def draw_uv_page(figure: Figure, averages: Sequence[Averages], *, name: str) -> None:
    """Draw the uv coverage of a target: observed points and their conjugates."""
    figure.set_size_inches(5.6, 5.8)
    axes = figure.subplots()
    plot_uv(axes, [one.uv_m for one in averages])
    axes.set_title(f"uv coverage of {name} (conjugates in the other colour)", fontsize=10)
