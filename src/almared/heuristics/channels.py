"""Channels that are flagged or left out (domain A.8 steps 10 and 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.catalogue import body_name, zenith_opacity
from almared.model import Choice, Evidence, ExecutionBlock, SpectralWindow

TDM_EDGE_FRACTION = 0.0625
"""Part of a TDM window flagged at each edge: 0~7;120~127 of 128 (domain A.8 step 10)."""

CENTRAL_FRACTION = 0.2
"""Part of a window for the phases before the bandpass (delivered scripts of CASA 4.3 and 4.4, domain J1)."""

STRONG_LINE_OPACITY = 0.05
"""Excess over the window's median opacity that makes a telluric line strong: 5 % of amplitude and more (ours)."""

MUCH_OF_A_WINDOW = 0.2
"""Warned about when planet lines take more of a window (domain A.8 step 10)."""

GHZ = 1e9
LINES: dict[str, dict[str, tuple[tuple[float, float], ...]]] = {
    "Neptune": {
        "CO": ((114.00, 116.50), (227.00, 234.50), (340.00, 351.50), (455.00, 467.50), (686.00, 696.50),
               (803.00, 810.50)),
    },
    "Titan": {
        "CO": ((114.93, 115.66), (229.51, 231.71), (343.86, 347.58), (458.34, 463.74), (687.83, 694.58),
               (803.55, 809.76)),
        "13CO": ((110.19, 110.21), (220.30, 220.50), (330.39, 330.78), (440.47, 441.10), (660.68, 661.46),
                 (770.74, 771.63), (880.83, 881.72)),
        "HCN": ((88.46, 88.80), (176.75, 177.78), (264.99, 266.78), (353.33, 355.68), (441.79, 444.47),
                (618.52, 622.09), (707.09, 710.66), (795.65, 799.22), (883.92, 887.75)),
        "HC15N": ((86.05, 86.06), (172.07, 172.14), (258.07, 258.24), (430.07, 430.40), (602.02, 602.53),
                  (773.97, 774.55), (859.93, 860.52)),
        "H13CN": ((86.34, 86.34), (172.65, 172.71), (258.94, 259.09), (431.49, 431.83), (604.04, 604.49),
                  (776.56, 777.08), (862.81, 863.33)),
    },
}  # fmt: skip
"""Lines of the bodies themselves that their models do not have, GHz (domain A.8 step 10)."""


def choose_tdm_edges(eb: ExecutionBlock, spw_ids: Sequence[int]) -> Choice[str]:
    """Return the edge channels of the TDM windows to flag, such as ``17:0~7;120~127``; empty when none is TDM."""
    windows = [eb.spws[i] for i in spw_ids if eb.spws[i].is_tdm]
    parts = []
    for window in windows:
        n, edge = window.n_channels, round(TDM_EDGE_FRACTION * window.n_channels)
        if edge:
            parts.append(f"{window.id}:0~{edge - 1};{n - edge}~{n - 1}")
    reason = "6.25 % at each edge of TDM windows, where the filter falls" if parts else "no window is TDM"
    return Choice(",".join(parts), reason, rule="domain A.8 step 10")


@dataclass(frozen=True, slots=True)
class PlanetLine:
    """Channels of a flux calibrator in which the body has a line of its own.

    Parameters
    ----------
    field_id : int
        The calibrator.
    selection : str
        Such as ``17:100~220``.
    species : str
        Such as ``CO of Titan``.
    fraction : float
        Part of the window that goes.
    """

    field_id: int
    selection: str
    species: str
    fraction: float


def choose_planet_lines(
    eb: ExecutionBlock, field_ids: Sequence[int], spw_ids: Sequence[int]
) -> Choice[tuple[PlanetLine, ...]]:
    """Return the channels with lines of Neptune or Titan themselves; each window and species once.

    References
    ----------
    domain.md A.8 step 10: for fields named so exactly; duplicates, which the old generator wrote for a source with
    AMPLI and FLUX, are not made; a warning when more than a fifth of a window goes.
    """
    found = []
    for field_id in dict.fromkeys(field_ids):
        body = body_name(eb.fields[field_id].name) or ""
        for species, ranges in LINES.get(body, {}).items():
            for spw_id in spw_ids:
                found += _lines_in(eb.spws[spw_id], ranges, field_id, f"{species} of {body}")
    much = sorted({line.selection.split(":")[0] for line in found if line.fraction > MUCH_OF_A_WINDOW})
    return Choice(
        tuple(found),
        "lines of the body itself, which its model does not have" if found else "no line of a planet in the windows",
        rule="domain A.8 step 10",
        warning=f"lines take more than a fifth of spw {', '.join(much)}" if much else "",
    )


def _lines_in(
    window: SpectralWindow, ranges: Sequence[tuple[float, float]], field_id: int, species: str
) -> list[PlanetLine]:
    centres = channel_frequencies(window)
    half = 0.5 * window.channel_width_hz
    found = []
    for low, high in ranges:
        inside = np.flatnonzero((centres + half >= low * GHZ) & (centres - half <= high * GHZ))
        if inside.size:
            selection = f"{window.id}:{inside[0]}~{inside[-1]}"
            found.append(PlanetLine(field_id, selection, species, inside.size / window.n_channels))
    return found


def channel_frequencies(window: SpectralWindow) -> NDArray[np.float64]:
    """Return the centres of the channels (Hz)."""
    return np.asarray(window.first_channel_hz + np.arange(window.n_channels) * window.channel_step_hz)


def choose_phase_channels(eb: ExecutionBlock, spw_ids: Sequence[int], *, whole: bool = False) -> Choice[str]:
    """Return the channels for the phases before the bandpass, such as ``17:192~287,19:51~76``.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spw_ids : sequence of int
        Windows.
    whole : bool
        Take whole windows (weak calibrators).

    References
    ----------
    domain.md A.8 step 13 and J1: the central fifth, moved away from strong telluric lines by the opacity table.
    """
    if whole:
        return Choice(",".join(map(str, spw_ids)), "weak calibrator: whole windows", rule="domain A.12")
    pwv = float(np.median([p.pwv_m for p in eb.pwv])) if eb.pwv else 1.5e-3
    parts, moved = [], []
    for spw_id in spw_ids:
        first, last, is_moved = _quiet_stretch(eb.spws[spw_id], pwv)
        parts.append(f"{spw_id}:{first}~{last}")
        moved += [str(spw_id)] if is_moved else []
    told = f", moved away from a telluric line in spw {', '.join(moved)}" if moved else ""
    return Choice(
        ",".join(parts),
        f"the central fifth of each window{told}",
        (Evidence("water vapour", round(1e3 * pwv, 2), "mm", source="CalWVR" if eb.pwv else "assumed"),),
        rule="domain A.8 step 13, J1",
    )


def _quiet_stretch(window: SpectralWindow, pwv_m: float) -> tuple[int, int, bool]:
    """Return first and last channel of a stretch without strong line near the centre, and whether it is moved."""
    n = window.n_channels
    size = max(1, round(CENTRAL_FRACTION * n))
    centre = (n - size) // 2
    tau = zenith_opacity(channel_frequencies(window), pwv_m)
    strong = tau - np.median(tau) > STRONG_LINE_OPACITY
    spoiled = np.convolve(strong, np.ones(size), mode="valid")
    edge = round(TDM_EDGE_FRACTION * n)
    starts = np.arange(edge, max(edge, n - edge - size) + 1)
    starts = starts[starts <= n - size]
    if not starts.size:
        return centre, centre + size - 1, False
    best = min(starts.tolist(), key=lambda s: (spoiled[s], abs(s - centre)))
    return best, best + size - 1, best != centre
