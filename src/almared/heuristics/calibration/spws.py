"""Spectral windows to calibrate (domain A.4, A.8)."""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.errors import PlanError
from almared.model import Choice, Evidence, ExecutionBlock, Intent, SpwRole


def choose_science_spws(eb: ExecutionBlock) -> Choice[tuple[int, ...]]:
    """Return the ids of the science windows.

    Raises
    ------
    PlanError
        No window qualifies.

    References
    ----------
    domain.md A.4, with its fallbacks PHASE and AMPLI/FLUX when no target was observed.
    """
    windows = eb.spws_with_role(SpwRole.SCIENCE)
    if not windows:
        raise PlanError(
            "no correlator window with more than one channel was used on a target or a calibrator",
            where=eb.name,
            repair="check with `almared inspect` that this is an interferometric execution block",
        )
    notes = (
        "" if eb.scans_with(Intent.TARGET) else "no scan has OBSERVE_TARGET: taken from the calibrator scans",
        _mixed_scans(eb),
        _mixed_channels(eb),
    )
    return Choice(
        tuple(w.id for w in windows),
        "correlator windows of the target scans with more than one channel, channel averages left out",
        tuple(Evidence("channels", w.n_channels, selection=f"spw {w.id}", source="SpectralWindow") for w in windows),
        rule="domain A.4",
        warning="; ".join(filter(None, notes)),
    )


def _mixed_scans(eb: ExecutionBlock) -> str:
    """Return a warning when science windows were not all used in the same scans (domain A.3 item 3)."""
    lists = {
        tuple(s.number for s in eb.scans if w.id in s.spw_ids and not s.has(Intent.ATMOSPHERE))
        for w in eb.spws_with_role(SpwRole.SCIENCE)
    }
    return "science windows have different scan lists" if len(lists) > 1 else ""


def _mixed_channels(eb: ExecutionBlock) -> str:
    """Return a warning when science windows differ in their numbers of channels (domain A.3 item 5)."""
    counts = sorted({w.n_channels for w in eb.spws_with_role(SpwRole.SCIENCE)})
    return f"mixed modes of {' and '.join(map(str, counts))} channels: check carefully" if len(counts) > 1 else ""


def choose_calibration_spws(eb: ExecutionBlock) -> Choice[tuple[int, ...]]:
    """Return the windows for the whole calibration: science, bandpass and DIFFGAIN windows.

    References
    ----------
    domain.md A.4, "calibration spws".
    """
    choice = choose_science_spws(eb)
    science = choice.value
    full = {w.id for w in eb.spws_with_role(SpwRole.CALIBRATION)}
    used = {i for s in eb.scans_with(Intent.BANDPASS, Intent.DIFFGAIN) for i in s.spw_ids}
    chosen = tuple(sorted(set(science) | (full & used)))
    extra = sorted(set(chosen) - set(science))
    reason = "the science windows" + (f" and windows {id_ranges(extra)} of the bandpass calibrator" if extra else "")
    return Choice(chosen, reason, choice.evidence, rule="domain A.4", warning=choice.warning)


def choose_wvr_spws(eb: ExecutionBlock) -> Choice[tuple[int, ...]]:
    """Return the windows of the water-vapour radiometers that have data; empty when there are none."""
    recorded = {i for scan in eb.scans for i in scan.spw_ids}
    ids = tuple(w.id for w in eb.spws_with_role(SpwRole.WVR) if w.id in recorded)
    return Choice(ids, "windows of the radiometer processor that were recorded", rule="asdm-facts 6")
