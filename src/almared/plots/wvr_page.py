"""The page of phases before and after the radiometer correction, a panel per antenna."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from almared.measure.coherence import PhaseNoise, unwrapped_deg
from almared.measure.phases import ScanPhases
from almared.plots.palette import label_axes, legend_outside, name_panel, panels
from almared.plots.phases import plot_wvr_phases

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_wvr_page(figure: Figure, phases: ScanPhases, *, noises: Sequence[PhaseNoise], is_fixed: bool = False) -> None:
    """Draw the phases of all antennas, nearest to the reference antenna first.

    Parameters
    ----------
    figure : Figure
        An empty one.
    phases : ScanPhases
        Gains.
    noises : sequence of PhaseNoise
        Their scatter, which also gives the order.
    is_fixed : bool
        Wrapped phases on the fixed scale; otherwise unwrapped ones about their means on one common scale.
    """
    places = panels(figure, len(noises))
    for axes, noise in zip(places, noises, strict=True):
        column = phases.antenna_names.index(noise.antenna)
        before, after = unwrapped_deg(phases.before[:, column]), unwrapped_deg(phases.after[:, column])
        plot_wvr_phases(axes, phases.minutes, before_deg=before, after_deg=after, is_wrapped=is_fixed)
        _name(axes, noise, is_refant=noise.antenna == phases.request.refant)
    what = "wrapped, fixed scale" if is_fixed else "unwrapped, means taken off"
    figure.suptitle(
        f"Phase per integration against {phases.request.refant}: scan {phases.request.scan}, "
        f"spw {phases.request.spw_id}, {phases.polarization} ({what})",
        fontsize=11,
    )
    label_axes(places, x="time in scan (min)", y="phase (deg)")
    legend_outside(figure, places[-1])


def _name(axes: Axes, noise: PhaseNoise, *, is_refant: bool) -> None:
    if is_refant:
        name_panel(axes, noise.antenna, fact="reference antenna")
        return
    has_phases = np.isfinite(noise.before_deg) or np.isfinite(noise.after_deg)
    fact = f"{noise.before_deg:.0f} to {noise.after_deg:.0f} deg" + ("" if noise.is_improved else " NI")
    name = f"{noise.antenna} {noise.distance_m:.0f} m"
    name_panel(axes, name, fact=fact if has_phases else "", note="" if has_phases else "no solutions")
