"""Observations for which the plain calibration would be wrong: refused, never half done (W083)."""

from __future__ import annotations

from collections.abc import Iterator

from almared.basics.select import id_ranges
from almared.errors import PlanError
from almared.model import ExecutionBlock, Intent, SpectralWindow, SpwRole

BAND_RATIO = 1.6611
"""Ratio of frequencies above which a differential gain calibrator means band-to-band transfer (domain A.10, A.11)."""

NOT_YET = "this mode needs a recipe of its own; use the observatory's script for it"


def refuse_other_modes(eb: ExecutionBlock) -> None:
    """Let pass what the plain calibration is for.

    Raises
    ------
    PlanError
        The execution block was observed with band-to-band transfer, bandwidth switching or as a spectral scan,
        or lacks a calibrator without which there is no calibration.

    References
    ----------
    domain.md A.3 item 3, A.10, A.11.
    """
    for found in _other_modes(eb):
        raise PlanError(found, where=eb.name, repair=NOT_YET)
    if not eb.spws_with_role(SpwRole.SCIENCE):
        raise PlanError("it has no science spectral windows", where=eb.name, repair="look at it with `almared inspect`")
    if not eb.scans_with(Intent.BANDPASS, Intent.PHASE):
        raise PlanError("neither a bandpass nor a phase calibrator was observed", where=eb.name)


def _other_modes(eb: ExecutionBlock) -> Iterator[str]:
    differential = _windows_of(eb, Intent.DIFFGAIN)
    if differential:
        means = [spw.mean_frequency_hz for spw in differential]
        ratio = max(means) / min(means)
        mode = "band-to-band phase transfer" if ratio > BAND_RATIO else "bandwidth switching"
        yield f"a differential gain calibrator was observed: {mode} (frequency ratio {ratio:.2f})"
    science = _windows_of(eb, Intent.TARGET)
    phase = _windows_of(eb, Intent.PHASE)
    missing = {spw.id for spw in science} - {spw.id for spw in phase}
    if science and phase and missing:
        yield f"science windows {id_ranges(missing)} were not observed on the phase calibrator: bandwidth switching"
    if _has_several_tunings(eb, science):
        yield "the science windows were observed in different scans: a spectral scan"


def _windows_of(eb: ExecutionBlock, intent: Intent) -> tuple[SpectralWindow, ...]:
    """Return the full-resolution windows seen with an intent; those of atmosphere and pointing do not count."""
    others = (Intent.ATMOSPHERE, Intent.POINTING, Intent.SIDEBAND_RATIO, Intent.FOCUS)
    used = {i for scan in eb.scans_with(intent) if not scan.has(*others) for i in scan.spw_ids}
    return tuple(w for w in eb.spws_with_role(SpwRole.SCIENCE, SpwRole.CALIBRATION) if w.id in used)


def _has_several_tunings(eb: ExecutionBlock, science: tuple[SpectralWindow, ...]) -> bool:
    scans = {frozenset(s.number for s in eb.scans_with(Intent.TARGET) if spw.id in s.spw_ids) for spw in science}
    return len(scans) > 1
