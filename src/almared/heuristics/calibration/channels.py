"""Channels to flag or exclude (domain A.8 steps 10 and 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.channels import (
    PHASE_CHANNEL_FRACTION,
    PHASE_LEAST_SNR,
    PLANET_LINE_SHARE,
    STRONG_LINE_OPACITY,
    TDM_EDGE_FRACTION,
)
from almared.heuristics.thresholds.general import ASSUMED_PWV
from almared.model import ChannelRange, Choice, Evidence, ExecutionBlock, Selection, SpectralWindow
from almared.physics.atmosphere import zenith_opacity
from almared.physics.bodies import body_name
from almared.physics.constants import GHZ

_LINE_SHARE = PLANET_LINE_SHARE.value
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
"""Lines of the bodies that are missing in their models, GHz (domain A.8 step 10)."""


def choose_tdm_edges(eb: ExecutionBlock, spw_ids: Sequence[int]) -> Choice[str]:
    """Return the edge channels of the TDM windows to flag, such as ``17:0~7;120~127``; empty when none is TDM."""
    windows = [eb.spws[i] for i in spw_ids if eb.spws[i].is_tdm]
    edges = [
        ChannelRange.edges(w.id, of=w.n_channels, n_edge=round(TDM_EDGE_FRACTION.value * w.n_channels)) for w in windows
    ]
    text = Selection(channels=tuple(chain.from_iterable(edges))).parameter("spw")
    reason = "6.25 % at each edge of TDM windows, where the filter response drops" if text else "no window is TDM"
    return Choice(text, reason, rule="domain A.8 step 10")


@dataclass(frozen=True, slots=True)
class PlanetLine:
    """Channels of a flux calibrator affected by a line of the body.

    Parameters
    ----------
    field_id : int
        The calibrator.
    selection : str
        Such as ``17:100~220``.
    species : str
        Such as ``CO of Titan``.
    fraction : float
        Fraction of the window.
    """

    field_id: int
    selection: str
    species: str
    fraction: float


def choose_planet_lines(
    eb: ExecutionBlock, field_ids: Sequence[int], *, spw_ids: Sequence[int]
) -> Choice[tuple[PlanetLine, ...]]:
    """Return the channels with lines of Neptune or Titan; each window and species once.

    References
    ----------
    domain.md A.8 step 10, G25: for fields named so exactly; duplicates, which the old generator wrote for a source with
    AMPLI and FLUX, are not made; a warning when more than a fifth of a window goes.
    """
    found = []
    for field_id in dict.fromkeys(field_ids):
        body = body_name(eb.fields[field_id].name) or ""
        for species, ranges in LINES.get(body, {}).items():
            for spw_id in spw_ids:
                found += _lines_in(eb.spws[spw_id], ranges, field_id=field_id, species=f"{species} of {body}")
    shares = {spw_id: _share(eb.spws[spw_id], found) for spw_id in spw_ids}
    much = [f"{100 * share:.0f} % of spw {i}" for i, share in shares.items() if share > _LINE_SHARE]
    return Choice(
        tuple(found),
        "lines of the body, which are missing in its model" if found else "no line of a planet in the windows",
        tuple(Evidence("channels with lines", round(100 * s, 1), "%", f"spw {i}") for i, s in shares.items() if s),
        rule="domain A.8 step 10",
        warning=f"lines of the flux calibrator take {', '.join(much)}" if much else "",
    )


def _share(window: SpectralWindow, lines: Sequence[PlanetLine]) -> float:
    """Return the fraction of a window covered by lines; overlaps count once."""
    taken = np.zeros(window.n_channels, dtype=bool)
    for channels in chain.from_iterable(Selection.parse({"spw": line.selection}).channels for line in lines):
        if channels.spw == window.id:
            taken[channels.first : channels.last + 1] = True
    return float(taken.mean())


def _lines_in(
    window: SpectralWindow, ranges: Sequence[tuple[float, float]], *, field_id: int, species: str
) -> list[PlanetLine]:
    centres = channel_frequencies(window)
    half = 0.5 * window.channel_width_hz
    found = []
    for low, high in ranges:
        inside = np.flatnonzero((centres + half >= low * GHZ) & (centres - half <= high * GHZ))
        if inside.size:
            # Both ends even for a single channel, as in scripts of earlier plans.
            selection = f"{window.id}:{inside[0]}~{inside[-1]}"
            found.append(PlanetLine(field_id, selection, species, inside.size / window.n_channels))
    return found


def channel_frequencies(window: SpectralWindow) -> NDArray[np.float64]:
    """Return the centres of the channels (Hz)."""
    return np.asarray(window.first_channel_hz + np.arange(window.n_channels) * window.channel_step_hz)


def choose_phase_channels(
    eb: ExecutionBlock,
    spw_ids: Sequence[int],
    *,
    whole: bool = False,
    integration_snr: Mapping[int, float] | None = None,
) -> Choice[str]:
    """Return the channels for the phase solutions before the bandpass, such as ``17:192~287,19:51~76``.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spw_ids : sequence of int
        Windows.
    whole : bool
        Use whole windows (weak calibrators).
    integration_snr : mapping of int to float, optional
        Per window the predicted SNR of a phase of one antenna, integration and polarisation from all its channels.

    References
    ----------
    domain.md A.8 step 13, J1, G26: the central fifth (more for a weak calibrator, A.12), moved away from
    strong telluric lines by the opacity table.
    """
    if whole:
        return Choice(",".join(map(str, spw_ids)), "weak calibrator: whole windows", rule="domain A.12")
    pwv = float(np.median([p.pwv_m for p in eb.pwv])) if eb.pwv else ASSUMED_PWV.value
    known = integration_snr or {}
    stretches = [_quiet_stretch(eb.spws[i], pwv, fraction=_needed_fraction(known.get(i))) for i in spw_ids]
    measured = (
        Evidence("water vapour", round(1e3 * pwv, 2), "mm", source="CalWVR" if eb.pwv else "assumed"),
        *(Evidence("predicted SNR per integration", round(v, 1), "", f"spw {i}") for i, v in known.items()),
    )
    return Choice(
        Selection(channels=tuple(s.channels for s in stretches)).parameter("spw"),
        _stretches_told(stretches),
        measured,
        rule="domain A.8 step 13, J1",
        warning=_weak_told(known),
    )


def _needed_fraction(snr: float | None) -> float:
    """Return the fraction of a window that gives a phase its minimum SNR: a fifth, or more for weak calibrators."""
    usual = PHASE_CHANNEL_FRACTION.value
    if not snr:
        return usual
    return min(1.0, max(usual, (PHASE_LEAST_SNR.value / snr) ** 2))


def _weak_told(known: Mapping[int, float]) -> str:
    weak = [str(i) for i, snr in known.items() if snr < PHASE_LEAST_SNR.value]
    if not weak:
        return ""
    return f"phases of one integration reach less than SNR 5 in spw {', '.join(weak)}: consider --low-snr"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Channels of a window, and whether they are moved from the centre or more than the usual part."""

    channels: ChannelRange
    is_moved: bool
    is_wide: bool


def _stretches_told(stretches: Sequence[_Stretch]) -> str:
    moved = ", ".join(str(s.channels.spw) for s in stretches if s.is_moved)
    wide = ", ".join(str(s.channels.spw) for s in stretches if s.is_wide)
    reason = "the central fifth of each window"
    reason += f", more for enough signal in spw {wide}" if wide else ""
    return reason + (f", moved away from a telluric line in spw {moved}" if moved else "")


def _quiet_stretch(window: SpectralWindow, pwv_m: float, *, fraction: float) -> _Stretch:
    """Return the range of this size with the fewest channels in strong lines, nearest to the centre."""
    n = window.n_channels
    edge = round(TDM_EDGE_FRACTION.value * n)
    size = max(1, min(round(fraction * n), n - 2 * edge))
    centre = (n - size) // 2
    tau = zenith_opacity(channel_frequencies(window), pwv_m)
    strong = tau - np.median(tau) > STRONG_LINE_OPACITY.value
    spoiled = np.convolve(strong, np.ones(size), mode="valid")
    starts = range(edge, n - edge - size + 1)
    best = min(starts, key=lambda s: (spoiled[s], abs(s - centre)), default=centre)
    is_wide = size > round(PHASE_CHANNEL_FRACTION.value * n) + 1
    return _Stretch(ChannelRange(window.id, best, best + size - 1), spoiled[best] < spoiled[centre], is_wide)
