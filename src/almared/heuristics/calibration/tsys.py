"""Origin of system temperatures: spectral-window map, field per source, edges, checks (domain A.3, A.8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from almared.basics.select import id_ranges
from almared.heuristics.calibration.calibrators import SUPPORTING, PhaseGroup, fields_of_source
from almared.heuristics.thresholds.tsys import (
    TSYS_BEFORE_SCAN,
    TSYS_EDGE_FRACTION,
    TSYS_MOST_CHANNELS,
    TSYS_NEGATIVE_TRX_FRACTION,
)
from almared.model import (
    ChannelRange,
    Choice,
    Evidence,
    ExecutionBlock,
    Intent,
    Scan,
    Selection,
    SpectralWindow,
    TsysRecord,
)
from almared.physics.directions import separation_rad


@dataclass(frozen=True, slots=True)
class TsysMap:
    """Tsys window of each window.

    Parameters
    ----------
    spwmap : tuple of int
        As in applycal: entry i is the Tsys window for window i; trimmed after the last entry that differs from
        its index.
    unmapped : tuple of int
        Wanted windows without a Tsys window.
    """

    spwmap: tuple[int, ...]
    unmapped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TsysField:
    """Fields that provide the system temperatures of one source.

    Parameters
    ----------
    source_id : int
        The source.
    field_ids : tuple of int
        Its fields, including those observed only for Tsys.
    name : str
        Its name.
    gain_field_ids : tuple of int
        Fields with Tsys to apply; empty when none is suitable and the source is skipped.
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
        How far a window may extend beyond its Tsys window.

    References
    ----------
    domain.md A.8 "Tsys spw map": same baseband, range inside the Tsys range enlarged by the tolerance; of several
    the smallest difference of ids. Both defects listed there are avoided: every candidate's own baseband is compared,
    and widths are taken without their sign.
    """
    wanted = tuple(spws)
    candidates = tsys_spws(eb)
    partner = {i: _partner(eb.spws[i], candidates, tolerance=tolerance_channels) for i in wanted}
    known = {i: p for i, p in partner.items() if p is not None}
    spwmap = [known.get(i, i) for i in range(len(eb.spws))]
    while spwmap and spwmap[-1] == len(spwmap) - 1:
        spwmap.pop()
    unmapped = tuple(i for i in wanted if i not in known)
    pairs = ", ".join(f"{i} from {p}" for i, p in known.items())
    return Choice(
        TsysMap(tuple(spwmap), unmapped),
        f"same baseband and frequencies covered: {pairs or 'none'}",
        tuple(_offset(eb, i, tsys=p) for i, p in known.items()),
        rule="domain A.8 Tsys spw map",
        warning=f"no Tsys window covers spw {id_ranges(unmapped)}" if unmapped else "",
    )


def _partner(window: SpectralWindow, candidates: Iterable[SpectralWindow], *, tolerance: float) -> int | None:
    low, high = window.range_hz
    fitting = []
    for tsys in candidates:
        margin = tolerance * tsys.channel_width_hz
        first, last = tsys.range_hz
        if tsys.baseband == window.baseband and first - margin <= low and high <= last + margin:
            fitting.append(tsys.id)
    return min(fitting, key=lambda i: (abs(i - window.id), i)) if fitting else None


def _offset(eb: ExecutionBlock, spw: int, *, tsys: int) -> Evidence:
    offset = eb.spws[spw].mean_frequency_hz - eb.spws[tsys].mean_frequency_hz
    return Evidence("centre offset", round(offset * 1e-6, 3), "MHz", f"spw {spw} from {tsys}", "SpectralWindow")


def choose_tsys_edge_channels(eb: ExecutionBlock) -> Choice[str]:
    """Return the edge channels of the Tsys table to flag, as a selection such as ``9:0~3;124~127``.

    References
    ----------
    domain.md A.8 step 5: Tsys windows with 256 channels or fewer lose 0.03125 * (nchan / 128) of 128 channels at each
    edge, that is 0~3;124~127 of 128.
    """
    coarse = [window for window in tsys_spws(eb) if window.n_channels <= TSYS_MOST_CHANNELS.value]
    edges = [
        ChannelRange.edges(w.id, of=w.n_channels, n_edge=round(TSYS_EDGE_FRACTION.value * w.n_channels)) for w in coarse
    ]
    text = Selection(channels=tuple(chain.from_iterable(edges))).parameter("spw")
    return Choice(text, "the filter's edge channels have no good Tsys", rule="domain A.8 step 5")


def choose_tsys_fields(eb: ExecutionBlock, groups: tuple[PhaseGroup, ...]) -> tuple[Choice[TsysField], ...]:
    """Return the fields that provide the system temperatures of every calibrated source.

    References
    ----------
    domain.md A.8 step 7, G9: the source's own Tsys; a target without uses a target of the same phase calibrator, then
    the phase calibrator; a phase calibrator or check source uses a target of its group; any other source another
    field of its name; else it is skipped with a warning. Of several, the nearest on the sky. Unlike in the old
    generator, a check source with its own Tsys keeps it.
    """
    measured = fields_with_tsys(eb)
    return tuple(_choose_field(eb, fields, groups=groups, measured=measured) for fields in _sources(eb))


def _sources(eb: ExecutionBlock) -> list[tuple[int, ...]]:
    """Return the fields of each source with data to calibrate, in the order of their first fields."""
    supporting = {Intent.ATMOSPHERE, Intent.WVR}
    intents = {f.id: eb.intents_of_field(f.id) for f in eb.fields}
    sources: list[tuple[int, ...]] = []
    for field_id in (f for f, seen in intents.items() if set(seen) - supporting):
        if not any(field_id in known for known in sources):
            sources.append(tuple(f.id for f in fields_of_source(eb, field_id) if intents[f.id]))
    return sources


def _choose_field(
    eb: ExecutionBlock, fields: tuple[int, ...], *, groups: tuple[PhaseGroup, ...], measured: frozenset[int]
) -> Choice[TsysField]:
    first = eb.fields[fields[0]]
    own = tuple(f for f in fields if f in measured)
    if own:
        gain, reason = own, "its own Tsys"
        warning = f"{len(own)} fields of {first.name} have Tsys: all are used" if len(own) > 1 else ""
    else:
        gain, reason, warning = _substitute(eb, fields, groups=groups, measured=measured)
    chosen = TsysField(first.source_id, fields, first.name, gain)
    return Choice(chosen, reason, rule="domain A.8 step 7", warning=warning)


def fields_with_tsys(eb: ExecutionBlock) -> frozenset[int]:
    """Return the fields of atmosphere scans, only those with SysCal rows when these are known."""
    return frozenset(f for s in _tsys_scans(eb) for f in s.field_ids)


def _tsys_scans(eb: ExecutionBlock) -> tuple[Scan, ...]:
    scans = eb.scans_with(Intent.ATMOSPHERE)
    if not eb.tsys:
        return scans
    return tuple(s for s in scans if _recorded_in(s, eb.tsys))


def _recorded_in(scan: Scan, rows: Iterable[TsysRecord]) -> frozenset[int]:
    """Return the windows with rows of a scan; validity may begin seconds before the first data, and may never end."""
    begin = scan.start_mjd_s - TSYS_BEFORE_SCAN.value
    return frozenset(row.spw_id for row in rows if begin <= row.start_mjd_s <= scan.end_mjd_s)


def _substitute(
    eb: ExecutionBlock, fields: tuple[int, ...], *, groups: tuple[PhaseGroup, ...], measured: frozenset[int]
) -> tuple[tuple[int, ...], str, str]:
    """Return the field whose Tsys a source without Tsys uses (none: it is skipped), the reason and the warning."""
    for candidates, reason in _chain(eb, set(fields), groups=groups):
        everything = {f.id for c in candidates for f in fields_of_source(eb, c)}
        found = _nearest(eb, fields[0], candidates=everything & measured)
        if found is not None:
            return (found,), f"no Tsys of its own: from {reason} {eb.fields[found].name}", ""
    name, reason = eb.fields[fields[0]].name, "no Tsys of its own, and none in its group"
    if not {i for f in fields for i in eb.intents_of_field(f)} - SUPPORTING:
        return (), f"{reason}: nothing depends on it", ""
    return (), reason, f"no suitable Tsys for {name}: it is not calibrated"


def _nearest(eb: ExecutionBlock, field_id: int, *, candidates: Iterable[int]) -> int | None:
    here = eb.fields[field_id].direction_rad
    return min(candidates, key=lambda f: (round(separation_rad(here, eb.fields[f].direction_rad), 6), f), default=None)


def _chain(
    eb: ExecutionBlock, mine: set[int], *, groups: tuple[PhaseGroup, ...]
) -> Iterable[tuple[tuple[int, ...], str]]:
    """Yield the fields to search, in order, with their description."""
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
    domain.md A.3 items 1 and 2, G5, G7, G10: values not above zero (8 edge channels ignored), receiver temperatures not
    above zero in more than a tenth of the channels, atmosphere scans without rows, or without rows of a window that
    the others have.
    """
    bad, bad_trx, looked_at = Counter[str](), Counter[str](), Counter[str]()
    for row in eb.tsys:
        where = f"{eb.antennas[row.antenna_id].name} spw {row.spw_id}"
        looked_at[where] += row.n_values
        bad[where] += row.n_bad_tsys
        is_much = row.n_bad_trx > TSYS_NEGATIVE_TRX_FRACTION.value * max(row.n_values, 1)
        bad_trx[where] += row.n_bad_trx if is_much else 0
    found = [
        Evidence(f"channels with {kind} not above zero, of {looked_at[where]}", count, selection=where, source="SysCal")
        for kind, counts in (("Tsys", bad), ("Trx", bad_trx))
        for where, count in counts.items()
        if count
    ]
    return (*found, *_scans_without_rows(eb))


def _scans_without_rows(eb: ExecutionBlock) -> tuple[Evidence, ...]:
    with_rows = {s.number for s in _tsys_scans(eb)} if eb.tsys else set()
    everywhere = {row.spw_id for row in eb.tsys}
    found = []
    for scan in eb.scans_with(Intent.ATMOSPHERE):
        missing = everywhere & set(scan.spw_ids) - _recorded_in(scan, eb.tsys)
        if scan.number not in with_rows:
            found.append(Evidence("atmosphere scan without Tsys", scan.number, "", f"scan {scan.number}", "SysCal"))
        elif missing:
            metric = f"atmosphere scan without Tsys of spw {id_ranges(missing)}"
            found.append(Evidence(metric, scan.number, "", f"scan {scan.number}", "SysCal"))
    return tuple(found)
