"""Curves over frequency: system temperatures, bandpasses, spectra; with the atmosphere behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from almared.measure.bandpass import MeanBandpass
from almared.physics.constants import GHZ
from almared.plots.palette import OKABE_ITO, SMALL, mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

Array = NDArray[Any]

ATMOSPHERE = "#8C6D1F"


def plot_tsys(
    axes: Axes,
    frequency_hz: Array,
    *,
    curves_k: Array,
    polarization: int,
    named: Mapping[int, str],
) -> None:
    """Draw the system temperatures of all antennas and scans in one polarisation, and their median.

    Parameters
    ----------
    axes : Axes
        Where.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels.
    curves_k : ndarray of float, K, shape (row, frequency, polarization)
        One row per antenna and scan, NaN where flagged.
    polarization : int
        Which of them.
    named : mapping of int to str
        Rows that stand apart: drawn thick and named.
    """
    ghz = frequency_hz / GHZ
    shown = curves_k[..., polarization]
    axes.plot(ghz, shown.T, color="#56B4E9", lw=0.4, alpha=0.6, zorder=2)
    for place, (row, name) in enumerate(named.items()):
        style = mark(place + 1)
        axes.plot(ghz, shown[row], color=style.color, ls=style.line, lw=1.2, zorder=4, label=name)
    good = np.isfinite(shown).any(axis=0)
    if good.any():
        axes.plot(ghz[good], np.nanmedian(shown[:, good], axis=0), color="black", lw=1.4, zorder=5, label="median")
    axes.set_xlim(ghz.min(), ghz.max())
    axes.xaxis.set_major_locator(few_ticks())
    axes.tick_params(labelsize=SMALL + 1)


def plot_atmosphere(axes: Axes, frequency_hz: Array, *, transmission: Array) -> Axes:
    """Draw the transmission of the air on a second scale at the right, and return that one."""
    second = axes.twinx()
    second.plot(frequency_hz / GHZ, 100 * transmission, color=ATMOSPHERE, ls=":", lw=1.4, label="transmission")
    low = min(100 * float(np.nanmin(transmission)) - 3.0, 90.0)
    second.set_ylim(max(low, 0.0), 101.0)
    second.tick_params(labelsize=SMALL, colors=ATMOSPHERE)
    return second


def plot_windows(axes: Axes, windows: Sequence[tuple[str, float, float]]) -> None:
    """Draw where other windows lie as bars at the bottom: name, lowest and highest frequency (Hz)."""
    for place, (name, low, high) in enumerate(windows):
        level = 0.03 + 0.07 * (place % 3)
        axes.plot(
            [low / GHZ, high / GHZ], [level, level], transform=axes.get_xaxis_transform(), color="black", lw=2.5,
            solid_capstyle="butt",
        )  # fmt: skip
        axes.text(
            (low + high) / 2 / GHZ, level + 0.01, name, transform=axes.get_xaxis_transform(), ha="center", va="bottom",
            fontsize=SMALL,
        )  # fmt: skip


def plot_mean_bandpass(axes: Axes, phase_axes: Axes, *, raw: MeanBandpass, smoothed: MeanBandpass | None) -> None:
    """Draw the mean bandpass of a window, amplitude above and phase below, and the smoothed one over it."""
    ghz = raw.frequency_hz / GHZ
    for axis, values, others in (
        (axes, raw.amplitude, None if smoothed is None else smoothed.amplitude),
        (phase_axes, raw.phase_deg, None if smoothed is None else smoothed.phase_deg),
    ):
        _plot_polarizations(axis, ghz, values=values, colors=(OKABE_ITO[0], OKABE_ITO[5]), name="as solved")
        if others is not None:
            _plot_polarizations(axis, ghz, values=others, colors=(OKABE_ITO[1], OKABE_ITO[4]), name="smoothed")
        axis.set_xlim(ghz.min(), ghz.max())
        axis.xaxis.set_major_locator(few_ticks())
        axis.tick_params(labelsize=SMALL)


def _plot_polarizations(axes: Axes, ghz: Array, *, values: Array, colors: Sequence[str], name: str) -> None:
    is_over = name != "as solved"
    for pol in range(values.shape[1]):
        line = (("-", "--"), ("-.", ":"))[is_over][pol]
        label = f"{name} {'XY'[pol]}"
        axes.plot(ghz, values[:, pol], color=colors[pol], ls=line, lw=1.4 if is_over else 0.8, label=label)


def few_ticks() -> MaxNLocator:
    """Return a rule for few ticks: frequencies are long numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def plot_spectrum(axes: Axes, frequency_hz: Array, *, values: Array, names: Sequence[str], points: bool = True) -> None:
    """Draw amplitudes or phases over frequency, one series per polarisation.

    Parameters
    ----------
    axes : Axes
        Where.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels.
    values : ndarray of float, shape (frequency, polarization)
        NaN where there are no data.
    names : sequence of str
        Of the polarisations.
    points : bool
        Draw points, otherwise steps.
    """
    ghz = frequency_hz / GHZ
    for pol, name in enumerate(names):
        style = mark(pol)
        if points:
            axes.plot(ghz, values[:, pol], ls="", marker=style.marker, ms=2.5, color=style.color, label=name)
        else:
            axes.step(ghz, values[:, pol], where="mid", color=style.color, ls=("-", "--")[pol % 2], lw=0.8, label=name)
    axes.set_xlim(ghz.min(), ghz.max())
    axes.xaxis.set_major_locator(few_ticks())
    axes.tick_params(labelsize=SMALL + 1)
