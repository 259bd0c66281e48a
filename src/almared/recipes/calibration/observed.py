"""What was observed with which windows."""

from __future__ import annotations

from almared.model import ExecutionBlock, Intent, SpectralWindow, SpwRole

BESIDES = (Intent.ATMOSPHERE, Intent.POINTING, Intent.SIDEBAND_RATIO, Intent.FOCUS)
"""Intents whose scans do not count as an observation of the windows."""

BAND_RATIO = 1.6611
"""Ratio of frequencies above which a differential gain calibrator means band-to-band transfer (domain A.10, A.11)."""


def windows_with(eb: ExecutionBlock, intent: Intent) -> tuple[SpectralWindow, ...]:
    """Return the full-resolution windows seen with an intent; those of atmosphere and pointing do not count."""
    used = {i for scan in eb.scans_with(intent) if not scan.has(*BESIDES) for i in scan.spw_ids}
    return tuple(w for w in eb.spws_with_role(SpwRole.SCIENCE, SpwRole.CALIBRATION) if w.id in used)


def differential_gain_ratio(eb: ExecutionBlock) -> float | None:
    """Return highest over lowest mean frequency of the windows of the differential gain, None without such scans."""
    means = [spw.mean_frequency_hz for spw in windows_with(eb, Intent.DIFFGAIN)]
    return max(means) / min(means) if means else None
