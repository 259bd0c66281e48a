"""How the bandpass is solved (domain A.8 step 13, A.12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almared.heuristics.flux import FluxModel
from almared.heuristics.sensitivity import UNKNOWN_FLUX_JY, Solution, known_flux_jy, predict_snr, seconds_on
from almared.model import Choice, Evidence, ExecutionBlock, SpectralWindow

TARGET_SNR = 50.0
"""Of one solution: 2 % in amplitude (bandpassPreAverage, domain A.12)."""

SMOOTHED_CHANNELS = 20
FINE_CHANNELS = 256
FINE_WIDTH_HZ = 8e6
"""A smoothed table is made of windows with more channels, each narrower (domain A.8 step 13)."""

LONG_BASELINE_SOLINT = "inf,8MHz"
LEAST_KEPT = 8
"""Fewest solutions that a window keeps (domain A.12)."""


@dataclass(frozen=True, slots=True)
class BandpassSolints:
    """Solution intervals of the bandpass tables.

    Parameters
    ----------
    fine : str
        Of the table at channel resolution, or a few channels where one is too weak.
    smooth : str
        Of the smoothed table used downstream; empty for none.
    """

    fine: str
    smooth: str


def choose_bandpass_solints(
    eb: ExecutionBlock,
    field_id: int,
    *,
    scan_numbers: Sequence[int],
    spw_ids: Sequence[int],
    model: FluxModel | None = None,
    long_baselines: bool = False,
) -> Choice[BandpassSolints]:
    """Return the solution intervals of the bandpass.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    field_id : int
        Bandpass calibrator.
    scan_numbers, spw_ids : sequence of int
        Its scans, and the windows.
    model : FluxModel, optional
        Model of the flux calibrator, where that is the same.
    long_baselines : bool
        The long-baseline option.

    References
    ----------
    domain.md A.8 step 13: a smoothed table over 20 channels where all windows have more than 256 channels (narrower
    than 8 MHz), 8 MHz for long baselines; J15. A.12: 50 is the aim for the SNR of a solution, so weaker calibrators are
    smoothed more, keeping eight solutions in a window.
    """
    windows = [eb.spws[i] for i in spw_ids]
    ratios = {w.id: _channel_snr(eb, w, (field_id, tuple(scan_numbers)), model) for w in windows}
    evidence = tuple(
        Evidence(
            "predicted SNR per channel and antenna", round(r, 1), selection=f"spw {i}", source="radiometer equation"
        )
        for i, r in ratios.items()
    )
    known = all(known_flux_jy(eb, field_id, i, model=model) is not None for i in spw_ids)
    warning = "" if known else f"the calibrator's flux is not known: {UNKNOWN_FLUX_JY} Jy is assumed for the prediction"
    if long_baselines:
        value, reason = BandpassSolints("inf", LONG_BASELINE_SOLINT), "long baselines: smoothed to 8 MHz"
    else:
        value, reason, weak = _smoothing(windows, ratios)
        warning = "; ".join(filter(None, (warning, weak)))
    return Choice(value, reason, evidence, rule="domain A.8 step 13, A.12", warning=warning)


def _channel_snr(
    eb: ExecutionBlock, window: SpectralWindow, where: tuple[int, tuple[int, ...]], model: FluxModel | None
) -> float:
    field_id, numbers = where
    flux = known_flux_jy(eb, field_id, window.id, model=model)
    seconds = seconds_on([s for s in eb.scans if s.number in numbers], field_id, window.id)
    solution = Solution(window.id, seconds, window.channel_width_hz, UNKNOWN_FLUX_JY if flux is None else flux)
    return predict_snr(eb, solution)


def _smoothing(windows: Sequence[SpectralWindow], ratios: dict[int, float]) -> tuple[BandpassSolints, str, str]:
    """Return intervals, reason and warning from the predicted SNR per channel."""
    is_fine = all(w.n_channels > FINE_CHANNELS and w.channel_width_hz < FINE_WIDTH_HZ for w in windows)
    worst = min(ratios.values())
    needed = max(1, -(-int(TARGET_SNR**2) // max(int(worst**2), 1)))
    most = max(1, min(w.n_channels for w in windows) // LEAST_KEPT)
    width = min(max(needed, SMOOTHED_CHANNELS if is_fine else 1), most)
    reached = worst * width**0.5
    weak = f"even {width} channels reach only SNR {reached:.0f}" if reached < TARGET_SNR else ""
    if width == 1:
        return BandpassSolints("inf", ""), f"one solution per channel: predicted SNR {worst:.0f} is enough", weak
    reason = f"smoothed over {width} channels: predicted SNR {worst:.0f} per channel, {reached:.0f} smoothed"
    return BandpassSolints("inf", f"inf,{width}ch"), reason, weak
