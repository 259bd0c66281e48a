"""Role of each spectral window, from the scans that use it (domain A.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from almared.model.intents import Intent
from almared.model.scan import Scan
from almared.model.spectral import SpectralWindow, SpwRole

FALLBACKS = (
    (Intent.TARGET,),
    (Intent.PHASE,),
    (Intent.AMPLI, Intent.FLUX),
)
"""Intents that make a window a science window; the first group that matches any is used (domain A.4)."""

CALIBRATION = (Intent.BANDPASS, Intent.DIFFGAIN, Intent.PHASE, Intent.AMPLI, Intent.FLUX, Intent.CHECK)
"""Intents that make a window a calibration window when it is not a science window."""


def assign_roles(spws: Iterable[SpectralWindow], scans: Sequence[Scan]) -> tuple[SpectralWindow, ...]:
    """Return the windows with their roles set.

    References
    ----------
    domain.md A.4: science windows are correlator windows seen with OBSERVE_TARGET that have more
    than one channel and no CH_AVG in the name; without targets PHASE, then AMPLI or FLUX.
    """
    windows = tuple(spws)
    science = _science_ids(windows, scans)
    return tuple(replace(spw, role=_role(spw, scans, science=science)) for spw in windows)


def _science_ids(windows: Sequence[SpectralWindow], scans: Sequence[Scan]) -> frozenset[int]:
    full = {w.id for w in windows if _is_full_resolution(w)}
    for intents in FALLBACKS:
        used = {i for s in scans if s.has(*intents) and not s.has(Intent.ATMOSPHERE) for i in s.spw_ids}
        if used & full:
            return frozenset(used & full)
    return frozenset()


def _is_full_resolution(spw: SpectralWindow) -> bool:
    return spw.processor == "CORRELATOR" and spw.n_channels > 1 and not spw.is_channel_average


def _role(spw: SpectralWindow, scans: Sequence[Scan], *, science: frozenset[int]) -> SpwRole:
    users = [scan for scan in scans if spw.id in scan.spw_ids]
    if "SQLD" in spw.name:
        return SpwRole.SQUARE_LAW
    if spw.processor == "RADIOMETER":
        return SpwRole.WVR
    if spw.is_channel_average:
        return SpwRole.CHANNEL_AVERAGE
    if spw.id in science:
        return SpwRole.SCIENCE
    for intents, role in (
        (CALIBRATION, SpwRole.CALIBRATION),
        ((Intent.ATMOSPHERE,), SpwRole.TSYS),
        ((Intent.POINTING,), SpwRole.POINTING),
    ):
        if any(scan.has(*intents) for scan in users):
            return role
    return SpwRole.UNUSED
