"""Solution intervals of the bandpass (domain A.8 step 13, A.12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from almared.heuristics.calibration.flux import FluxModel
from almared.heuristics.calibration.sensitivity import (
    Solution,
    known_flux_jy,
    noise_bandwidth_hz,
    predict_snr,
    seconds_on,
)
from almared.heuristics.thresholds.bandpass import (
    BANDPASS_FINE_CHANNELS,
    BANDPASS_FINE_WIDTH,
    BANDPASS_LEAST_KEPT,
    BANDPASS_SMOOTH_CHANNELS,
    BANDPASS_TARGET_SNR,
)
from almared.model import Choice, Evidence, ExecutionBlock, SpectralWindow

LONG_BASELINE_SOLINT = "inf,8MHz"


@dataclass(frozen=True, slots=True)
class BandpassSolints:
    """Solution intervals of the bandpass tables.

    Parameters
    ----------
    fine : str
        Of the table at channel resolution, or of a few channels when one is too weak.
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
        Model of the flux calibrator, if it is the same source.
    long_baselines : bool
        The long-baseline option.

    References
    ----------
    domain.md A.8 step 13: a table smoothed over 20 channels when all windows have more than 256 channels (narrower
    than 8 MHz), 8 MHz for long baselines; J15. A.12: the target SNR of a solution is 50, so weaker calibrators are
    smoothed more, keeping eight solutions in a window; windows of different modes by a width in MHz.
    """
    windows = [eb.spws[i] for i in spw_ids]
    ratios = {w.id: _channel_snr(eb, w, where=(field_id, tuple(scan_numbers)), model=model) for w in windows}
    known = {i: ratio for i, ratio in ratios.items() if ratio is not None}
    evidence = tuple(
        Evidence("predicted SNR per channel and antenna", round(r, 1), selection=f"spw {i}", source="radiometer")
        for i, r in known.items()
    )
    if long_baselines:
        value, reason, weak = BandpassSolints("inf", LONG_BASELINE_SOLINT), "long baselines: smoothed to 8 MHz", ""
    elif len(known) < len(windows):
        value, reason, weak = _usual_smoothing(windows)
    else:
        value, reason, weak = _smoothing(windows, known)
    return Choice(value, reason, evidence, rule="domain A.8 step 13, A.12", warning=weak)


def _usual_smoothing(windows: Sequence[SpectralWindow]) -> tuple[BandpassSolints, str, str]:
    """Return the choice for an unknown flux, and so an unknown SNR: no extra smoothing."""
    count = _least_channels(windows)
    smooth = f"inf,{count}ch" if count > 1 else ""
    reason = f"as usual, {count} channels" if smooth else "as usual, one solution per channel"
    return BandpassSolints("inf", smooth), reason, "the calibrator's flux is unknown: check the noise of the table"


def _channel_snr(
    eb: ExecutionBlock, window: SpectralWindow, *, where: tuple[int, tuple[int, ...]], model: FluxModel | None
) -> float | None:
    field_id, numbers = where
    flux = known_flux_jy(eb, field_id, spw_id=window.id, model=model)
    if flux is None:
        return None
    seconds = seconds_on([s for s in eb.scans if s.number in numbers], field_id, spw_id=window.id)
    width = noise_bandwidth_hz(window, 1)
    return predict_snr(eb, Solution(window.id, seconds, width, flux))


def _smoothing(windows: Sequence[SpectralWindow], ratios: dict[int, float]) -> tuple[BandpassSolints, str, str]:
    """Return intervals, reason and warning from the predicted SNR per channel."""
    least = _least_channels(windows)
    needed = {w.id: max(least, _channels_needed(w, ratios[w.id])) for w in windows}
    worst, most = min(ratios.values()), max(needed.values())
    if most == 1:
        return BandpassSolints("inf", ""), f"one solution per channel: predicted SNR {worst:.0f} is enough", ""
    is_mixed = most > least and len({(w.n_channels, w.channel_width_hz) for w in windows}) > 1
    interval, counts = _in_megahertz(windows, needed) if is_mixed else _in_channels(windows, needed)
    reached = min(_smoothed_snr(w, ratios[w.id], n_channels=counts[w.id]) for w in windows)
    reason = f"smoothed over {interval}: predicted SNR {worst:.0f} per channel, {reached:.0f} smoothed"
    weak = f"even smoothed over {interval}, it only reaches SNR {reached:.0f}"
    is_weak = reached < BANDPASS_TARGET_SNR.value
    return BandpassSolints("inf", f"inf,{interval}"), reason, weak if is_weak else ""


def _least_channels(windows: Sequence[SpectralWindow]) -> int:
    return int(BANDPASS_SMOOTH_CHANNELS.value) if all(_is_fine(w) for w in windows) else 1


def _is_fine(window: SpectralWindow) -> bool:
    has_many = window.n_channels > BANDPASS_FINE_CHANNELS.value
    return has_many and window.channel_width_hz < BANDPASS_FINE_WIDTH.value


def _channels_needed(window: SpectralWindow, ratio: float) -> int:
    """Return how many channels to average for the target SNR."""
    missing = (BANDPASS_TARGET_SNR.value / max(ratio, 1e-3)) ** 2 - 1.0
    return 1 + max(0, math.ceil(missing * noise_bandwidth_hz(window, 1) / window.channel_width_hz))


def _smoothed_snr(window: SpectralWindow, ratio: float, *, n_channels: int) -> float:
    return ratio * math.sqrt(noise_bandwidth_hz(window, n_channels) / noise_bandwidth_hz(window, 1))


def _in_channels(windows: Sequence[SpectralWindow], needed: dict[int, int]) -> tuple[str, dict[int, int]]:
    """Return one number of channels for similar windows, or windows smoothed as usual."""
    most = max(1, min(w.n_channels for w in windows) // int(BANDPASS_LEAST_KEPT.value))
    count = min(max(needed.values()), most)
    return f"{count}ch", {w.id: count for w in windows}


def _in_megahertz(windows: Sequence[SpectralWindow], needed: dict[int, int]) -> tuple[str, dict[int, int]]:
    """Return one width for windows of different modes: a number of channels would be too wide in the coarse ones."""
    wanted = max(needed[w.id] * w.channel_width_hz for w in windows if needed[w.id] > 1)
    most = min(w.bandwidth_hz for w in windows) / BANDPASS_LEAST_KEPT.value
    megahertz = float(f"{min(wanted, most) * 1e-6:.2g}")
    return f"{megahertz:g}MHz", {w.id: max(1, int(megahertz * 1e6 / w.channel_width_hz)) for w in windows}
