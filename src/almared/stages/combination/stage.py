"""The combination stage: copy, average the fluxes, write table and script, run it, look at what came of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from almared import __version__
from almared.basics.hashes import sha256_if_there, sha256_of, sha256_of_file
from almared.basics.times import utc_text
from almared.basics.wholefile import write_whole
from almared.checks.registry import run_checks
from almared.errors import InputError, PlanError
from almared.formats.fluxtable import NAME, FluxRecord, parse_records, read_fluxes, render_fluxes, write_fluxes
from almared.heuristics.calibration.catalogue_flux import CatalogueFlux
from almared.heuristics.calibration.flux import PowerLaw
from almared.heuristics.combination.concat import choose_dirtol, estimate_beam_arcsec
from almared.heuristics.combination.equalise import EqualFlux, OwnFlux, equalise
from almared.measure.combination import FluxesToCombine
from almared.model import Choice, Finding
from almared.model.finding import records_of
from almared.mous import Mous
from almared.mous.places import FLUX_SCRIPT, StatePlace
from almared.physics.constants import ARCSEC_PER_RAD
from almared.plan import Plan
from almared.recipes.combination.facts import CalibratedEb, check_alike, differing_sources
from almared.recipes.combination.steps import Combination, plan_combination
from almared.recipes.combination.table import check_table, differences, make_records
from almared.records.inputs import by_name
from almared.records.state import StepState, script_states
from almared.run.display import Display
from almared.run.execute import RunOptions, run_script
from almared.script.read import read_script
from almared.script.written import write_script
from almared.stages.combination.catalogue import Expected, expected_fluxes, warn_of_catalogue
from almared.stages.combination.inputs import calibrated_fingerprints, place_copies, read_calibrated_ebs
from almared.stages.combination.outcome import examine

RECORD = "combination.json"
"""All that was found, for programs: fluxes with errors, warnings, and what calibrated.ms holds."""


@dataclass(frozen=True, slots=True)
class CombineOrder:
    """How a MOUS is combined.

    Parameters
    ----------
    mous : Mous
        The MOUS, of several execution blocks.
    should_scale : bool
        Whether fluxes are made equal.
    dirtol_arcsec : float or None, arcsec
        Within which fields are one; None for an automatic choice.
    known : mapping of str to PowerLaw
        Fluxes known from elsewhere, shown next to the measured ones.
    catalogue : Path, optional
        File of measurements of calibrators; the fluxes it predicts are shown too.
    averaged : tuple of str
        Short names of the execution blocks whose fluxes are averaged, all when empty.
    weights : str
        ``scatter`` or ``errors``: what the weights follow; empty for the former.
    few_days : float or None, d
        How far apart execution blocks may be without a warning; None for the usual.
    is_forced : bool
        Take a table that differs from what was measured; replace a script that was edited by hand.
    should_break_lock : bool
        Take the lock from another machine.
    """

    mous: Mous
    should_scale: bool = True
    dirtol_arcsec: float | None = None
    known: Mapping[str, PowerLaw] = field(default_factory=dict)
    catalogue: Path | None = None
    averaged: tuple[str, ...] = ()
    weights: str = ""
    few_days: float | None = None
    is_forced: bool = False
    should_break_lock: bool = False

    @property
    def directory(self) -> Path:
        """Where it is done."""
        return self.mous.tree.combination

    @property
    def asks_anew(self) -> bool:
        """Whether means are asked for that a table may not hold yet."""
        return bool(self.averaged or self.weights)


@dataclass(frozen=True, slots=True)
class ChosenCombination:
    """The choices, before anything is written.

    Parameters
    ----------
    combination : Combination
        What the script does.
    plan : Plan
        As a plan.
    fluxes : tuple of EqualFlux
        Means of what was measured.
    is_new_table : bool
        Whether the table has to be written.
    expected : mapping
        What the catalogue expects, by source, window and MS.
    """

    combination: Combination
    plan: Plan
    fluxes: tuple[EqualFlux, ...]
    is_new_table: bool
    expected: Expected = field(default_factory=dict)


def finished(order: CombineOrder) -> dict[str, Any] | None:
    """Return the record of a combination that is all done from what is there now, None when there is work left."""
    document = read_record(order.directory)
    script = order.directory / FLUX_SCRIPT
    if document is None or "contents" not in document or not script.is_file() or order.asks_anew:
        return None
    is_same = document.get("made_from") == _made_from(order)
    statuses = script_states(read_script(script)) if is_same else ()
    return document if statuses and all(status.state is StepState.DONE for status in statuses) else None


def read_record(directory: Path) -> dict[str, Any] | None:
    """Return the record of a combination as it stands in its directory, None when there is none."""
    try:
        document = json.loads((directory / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _made_from(order: CombineOrder) -> dict[str, Any]:
    """Return all that decides what is done."""
    return {
        "almared": __version__,
        "calibrated": by_name(calibrated_fingerprints(order.mous)),
        "table": sha256_if_there(order.directory / NAME),
        "scales": order.should_scale,
        "dirtol_arcsec": order.dirtol_arcsec,
        "few_days": order.few_days,
        "catalogue": sha256_if_there(order.catalogue),
        "known": {name: [law.flux_jy, law.reference_hz, law.spectral_index] for name, law in order.known.items()},
    }


def choose_combination(order: CombineOrder) -> ChosenCombination:
    """Return all choices; nothing is written.

    Raises
    ------
    AlmaredError
        An execution block is not calibrated, or no sound script can be made.
    """
    ebs = read_calibrated_ebs(order.mous)
    fluxes, expected = _means(order, ebs), expected_fluxes(order.catalogue, ebs)
    records, is_new = _table(order, ebs, fluxes=fluxes) if order.should_scale else ((), False)
    if order.should_scale:
        check_alike(ebs)
        check_table(records, ebs, is_confirmed=order.is_forced)
    combination = Combination(
        uid=order.mous.settings.uid,
        ebs=ebs,
        records=records,
        should_scale=order.should_scale,
        table_sha256=_table_sha256(order, records, is_new=is_new),
        reason=_reason(order, ebs),
        dirtol_arcsec=_dirtol(order, ebs),
        findings=(
            *_findings(order, ebs, fluxes=fluxes),
            *warn_of_catalogue(order.catalogue, expected, ebs=ebs),
        ),
    )
    return ChosenCombination(combination, plan_combination(combination), fluxes, is_new, expected)


def _means(order: CombineOrder, ebs: Sequence[CalibratedEb]) -> tuple[EqualFlux, ...]:
    return equalise(_own(ebs), averaged=_averaged(order), adds_scatter=order.weights != "errors")


def _averaged(order: CombineOrder) -> set[str]:
    """Return the calibrated MSs whose fluxes are averaged."""
    names = {eb.name: eb.products.calibrated for eb in order.mous.ebs}
    unknown = [name for name in order.averaged if name not in names]
    if unknown:
        raise InputError(f"there is no execution block {unknown[0]!r}", repair=f"they are {', '.join(sorted(names))}")
    return {names[name] for name in order.averaged or names}


def _own(ebs: Sequence[CalibratedEb]) -> list[OwnFlux]:
    found = (eb.own_flux(name, spw) for eb in ebs for name in eb.calibrator_ids for spw in eb.spw_ids)
    return [value for value in found if value is not None]


def _table(
    order: CombineOrder, ebs: Sequence[CalibratedEb], *, fluxes: Sequence[EqualFlux]
) -> tuple[tuple[FluxRecord, ...], bool]:
    """Return the table and whether it is new: one that is there is taken as it is (requirement W125).

    An unedited table is remade when the execution blocks were calibrated again.
    """
    path = order.directory / NAME
    # With the digits of the file, so that a script made from the file is the same.
    made = parse_records(render_fluxes(make_records(ebs, fluxes)), name=NAME)
    if not path.is_file() or order.asks_anew:
        return made, True
    records = read_fluxes(path)
    different = differences(records, ebs)
    if different and not _is_edited(order.directory):
        return made, True
    if different and not order.is_forced:
        raise PlanError(
            f"it does not say what fluxscale found: {'; '.join(different[:3])}"
            + (f"; and {len(different) - 3} more" if len(different) > 3 else ""),
            where=str(path),
            repair="correct these fluxes (the fourth column), or remove the file to have it rewritten, or accept it "
            "unchanged with --force",
        )
    return records, False


def _table_sha256(order: CombineOrder, records: Sequence[FluxRecord], *, is_new: bool) -> str:
    """Return the SHA-256 of the table's file, as it is or will be; nothing without one."""
    if not order.should_scale:
        return ""
    return sha256_of(render_fluxes(records)) if is_new else sha256_of_file(order.directory / NAME)


def _is_edited(directory: Path) -> bool:
    rendered = StatePlace(directory).rendered(NAME)
    return not rendered.is_file() or rendered.read_bytes() != (directory / NAME).read_bytes()


def _reason(order: CombineOrder, ebs: Sequence[CalibratedEb]) -> str:
    if not order.should_scale:
        return "the reducer leaves each execution block the scale of its calibration"
    how = "the errors alone" if order.weights == "errors" else "the errors plus the scatter"
    names = f"those of {', '.join(order.averaged)}" if order.averaged else f"all {len(ebs)} execution blocks"
    return f"means over {names}, with weights of the inverse variances of {how}, where {NAME} was not edited"


def _dirtol(order: CombineOrder, ebs: Sequence[CalibratedEb]) -> Choice[float | None]:
    if order.dirtol_arcsec is not None:
        return Choice(order.dirtol_arcsec, "given by the reducer", rule="domain B.5")
    highest = max(eb.frequency_hz(spw) for eb in ebs for spw in eb.spw_ids)
    beam = min(estimate_beam_arcsec(eb.eb.antennas, highest) for eb in ebs)
    return choose_dirtol([eb.still_fields for eb in ebs], beam_arcsec=beam)


def _findings(order: CombineOrder, ebs: Sequence[CalibratedEb], *, fluxes: Sequence[EqualFlux]) -> tuple[Finding, ...]:
    if not order.should_scale:
        return differing_sources(ebs)
    given = FluxesToCombine(
        times_mjd_s={eb.ms: eb.middle_mjd_s for eb in ebs},
        fluxes=tuple(fluxes),
        own=tuple(_own(ebs)),
        frequencies_hz={eb.ms: {spw: eb.frequency_hz(spw) for spw in eb.spw_ids} for eb in ebs},
        few_days=order.few_days,
    )
    return (*differing_sources(ebs), *run_checks(given))


def write_combination(order: CombineOrder, chosen: ChosenCombination) -> None:
    """Copy what is due, write the table where it is new, the script, and the record.

    Raises
    ------
    ResourceError
        The disk is too small.
    PlanError
        The script was edited by hand, and its replacement is not forced.
    """
    place_copies(order.mous, should_scale=order.should_scale, should_break_lock=order.should_break_lock)
    if chosen.is_new_table:
        _write_table(order.directory, chosen.combination.records)
    write_script(chosen.plan, order.directory, is_forced=order.is_forced)
    write_record(order.directory, document(order, chosen))


def _write_table(directory: Path, records: Sequence[FluxRecord]) -> None:
    """Write the table and keep what was written; one that a person edited is kept under another name."""
    path, rendered = directory / NAME, StatePlace(directory).rendered(NAME)
    if path.is_file() and _is_edited(directory) and path.read_text(encoding="utf-8") != render_fluxes(records):
        names = (path.with_name(f"{NAME}.edited-{number}") for number in range(1, 10_000))
        os.replace(path, next(name for name in names if not name.exists()))
    rendered.parent.mkdir(parents=True, exist_ok=True)
    # The copy comes last: a kill in between leaves a table that counts as edited, and is kept.
    write_fluxes(path, records)
    write_fluxes(rendered, records)


def run_combination(order: CombineOrder, chosen: ChosenCombination, *, display: Display) -> dict[str, Any]:
    """Run what of the script is left and return the record, with what calibrated.ms holds.

    Raises
    ------
    AlmaredError
        The run may not start, or a step failed.
    """
    script = order.directory / FLUX_SCRIPT
    with display(read_script(script)) as listener:
        run_script(script, RunOptions(should_break_lock=order.should_break_lock), listener=listener)
    record = {**document(order, chosen), "contents": examine(order.directory, chosen.combination)}
    write_record(order.directory, record)
    return record


def write_record(directory: Path, record: Mapping[str, Any]) -> None:
    """Write the record; it is replaced whole."""
    write_whole(directory / RECORD, json.dumps(record, indent=1, allow_nan=False) + "\n")


def document(order: CombineOrder, chosen: ChosenCombination) -> dict[str, Any]:
    """Return the choices as JSON knows them."""
    combination = chosen.combination
    return {
        "mous": combination.uid,
        "scales": combination.should_scale,
        "reason": combination.reason,
        "executions": [
            {"ms": eb.ms, "middle": utc_text(eb.middle_mjd_s), **_fluxscale_document(eb)} for eb in combination.ebs
        ],
        "fluxes": [_flux_document(order, chosen, flux=flux) for flux in chosen.fluxes],
        "dirtol_arcsec": combination.dirtol_arcsec.value,
        "dirtol_reason": combination.dirtol_arcsec.reason,
        "offsets_arcsec": {e.selection: e.value for e in combination.dirtol_arcsec.evidence},
        "warnings": list(chosen.plan.warnings),
        "findings": records_of(chosen.plan.findings),
        "made_from": _made_from(order),
    }


def _fluxscale_document(eb: CalibratedEb) -> dict[str, Any]:
    """Return the references, and the spectra that fluxscale fitted."""
    found = eb.fluxscale
    return {
        "reference": list(found.references) if found else [],
        "fits": [asdict(fit) for fit in found.fits if fit.source in eb.calibrator_ids] if found else [],
    }


def _flux_document(order: CombineOrder, chosen: ChosenCombination, *, flux: EqualFlux) -> dict[str, Any]:
    mean, law = flux.mean, order.known.get(flux.source)
    records = [r for r in chosen.combination.records if (r.source, r.spw_id) == (flux.source, flux.spw_id)]
    return {
        "source": flux.source,
        "spw": flux.spw_id,
        "frequency_ghz": flux.own[0].frequency_hz / 1e9,
        "own": [_own_document(own, chosen.expected.get((flux.source, flux.spw_id, own.ms))) for own in flux.own],
        "mean_jy": mean.value,
        "error_jy": mean.error,
        "scatter_jy": mean.scatter,
        "mean_by_errors_jy": mean.by_errors,
        "chi_square": mean.chi_square,
        "degrees": mean.n_values - 1,
        "used_jy": {record.ms_name: record.used_jy for record in records},
        "known_jy": law.at(flux.own[0].frequency_hz) if law else None,
    }


def _own_document(own: OwnFlux, expected: CatalogueFlux | None) -> dict[str, Any]:
    found = {"ms": own.ms, "flux_jy": own.flux_jy, "error_jy": own.error_jy, "n_solutions": own.n_solutions}
    return {**found, "catalogue": asdict(expected) if expected else None}


def order_of_mous(mous: Mous, **changes: Any) -> CombineOrder:
    """Return the combination that ``mous.toml`` asks for, with changes by name where they are not None."""
    settings = mous.settings.combine
    dirtol = settings.dirtol_rad * ARCSEC_PER_RAD if settings.dirtol_rad else None
    catalogue = mous.tree.root / settings.catalogue if settings.catalogue else None
    given = {"should_scale": settings.scale, "dirtol_arcsec": dirtol, "catalogue": catalogue}
    return CombineOrder(mous, **{**given, **{name: value for name, value in changes.items() if value is not None}})
