"""Use of the water-vapour radiometers (domain A.8 step 4)."""

from __future__ import annotations

from dataclasses import dataclass

from almared.heuristics.calibration.calibrators import PhaseGroup, field_name
from almared.heuristics.calibration.spws import choose_wvr_spws
from almared.heuristics.thresholds.wvr import WVR_CLOCK_FIXED, WVR_SMOOTH_ABOVE
from almared.model import Choice, Evidence, ExecutionBlock, Intent, SpwRole

WITHOUT_RADIOMETER = ("CM", "PM")
"""Antennas without a radiometer, or not corrected on their own (domain A.8 step 4, A.13)."""


@dataclass(frozen=True, slots=True)
class WvrParameters:
    """Arguments of wvrgcal.

    Parameters
    ----------
    wvr_spws : tuple of int
        Windows of the radiometers.
    spws : tuple of int
        Windows to make solutions for.
    smooth : str
        Averaging of the solutions such as ``6.048s``; empty for none.
    toffset : float, s
        Time offset of the radiometer data.
    tie : tuple of str
        Source names to be treated with the same coefficients, ``"science,phase calibrator"``.
    statsource : str
        Source for the statistics; empty for all.
    """

    wvr_spws: tuple[int, ...]
    spws: tuple[int, ...]
    smooth: str
    toffset: float
    tie: tuple[str, ...]
    statsource: str


def choose_wvr(
    eb: ExecutionBlock, spws: tuple[int, ...], *, groups: tuple[PhaseGroup, ...] = ()
) -> Choice[WvrParameters | None]:
    """Return the parameters of wvrgcal; None when there is nothing to correct.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spws : tuple of int
        Calibrated windows.
    groups : tuple of PhaseGroup
        Phase calibrators and their sources, for the ties.

    References
    ----------
    domain.md A.8 step 4: omitted when all antennas are CM or PM; smoothed to the smallest science integration when
    that exceeds 1.152 s; offset -1 s before 2013-01-21; tie of each science (and check) source with its phase
    calibrator; statistics on the science source of lowest id.
    """
    radiometers = choose_wvr_spws(eb).value
    if all(a.name.startswith(WITHOUT_RADIOMETER) for a in eb.antennas):
        return Choice(None, "all antennas are CM or PM: no radiometer correction", rule="domain A.8 step 4")
    if not radiometers:
        return Choice(
            None,
            "the data have no radiometer window",
            rule="domain A.8 step 4",
            warning="12-m antennas without water-vapour radiometer data",
        )
    dump = shortest_science_integration(eb)
    early = eb.start_mjd_s < WVR_CLOCK_FIXED.value
    parameters = WvrParameters(
        wvr_spws=radiometers,
        spws=spws,
        smooth=f"{dump:.6g}s" if _is_smoothed(dump) else "",
        toffset=-1.0 if early else 0.0,
        tie=_ties(eb, groups),
        statsource=_statistics_source(eb),
    )
    return Choice(parameters, _reason(dump, early=early), _evidence(eb, dump), rule="domain A.8 step 4")


def _reason(dump: float, *, early: bool) -> str:
    clock = "; offset -1 s for the radiometer clock before 2013-01-21" if early else ""
    smooth = f"smoothed to the shortest science integration of {dump:.6g} s"
    short = f"not smoothed: science integrations of {dump:.6g} s are not longer than 1.152 s"
    return (smooth if _is_smoothed(dump) else short) + clock


def _is_smoothed(dump: float) -> bool:
    # Lengths are computed from nanoseconds: 1.152 s may come out slightly larger.
    return dump > WVR_SMOOTH_ABOVE.value + 1e-3


def shortest_science_integration(eb: ExecutionBlock) -> float:
    """Return the shortest integration (s) of the science windows outside atmosphere scans."""
    science = {w.id for w in eb.spws_with_role(SpwRole.SCIENCE)}
    found = [
        block.integration_s
        for scan in eb.scans
        if not scan.has(Intent.ATMOSPHERE, Intent.POINTING, Intent.SIDEBAND_RATIO)
        for sub in scan.subscans
        for block in sub.blocks
        if science & set(block.spw_ids)
    ]
    return min(found, default=0.0)


def _ties(eb: ExecutionBlock, groups: tuple[PhaseGroup, ...]) -> tuple[str, ...]:
    """Return one tie per target and check source, in the order of their fields.

    Names with a comma would break the list and are left out; a source is tied only to its first calibrator.
    """
    servers: dict[str, str] = {}
    pairs = [
        (field_id, field_name(eb, group.calibrator_field_id))
        for group in groups
        for field_id in (*group.science_field_ids, *group.check_field_ids)
    ]
    for field_id, calibrator in sorted(pairs):
        servers.setdefault(field_name(eb, field_id), calibrator)
    return tuple(f"{name},{server}" for name, server in servers.items() if "," not in name + server)


def _statistics_source(eb: ExecutionBlock) -> str:
    targets = [eb.fields[i] for i in eb.field_ids_with(Intent.TARGET)]
    return min(targets, key=lambda f: (f.source_id, f.id)).name if targets else ""


def _evidence(eb: ExecutionBlock, dump: float) -> tuple[Evidence, ...]:
    first = Evidence("shortest science integration", round(dump, 4), "s", source="Main")
    if not eb.pwv:
        return (first,)
    column = sorted(p.pwv_m for p in eb.pwv)[len(eb.pwv) // 2]
    return first, Evidence("median water vapour", round(1e3 * column, 3), "mm", source="CalWVR")
