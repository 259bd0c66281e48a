"""The table of fluxes of a combination: made from what was measured, and checked against it when it was edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from almared.basics.times import utc_text
from almared.errors import InputError, PlanError
from almared.formats.fluxtable import FluxRecord
from almared.heuristics.combination.equalise import EqualFlux
from almared.recipes.combination.facts import CalibratedEb

ROUNDING = 1e-4
"""Part by which a flux written with digits that count may differ."""


def make_records(ebs: Sequence[CalibratedEb], fluxes: Sequence[EqualFlux]) -> tuple[FluxRecord, ...]:
    """Return the table: calibrator, window and execution block, each in order of name (domain B.4)."""
    means = {(flux.source, flux.spw_id): flux.mean.value for flux in fluxes}
    names = sorted({name for eb in ebs for name in eb.calibrator_ids})
    first = min(ebs, key=lambda eb: eb.ms)
    return tuple(
        _record(eb, name, spw=spw, used=means.get((name, spw)), frequency_hz=first.frequency_hz(spw))
        for name in names
        for spw in first.spw_ids
        for eb in sorted(ebs, key=lambda eb: eb.ms)
    )


def _record(eb: CalibratedEb, name: str, *, spw: int, used: float | None, frequency_hz: float) -> FluxRecord:
    own = eb.own_flux(name, spw)
    return FluxRecord(
        source=name,
        spw_id=spw,
        frequency_ghz=frequency_hz / 1e9,
        own_jy=own.flux_jy if own else None,
        used_jy=used,
        time=utc_text(eb.middle_mjd_s),
        ms=eb.ms,
    )


def check_table(records: Sequence[FluxRecord], ebs: Sequence[CalibratedEb], *, is_confirmed: bool = False) -> None:
    """Refuse a table from which no sound script follows.

    Parameters
    ----------
    records : sequence of FluxRecord
        The table.
    ebs : sequence of CalibratedEb
        The execution blocks.
    is_confirmed : bool
        Whether the reducer stands by fluxes that are one for each execution block.

    Raises
    ------
    InputError
        It names an MS that is not there, or a record twice.
    PlanError
        A flux to be used is missing or is none, or those of one window differ and are not confirmed.

    References
    ----------
    domain.md B.4; requirement W124.
    """
    _check_names(records, ebs)
    for record in records:
        if record.used_jy is None or record.used_jy <= 0:
            raise PlanError(
                f"{record.source} has no flux to use in window {record.spw_id} for {record.ms_name}: "
                f"{'it is `-`' if record.used_jy is None else f'{record.used_jy:g} Jy'}",
                where=record.place or "allFluxes.txt",
                repair="enter a flux density into the fifth column, or concatenate without scaling (`--no-scale`, or "
                "scale = false in mous.toml)",
            )
    for (source, spw), group in _groups(records).items():
        used = sorted({record.used_jy for record in group if record.used_jy is not None})
        if len(used) > 1 and not is_confirmed:
            raise PlanError(
                f"{source} has different fluxes to use in window {spw}: {', '.join(f'{flux:g}' for flux in used)} Jy",
                where=group[-1].place or "allFluxes.txt",
                repair="make them equal, or say that it is meant with --force",
            )


def _check_names(records: Sequence[FluxRecord], ebs: Sequence[CalibratedEb]) -> None:
    known = {eb.ms for eb in ebs}
    seen: set[tuple[str, int, str]] = set()
    for record in records:
        key = (record.source, record.spw_id, record.ms_name)
        if record.ms_name not in known:
            raise InputError(
                f"{record.ms_name} is no MS of this MOUS",
                where=record.place,
                repair=f"correct the last column or remove the line; the MSs are {', '.join(sorted(known))}",
            )
        if key in seen:
            raise InputError(
                f"{record.source}, window {record.spw_id} of {record.ms_name} is there twice",
                where=record.place,
                repair="remove one of the lines",
            )
        seen.add(key)


def _groups(records: Sequence[FluxRecord]) -> dict[tuple[str, int], list[FluxRecord]]:
    groups: dict[tuple[str, int], list[FluxRecord]] = defaultdict(list)
    for record in records:
        groups[record.source, record.spw_id].append(record)
    return groups


def differences(records: Sequence[FluxRecord], ebs: Sequence[CalibratedEb]) -> tuple[str, ...]:
    """Return where the table does not say what fluxscale found, beyond rounding; and what it leaves out.

    References
    ----------
    Requirement W121.
    """
    by_name = {eb.ms: eb for eb in ebs}
    written = {(record.source, record.spw_id, record.ms_name) for record in records}
    found = [text for record in records for text in _difference(record, by_name.get(record.ms_name))]
    for eb in ebs:
        for name in eb.calibrator_ids:
            missing = [spw for spw in eb.spw_ids if (name, spw, eb.ms) not in written]
            found += [f"{name}, window {spw} of {eb.ms} is not in the table" for spw in missing]
    return tuple(found)


def _difference(record: FluxRecord, eb: CalibratedEb | None) -> Iterator[str]:
    if eb is None:
        yield f"{record.ms_name} is no MS of this MOUS"
        return
    measured = eb.own_flux(record.source, record.spw_id) if record.spw_id < len(eb.eb.spws) else None
    what = f"{record.source}, window {record.spw_id} of {record.ms_name}"
    if measured is None or record.own_jy is None:
        if (measured is None) != (record.own_jy is None):
            found = measured.flux_jy if measured else None
            yield f"{what}: the table has {_text(record.own_jy)}, fluxscale {_text(found)}"
        return
    apart = abs(record.own_jy - measured.flux_jy)
    decimals = 0.0 if record.digits is None else 0.5001 * 10.0**-record.digits
    if apart > max(decimals, ROUNDING * abs(measured.flux_jy)):
        yield f"{what}: the table has {_text(record.own_jy)}, fluxscale {_text(measured.flux_jy)}"


def _text(flux: float | None) -> str:
    return "nothing" if flux is None else f"{flux:.6g} Jy"
