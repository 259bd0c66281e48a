"""From where system temperatures are taken: spectral-window map, field per source, edges, checks (domain A.3, A.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from almared.heuristics import thresholds
from almared.heuristics.calibrators import PhaseGroup, fields_of_source
from almared.model import Choice, Evidence, ExecutionBlock, Intent, Scan, SpectralWindow
from almared.select import id_ranges


@dataclass(frozen=True, slots=True)
class TsysMap:
    """Which Tsys window serves each window.

    Parameters
    ----------
    spwmap : tuple of int
        As applycal takes it: entry i is the Tsys window for window i; trimmed after the last entry that differs from
        its index.
    unmapped : tuple of int
        Wanted windows without a Tsys window.
    """

    spwmap: tuple[int, ...]
    unmapped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TsysField:
    """From which fields one source takes its system temperatures.

    Parameters
    ----------
    source_id : int
        The source.
    field_ids : tuple of int
        Its fields, those observed for Tsys only included.
    name : str
        Its name.
    gain_field_ids : tuple of int
        Fields with Tsys to apply; empty when none will do and the source is skipped.
    """

    source_id: int
    field_ids: tuple[int, ...]
    name: str
    gain_field_ids: tuple[int, ...]


def tsys_spws(eb: ExecutionBlock) -> tuple[SpectralWindow, ...]:
    """Return the windows that have system temperatures: rows of SysCal, else use in atmosphere scans."""
    recorded = {row.spw_id for row in eb.tsys}
    used = {i for s in eb.scans_with(Intent.ATMOSPHERE) for i in s.spw_ids}
    wanted = recorded or used
    return tuple(
        w
        for w in eb.spws
        if w.id in wanted and w.processor == "CORRELATOR" and w.n_channels > 1 and not w.is_channel_average
        if "SQLD" not in w.name
    )


def choose_tsys_spwmap(eb: ExecutionBlock, spws: Iterable[int], *, tolerance_channels: float = 1.0) -> Choice[TsysMap]:
    """Return the map from calibrated windows to Tsys windows.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spws : iterable of int
        Windows that need system temperatures.
    tolerance_channels : float, Tsys channels
        How far a window may reach beyond its Tsys window.

    References
    ----------
    domain.md A.8 "Tsys spw map": same baseband, range inside the Tsys range enlarged by the tolerance; of several
    the smallest difference of ids. Both defects listed there are avoided: every candidate's own baseband is compared,
    and widths count without their sign.
    """
    wanted = tuple(spws)
    partner = {i: _partner(eb.spws[i], tsys_spws(eb), tolerance_channels) for i in wanted}
    spwmap = [i if partner.get(i) is None else int(partner[i] or 0) for i in range(len(eb.spws))]
    while spwmap and spwmap[-1] == len(spwmap) - 1:
        spwmap.pop()
    unmapped = tuple(i for i in wanted if partner[i] is None)
    pairs = ", ".join(f"{i} from {p}" for i, p in partner.items() if p is not None)
    return Choice(
        TsysMap(tuple(spwmap), unmapped),
        f"same baseband and frequencies covered: {pairs or 'none'}",
        tuple(_offset(eb, i, p) for i, p in partner.items() if p is not None),
        rule="domain A.8 Tsys spw map",
        warning=f"no Tsys window covers spw {id_ranges(unmapped)}" if unmapped else "",
    )


def _partner(window: SpectralWindow, candidates: Iterable[SpectralWindow], tolerance: float) -> int | None:
    low, high = window.range_hz
    fitting = []
    for tsys in candidates:
        margin = tolerance * tsys.channel_width_hz
        first, last = tsys.range_hz
        if tsys.baseband == window.baseband and first - margin <= low and high <= last + margin:
            fitting.append(tsys.id)
    return min(fitting, key=lambda i: (abs(i - window.id), i)) if fitting else None


def _offset(eb: ExecutionBlock, spw: int, tsys: int) -> Evidence:
    offset = eb.spws[spw].mean_frequency_hz - eb.spws[tsys].mean_frequency_hz
    return Evidence("centre offset", round(offset * 1e-6, 3), "MHz", f"spw {spw} from {tsys}", "SpectralWindow")


def choose_tsys_edge_channels(eb: ExecutionBlock) -> Choice[str]:
    """Return the edge channels of the Tsys table to flag, as a selection such as ``9:0~3;124~127``.

    References
    ----------
    domain.md A.8 step 5: Tsys windows with 256 channels or fewer lose 0.03125 * (nchan / 128) of 128 channels at each
    edge, that is 0~3;124~127 of 128.
    """
    parts = []
    for window in tsys_spws(eb):
        n = window.n_channels
        edge = round(thresholds.TSYS_EDGE_FRACTION.value * n)
        if n <= thresholds.TSYS_MOST_CHANNELS.value and edge > 0:
            parts.append(f"{window.id}:0~{edge - 1};{n - edge}~{n - 1}")
    return Choice(",".join(parts), "the filter's edge channels have no good Tsys", rule="domain A.8 step 5")


def choose_tsys_fields(eb: ExecutionBlock, groups: tuple[PhaseGroup, ...]) -> tuple[Choice[TsysField], ...]:
    """Return for every source that is calibrated the fields its system temperatures come from.

    References
    ----------
    domain.md A.8 step 7: the source's own Tsys; a target without takes a target of the same phase calibrator, then
    the phase calibrator; a phase calibrator or check source takes a target it belongs with; any other source another
    field of its name, or a target that it serves; else it is skipped, and that is said.
    """
    return tuple(_choose_field(eb, fields, groups) for fields in _sources(eb))


def _sources(eb: ExecutionBlock) -> list[tuple[int, ...]]:
    """Return the fields of each source with data to calibrate, in the order of their first fields."""
    supporting = {Intent.ATMOSPHERE, Intent.WVR}
    wanted = [f.id for f in eb.fields if set(eb.intents_of_field(f.id)) - supporting]
    sources: dict[tuple[int, str], tuple[int, ...]] = {}
    for field_id in wanted:
        field = eb.fields[field_id]
        same = tuple(f.id for f in fields_of_source(eb, field_id) if eb.intents_of_field(f.id))
        sources.setdefault((field.source_id, field.name), same)
    return list(sources.values())


def _choose_field(eb: ExecutionBlock, fields: tuple[int, ...], groups: tuple[PhaseGroup, ...]) -> Choice[TsysField]:
    first = eb.fields[fields[0]]
    measured = fields_with_tsys(eb)
    gain, reason, warning = _own(fields, measured), "its own Tsys", ""
    if len(gain) > 1:
        warning = "several Tsys fields of one source"
    if not gain:
        gain, reason = _substitute(eb, fields, groups)
        warning = "" if gain else f"no Tsys will do for {first.name}: it is not calibrated"
    return Choice(
        TsysField(first.source_id, fields, first.name, gain),
        reason,
        rule="domain A.8 step 7",
        warning=warning,
    )


def _own(fields: tuple[int, ...], measured: frozenset[int]) -> tuple[int, ...]:
    return tuple(f for f in fields if f in measured)


def fields_with_tsys(eb: ExecutionBlock) -> frozenset[int]:
    """Return the fields of atmosphere scans, of those with SysCal rows where these are known."""
    return frozenset(f for s in _tsys_scans(eb) for f in s.field_ids)


def _tsys_scans(eb: ExecutionBlock) -> tuple[Scan, ...]:
    scans = eb.scans_with(Intent.ATMOSPHERE)
    if not eb.tsys:
        return scans
    return tuple(s for s in scans if any(s.start_mjd_s <= t.start_mjd_s <= s.end_mjd_s for t in eb.tsys))


def _substitute(
    eb: ExecutionBlock, fields: tuple[int, ...], groups: tuple[PhaseGroup, ...]
) -> tuple[tuple[int, ...], str]:
    measured = fields_with_tsys(eb)
    for candidates, reason in _chain(eb, set(fields), groups):
        everything = {f.id for c in candidates for f in fields_of_source(eb, c)}
        found = tuple(sorted(everything & measured))
        if found:
            name = eb.fields[found[0]].name
            return found[:1], f"no Tsys of its own: from {reason} {name}"
    return (), "no Tsys of its own, and no source that it belongs with has any"


def _chain(eb: ExecutionBlock, mine: set[int], groups: tuple[PhaseGroup, ...]) -> Iterable[tuple[tuple[int, ...], str]]:
    """Yield where to look, in order, as (fields, what they are)."""
    for group in groups:
        if mine & set(group.science_field_ids):
            yield group.science_field_ids, "a target of the same phase calibrator,"
            yield (group.calibrator_field_id,), "its phase calibrator"
        elif mine & set(group.check_field_ids) or group.calibrator_field_id in mine:
            yield group.science_field_ids, "the target"
        if mine & set(group.check_field_ids):
            yield (group.calibrator_field_id,), "its phase calibrator"
    name = eb.fields[min(mine)].name
    yield tuple(f.id for f in eb.fields if f.name == name and f.id not in mine), "another field of the same name,"


def check_tsys(eb: ExecutionBlock) -> tuple[Evidence, ...]:
    """Return what is wrong with the recorded system temperatures; empty when nothing is.

    References
    ----------
    domain.md A.3 items 1 and 2: values not above zero (8 edge channels ignored), receiver temperatures not above zero
    in more than a tenth of the channels, atmosphere scans without rows.
    """
    found = []
    for row in eb.tsys:
        where = f"{eb.antennas[row.antenna_id].name} spw {row.spw_id}"
        if row.n_bad_tsys:
            found.append(
                Evidence("channels with Tsys not above zero", row.n_bad_tsys, selection=where, source="SysCal")
            )
        if row.n_bad_trx > thresholds.TSYS_NEGATIVE_TRX_FRACTION.value * max(row.n_values, 1):
            found.append(Evidence("channels with Trx not above zero", row.n_bad_trx, selection=where, source="SysCal"))
    return (*found, *_scans_without_rows(eb))


def _scans_without_rows(eb: ExecutionBlock) -> tuple[Evidence, ...]:
    with_rows = {s.number for s in _tsys_scans(eb)} if eb.tsys else set()
    return tuple(
        Evidence("atmosphere scan without Tsys", s.number, selection=f"scan {s.number}", source="SysCal")
        for s in eb.scans_with(Intent.ATMOSPHERE)
        if s.number not in with_rows
    )
