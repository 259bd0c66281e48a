"""Scaling of execution blocks to common fluxes, and their concatenation (domain B.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from almared.basics.select import id_ranges
from almared.errors import PlanError
from almared.formats.fluxtable import NAME, FluxRecord
from almared.heuristics.calibration.calibrators import PhaseGroup
from almared.model import Choice, Finding
from almared.mous.places import FLUX_SCRIPT
from almared.names import flag_versions
from almared.plan import (
    COMBINATION,
    Action,
    Argument,
    Call,
    NamedChoice,
    Plan,
    Step,
    StepNeeds,
    check_plan,
    choice_findings,
    default_build,
)
from almared.plan.faults import CONFUSED_FIELDS, with_fault_warnings
from almared.recipes.building import call, check_made, remove, routine
from almared.recipes.calibration.situations.few_antennas import ENOUGH
from almared.recipes.combination.facts import CalibratedEb, shared_positions

CALIBRATED = "calibrated.ms"
LISTING = f"{CALIBRATED}.listobs"
AS_CALIBRATED = "AsCalibrated"
"""Flags of a copy before it was scaled."""

COLUMNS = "The columns are calibrator, window, GHz, flux of the execution block, flux used (both Jy), time, MS."


@dataclass(frozen=True, slots=True)
class Combination:
    """All that the script does.

    Parameters
    ----------
    uid : str
        Of the MOUS.
    ebs : tuple of CalibratedEb
        In order of date.
    records : tuple of FluxRecord
        The table of fluxes; empty without scaling.
    should_scale : bool
        Whether the execution blocks are scaled.
    table_sha256 : str
        Of the file of the table.
    reason : str
        Why they are, or are not.
    dirtol_arcsec : Choice of float or None
        Within which fields are one.
    findings : tuple of Finding
        What to look at.
    """

    uid: str
    ebs: tuple[CalibratedEb, ...]
    records: tuple[FluxRecord, ...]
    should_scale: bool
    table_sha256: str
    reason: str
    dirtol_arcsec: Choice[float | None]
    findings: tuple[Finding, ...] = ()


def gain_table(ms: str) -> str:
    """Return the name of the table with the scale of a calibrated MS."""
    return f"{ms}.ampli_inf"


def plan_combination(combination: Combination) -> Plan:
    """Return the plan: a step for each execution block that is scaled, and the concatenation.

    Raises
    ------
    PlanError
        A flux is missing or no flux, or the plan is not sound.
    """
    scaled = combination.ebs if combination.should_scale else ()
    scalings = [_scaling(eb, combination, number=number) for number, eb in enumerate(scaled)]
    steps = (*scalings, _concatenation(len(scalings), combination))
    tolerance = combination.dirtol_arcsec
    plan = Plan(
        kind=COMBINATION,
        script=FLUX_SCRIPT,
        uid=combination.uid,
        build=default_build().version,
        steps=steps,
        choices=(
            NamedChoice("scaling", Choice(combination.should_scale, combination.reason, rule="domain B.1")),
            NamedChoice("dirtol", tolerance),
        ),
        findings=(*combination.findings, *choice_findings(tolerance)),
        head=tuple(_head(combination)),
    )
    faults = (CONFUSED_FIELDS,) if shared_positions(combination.ebs) else ()
    return check_plan(with_fault_warnings(plan, *faults))


def _head(combination: Combination) -> Iterator[str]:
    if not combination.should_scale:
        yield f"The execution blocks are not scaled: {combination.reason}."
        yield f"The data column of {CALIBRATED} is that of each calibration."
        return
    yield f"Each execution block is scaled to the fluxes used: {combination.reason}."
    yield f"The scaled data are in the corrected column of {CALIBRATED}."
    yield ""
    yield COLUMNS
    for record in combination.records:
        fluxes = " ".join("-" if flux is None else f"{flux:.5f}" for flux in (record.own_jy, record.used_jy))
        yield (f'"{record.source}" {record.spw_id} {record.frequency_ghz:.2f} {fluxes} {record.time} {record.ms_name}')


def _scaling(eb: CalibratedEb, combination: Combination, *, number: int) -> Step:
    table = gain_table(eb.ms)
    records = [r for r in combination.records if r.ms_name == eb.ms and r.source in eb.calibrator_ids]
    spws = id_ranges({record.spw_id for record in records})
    _check_windows(eb, records)
    actions: tuple[Action, ...] = (
        routine("check_table", NAME, combination.table_sha256),
        routine("start_from_flags", eb.ms, AS_CALIBRATED),
        remove(table),
        *(_model(eb, record) for record in records),
        _solution(eb, table, spws=spws),
        check_made(table),
        *(_application(eb, group, table=table, spws=spws) for group in eb.groups),
    )
    return Step(
        number,
        f"Scaling of {eb.ms}",
        actions,
        makes=(table,),
        changes=(eb.ms,),
        flags={eb.ms: AS_CALIBRATED},
        # Data as stored are compressed little: the corrected column is as large as all of them at most.
        needs=StepNeeds(disk_bytes=eb.n_bytes, memory_bytes=8e8, seconds=5.0 + 4e-9 * eb.n_bytes),
        after=(),
    )


def _check_windows(eb: CalibratedEb, records: Sequence[FluxRecord]) -> None:
    """Refuse a window that would be left unscaled, since applycal flags what has no solution."""
    for name, field in eb.calibrator_ids.items():
        observed = {spw for scan in eb.eb.scans if field in scan.field_ids for spw in scan.spw_ids}
        wanted = set(eb.spw_ids)
        known = {record.spw_id for record in records if record.source == name}
        for missing, why in ((wanted - known, "has no flux of it"), (wanted - observed, "was not observed on it")):
            if missing:
                raise PlanError(
                    f"{name} cannot scale window {min(missing)}, which {why}",
                    where=eb.ms,
                    repair="enter its flux into allFluxes.txt, or concatenate without scaling (`--no-scale`)",
                )


def _model(eb: CalibratedEb, record: FluxRecord) -> Call:
    if record.used_jy is None or record.used_jy <= 0:
        raise PlanError(f"{record.source} has no flux to use in window {record.spw_id}", where=record.place or eb.ms)
    return call(
        "setjy",
        vis=eb.ms,
        field=str(eb.calibrator_ids[record.source]),
        spw=str(record.spw_id),
        standard="manual",
        fluxdensity=Argument(
            "",
            (record.used_jy, 0, 0, 0),
            reason=f"{record.source}: {_compared(record)}, {record.frequency_ghz:.2f} GHz",
        ),
        usescratch=False,
    )


def _compared(record: FluxRecord) -> str:
    if record.own_jy is None or not record.used_jy:
        return "not measured here"
    return f"{100 * (record.own_jy / record.used_jy - 1):+.1f} % here"


def _solution(eb: CalibratedEb, table: str, *, spws: str) -> Call:
    """Return one amplitude per antenna and window of each calibrator, from all its scans."""
    solve = call(
        "gaincal",
        "One factor per antenna and window for the whole execution; the data are calibrated: no table comes first.",
        vis=eb.ms,
        caltable=table,
        field=id_ranges(eb.calibrator_ids.values()),
        spw=spws,
        solint="inf",
        combine="scan",
        gaintype="T",
        calmode="a",
    )
    antennas = len(eb.eb.antennas)
    if antennas >= ENOUGH:
        return solve
    reason = f"of {antennas} antennas one may be flagged without loss of the others"
    return solve.with_argument("minblperant", max(1, antennas - 2), reason=reason)


def _application(eb: CalibratedEb, group: PhaseGroup, *, table: str, spws: str) -> Call:
    calibrator = str(group.calibrator_field_id)
    return call(
        "applycal",
        f"{group.names[0]} scales {', '.join(group.names[1:])}",
        vis=eb.ms,
        field=id_ranges((group.calibrator_field_id, *group.science_field_ids, *group.check_field_ids)),
        spw=spws,
        gaintable=(table,),
        gainfield=(calibrator,),
        calwt=False,
        flagbackup=False,
    )


def _concatenation(number: int, combination: Combination) -> Step:
    names = tuple(eb.ms for eb in combination.ebs)
    tolerance = combination.dirtol_arcsec
    extra = {} if tolerance.value is None else {"dirtol": Choice(f"{tolerance.value:.4g}arcsec", tolerance.reason)}
    actions: tuple[Action, ...] = (
        remove(CALIBRATED, flag_versions(CALIBRATED), LISTING),
        call("concat", vis=names, concatvis=CALIBRATED, **extra),
        check_made(CALIBRATED),
        routine("unify_windows", CALIBRATED),
        call("listobs", vis=CALIBRATED, listfile=LISTING),
    )
    size = sum(eb.n_bytes for eb in combination.ebs) * (2 if combination.should_scale else 1)
    return Step(
        number,
        "Concatenation",
        actions,
        makes=(CALIBRATED, LISTING),
        needs=StepNeeds(disk_bytes=size, memory_bytes=8e8, seconds=5.0 + 4e-9 * size),
        after=tuple(range(number)),
    )
