"""Roles of the calibrator fields (domain A.4, A.8 steps 11, 13 and 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from almared.errors import PlanError
from almared.heuristics.calibration.spws import choose_calibration_spws
from almared.heuristics.thresholds.general import SAME_PLACE
from almared.model import Choice, Evidence, ExecutionBlock, Field, Intent, Scan
from almared.physics.bodies import body_name

SUPPORTING = frozenset({Intent.POINTING, Intent.ATMOSPHERE, Intent.WVR, Intent.SIDEBAND_RATIO, Intent.FOCUS})
"""Intents that alone make no gain calibrator (domain A.8 step 15; SIDEBAND_RATIO and FOCUS are flagged in step 3)."""

LOOKED_AT = (Intent.TARGET, Intent.CHECK)


@dataclass(frozen=True, slots=True)
class PhaseGroup:
    """A phase calibrator and the fields that it calibrates.

    Parameters
    ----------
    calibrator_field_id : int
        Field of the phase calibrator.
    science_field_ids, check_field_ids : tuple of int
        Fields that take its gains.
    names : tuple of str
        Their names, the calibrator's first.
    """

    calibrator_field_id: int
    science_field_ids: tuple[int, ...]
    check_field_ids: tuple[int, ...]
    names: tuple[str, ...]


def field_name(eb: ExecutionBlock, field_id: int) -> str:
    """Return the name of a field."""
    return eb.fields[field_id].name


def fields_of_source(eb: ExecutionBlock, field_id: int) -> tuple[Field, ...]:
    """Return all fields of the same source as the given one: same name, and same source id or source position.

    References
    ----------
    domain.md A.2 (fixForCSV2555): one source, by name and direction, may have several ids in the ASDM.
    """
    mine = eb.fields[field_id]
    places = {s.id: s.direction_rad for s in eb.sources}
    return tuple(
        f
        for f in eb.fields
        if f.name == mine.name and (f.source_id == mine.source_id or _is_one_place(places, f, second=mine))
    )


def _is_one_place(places: Mapping[int, tuple[float, float]], first: Field, *, second: Field) -> bool:
    if first.source_id not in places or second.source_id not in places:
        return False
    here, there = places[first.source_id], places[second.source_id]
    return all(abs(a - b) < SAME_PLACE.value for a, b in zip(here, there, strict=True))


def is_phase_only(scan: Scan) -> bool:
    """Return whether the scan was observed only for phases (and water vapour)."""
    return scan.has(Intent.PHASE) and set(scan.intents) <= {Intent.PHASE, Intent.WVR}


def calibrating_scans(eb: ExecutionBlock, field_id: int) -> tuple[Scan, ...]:
    """Return the scans of a field in which gains can be solved: not ATMOSPHERE, not only pointing or sideband."""
    return tuple(s for s in eb.scans if field_id in s.field_ids and not (_is_supporting(s) or s.has(Intent.ATMOSPHERE)))


def solvable_scans(eb: ExecutionBlock, field_id: int) -> tuple[Scan, ...]:
    """Return the calibration scans of a field that have data in the calibrated windows."""
    windows = set(choose_calibration_spws(eb).value)
    return tuple(s for s in calibrating_scans(eb, field_id) if windows & set(s.spw_ids))


def _is_supporting(scan: Scan) -> bool:
    return set(scan.intents) <= SUPPORTING


def choose_bandpass_field(eb: ExecutionBlock, *, override: int | None = None) -> Choice[int]:
    """Return the field of the bandpass calibrator.

    Raises
    ------
    PlanError
        There is neither a bandpass nor a phase calibrator, or the override is not a field.

    References
    ----------
    domain.md A.8 step 13: the first BANDPASS field, else the first field with PHASE scans. The old generator took an
    override without using it (A.1); here it is used.
    """
    if override is not None:
        _require_field(eb, override)
        return Choice(override, f"given by the reducer: {field_name(eb, override)}", rule="domain A.1 bpassCalId")
    for intents, word in (((Intent.BANDPASS,), "bandpass"), ((Intent.PHASE,), "phase")):
        found = eb.field_ids_with(*intents)
        if found:
            return _first_of(eb, found, word=word)
    raise PlanError(
        "no bandpass and no phase calibrator was observed",
        where=eb.name,
        repair="name a field with --bpass-field",
    )


def _first_of(eb: ExecutionBlock, found: tuple[int, ...], *, word: str) -> Choice[int]:
    several = f"{len(found)} {word} fields, the first is used" if len(found) > 1 else ""
    fallback = "no scan has CALIBRATE_BANDPASS: the phase calibrator is used" if word == "phase" else ""
    return Choice(
        found[0],
        f"{field_name(eb, found[0])} is the first field with CALIBRATE_{word.upper()}",
        rule="domain A.8 step 13",
        warning="; ".join(filter(None, (fallback, several))),
    )


def _require_field(eb: ExecutionBlock, field_id: int) -> None:
    if not 0 <= field_id < len(eb.fields):
        raise PlanError(
            f"field {field_id} does not exist; fields are 0 to {len(eb.fields) - 1}",
            where=eb.name,
            repair="see `almared inspect` for the ids",
        )


def choose_bandpass_scans(eb: ExecutionBlock, field_id: int) -> Choice[tuple[int, ...]]:
    """Return the scans for solving the bandpass.

    References
    ----------
    domain.md A.8 step 13: scans of the field minus ATMOSPHERE scans; of these the BANDPASS ones where there are any.
    Pointing and sideband-ratio scans, which step 3 flags completely, are excluded too.
    """
    usable = solvable_scans(eb, field_id)
    meant = tuple(s for s in usable if s.has(Intent.BANDPASS)) or usable
    if not meant:
        raise PlanError(
            f"field {field_id} has no scan for solving a bandpass",
            where=eb.name,
            repair="name another one with --bpass-field",
        )
    return Choice(
        tuple(s.number for s in meant),
        f"scans of {field_name(eb, field_id)} observed for the bandpass, atmosphere scans left out",
        rule="domain A.8 step 13",
    )


def choose_flux_fields(eb: ExecutionBlock) -> Choice[tuple[int, ...]]:
    """Return the fields with AMPLI or FLUX intent; the first one is the reference of the flux scale.

    References
    ----------
    domain.md A.8 step 11: Solar-System bodies come before quasars; there is only one reference; a second only causes a
    warning.
    """
    seen = tuple(f for f in eb.field_ids_with(Intent.FLUX, Intent.AMPLI) if solvable_scans(eb, f))
    found = tuple(sorted(seen, key=lambda f: (body_name(field_name(eb, f)) is None, f)))
    if not found:
        return Choice(
            (), "no scan has CALIBRATE_FLUX or CALIBRATE_AMPLI", rule="domain A.8 step 11", warning="no flux calibrator"
        )
    others = ", ".join(field_name(eb, f) for f in found[1:])
    warning = f"{len(found)} flux calibrators, only the first sets the scale, not {others}" if others else ""
    return Choice(
        found,
        f"{field_name(eb, found[0])} was observed with CALIBRATE_FLUX or CALIBRATE_AMPLI",
        rule="domain A.8 step 11",
        warning=warning,
    )


def choose_gain_fields(eb: ExecutionBlock) -> Choice[tuple[int, ...]]:
    """Return the calibrator fields for which gains are solved.

    References
    ----------
    domain.md A.8 step 15 and G23: all fields that are neither target nor check source and have an intent other than
    POINTING, ATMOSPHERE and WVR. A source observed for pointing only is deliberately flagged and excluded; so is
    one without data in the calibrated windows.
    """
    looked_at = set(eb.field_ids_with(*LOOKED_AT))
    chosen = tuple(f.id for f in eb.fields if f.id not in looked_at and solvable_scans(eb, f.id))
    targets = {field_name(eb, f) for f in looked_at}
    left_out = [f.name for f in eb.fields if f.name not in targets and f.id not in chosen and eb.intents_of_field(f.id)]
    others = ", ".join(dict.fromkeys(left_out))
    said = f"; without those observed only for pointing or atmosphere: {others}" if others else ""
    return Choice(chosen, "all calibrators with an intent of their own" + said, rule="domain A.8 step 15, G23")


def choose_phase_association(eb: ExecutionBlock) -> Choice[tuple[PhaseGroup, ...]]:
    """Return the phase calibrators, each with the targets and check sources that use its gains.

    Raises
    ------
    PlanError
        Targets were observed without a phase calibrator, or several fields share its name.

    References
    ----------
    domain.md A.4: a calibrator seen in scans for PHASE (and WVR) only serves the sources observed between its first
    and its last scan; of several the one whose first scan is earliest.
    """
    looked_at = eb.field_ids_with(*LOOKED_AT)
    spans = _calibrator_spans(eb)
    if not spans:
        if looked_at:
            raise PlanError(
                "targets were observed without a phase calibrator",
                where=eb.name,
                repair="such data need a recipe of their own; check the intents with `almared inspect`",
            )
        return Choice((), "no target and no phase calibrator", rule="domain A.4")
    _refuse_ambiguous(eb, spans)
    served: dict[int, list[int]] = {field_id: [] for field_id in spans}
    lost = []
    for field_id in looked_at:
        server = _server(eb, field_id, spans=spans)
        if server is None:
            lost.append(field_name(eb, field_id))
        served[next(iter(spans)) if server is None else server].append(field_id)
    groups = tuple(_group(eb, calibrator, fields=fields) for calibrator, fields in served.items())
    warning = f"not between scans of any calibrator: {', '.join(dict.fromkeys(lost))}" if lost else ""
    return Choice(
        groups,
        "each target and check source takes the calibrator whose scans bracket it",
        _span_evidence(eb, spans),
        rule="domain A.4",
        warning=warning,
    )


def _refuse_ambiguous(eb: ExecutionBlock, spans: Iterable[int]) -> None:
    """Refuse a phase calibrator whose name several fields share: the gains for a target would be ambiguous."""
    names = [field_name(eb, field_id) for field_id in spans]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PlanError(
            f"several fields with phase scans have the same name: {', '.join(twice)}",
            where=eb.name,
            repair="such data need a recipe of their own; check the fields with `almared inspect`",
        )


def _calibrator_spans(eb: ExecutionBlock) -> dict[int, tuple[int, int]]:
    """Return first and last scan per calibrator, earliest first; PHASE-only scans if there are any, else all PHASE."""
    scans = [s for s in eb.scans if is_phase_only(s)] or list(eb.scans_with(Intent.PHASE))
    spans: dict[int, tuple[int, int]] = {}
    for scan in scans:
        for field_id in scan.field_ids:
            first, _ = spans.get(field_id, (scan.number, scan.number))
            spans[field_id] = (first, scan.number)
    return spans


def _server(eb: ExecutionBlock, field_id: int, *, spans: dict[int, tuple[int, int]]) -> int | None:
    """Return the earliest calibrator whose scans bracket the source."""
    same = {f.id for f in fields_of_source(eb, field_id)}
    numbers = [s.number for s in eb.scans_with(*LOOKED_AT) if same & set(s.field_ids)]
    for calibrator, (first, last) in spans.items():
        if any(first < number < last for number in numbers):
            return calibrator
    return None


def _group(eb: ExecutionBlock, calibrator: int, *, fields: Iterable[int]) -> PhaseGroup:
    checks = set(eb.field_ids_with(Intent.CHECK))
    members = tuple(fields)
    return PhaseGroup(
        calibrator,
        tuple(f for f in members if f not in checks),
        tuple(f for f in members if f in checks),
        tuple(dict.fromkeys(field_name(eb, f) for f in (calibrator, *members))),
    )


def _span_evidence(eb: ExecutionBlock, spans: dict[int, tuple[int, int]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("first and last scan", f"{first} to {last}", selection=field_name(eb, field_id), source="Scan")
        for field_id, (first, last) in spans.items()
    )
