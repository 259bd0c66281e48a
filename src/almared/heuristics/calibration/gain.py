"""How gains are solved, and to which fields they are applied (domain A.8 steps 15 and 17, A.13)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from almared.basics.select import id_ranges
from almared.heuristics.calibration.calibrators import PhaseGroup, calibrating_scans, field_name
from almared.heuristics.calibration.flux import FluxModel
from almared.heuristics.calibration.sensitivity import integration_s, predict_integration_snr, seconds_on
from almared.heuristics.thresholds.channels import PHASE_LEAST_SNR
from almared.heuristics.thresholds.gain import GAIN_LEAST_SNR, GAIN_TARGET_SNR
from almared.model import Choice, Evidence, ExecutionBlock


@dataclass(frozen=True, slots=True)
class ApplyGroup:
    """Fields that use the same gains in the final apply.

    Parameters
    ----------
    field_ids : tuple of int
        Fields calibrated together, the calibrator first.
    gain_field_id : int
        Field whose gains they use.
    phase_table : str
        ``phase_int`` for calibrators, ``phase_inf`` for a phase calibrator with its sources.
    names : tuple of str
        Names of the fields.
    """

    field_ids: tuple[int, ...]
    gain_field_id: int
    phase_table: str
    names: tuple[str, ...]


def choose_gaintype(predicted_snr: dict[int, float]) -> Choice[str]:
    """Return the gain type of the amplitude solutions.

    Parameters
    ----------
    predicted_snr : dict of int to float
        Per gain field the lowest predicted signal-to-noise ratio of one antenna, scan and polarisation; empty when
        it cannot be predicted.

    References
    ----------
    architecture.md, more facts: a normalised bandpass followed by gaintype T leaves an X/Y amplitude difference, so G
    is used when each polarisation reaches the minimum SNR of domain.md A.12; the old generator always used T.
    """
    least = GAIN_LEAST_SNR.value
    evidence = tuple(
        Evidence("predicted SNR per polarisation and scan", round(v, 1), selection=f"field {f}", source="radiometer")
        for f, v in sorted(predicted_snr.items())
    )
    weak = [f for f, v in predicted_snr.items() if v < least]
    if weak:
        reason = f"field {id_ranges(weak)} reaches less than SNR {least:g} per polarisation: both are averaged"
        warning = "a difference of X and Y gains remains in the polarisations (Stokes I is correct)"
        return Choice("T", reason, evidence, rule="domain A.12, G32", warning=warning)
    strong = "each polarisation is strong enough" if evidence else "no known flux is against it"
    noisy = [f for f, v in predicted_snr.items() if v < GAIN_TARGET_SNR.value]
    return Choice(
        "G",
        f"X and Y gains may differ, and {strong}",
        evidence,
        rule="architecture 'More facts', G32",
        warning=f"amplitudes of field {id_ranges(noisy)} will be noisy: the target is SNR 25 per scan" if noisy else "",
    )


def choose_phase_solint(
    eb: ExecutionBlock, field_ids: Sequence[int], *, spw_ids: Sequence[int], model: FluxModel | None = None
) -> Choice[str]:
    """Return the interval of the short phase solutions: ``int``, some seconds such as ``18.144s``, or ``inf``.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    field_ids, spw_ids : sequence of int
        Calibrators and windows.
    model : FluxModel, optional
        Model of the flux calibrator.

    References
    ----------
    domain.md A.8 step 15 (each integration), A.12, G18 and G20: when the weakest calibrator or the narrowest window
    has too little signal in one integration, several are averaged, up to a scan, since failed solutions flag data.
    """
    ratios = {f: predict_integration_snr(eb, f, spw_ids=spw_ids, model=model) for f in field_ids}
    known = {f: min(by_window.values()) for f, by_window in ratios.items() if by_window}
    least = PHASE_LEAST_SNR.value
    evidence = tuple(
        Evidence("predicted SNR per integration", round(v, 1), "", field_name(eb, f), "radiometer")
        for f, v in known.items()
    )
    weakest = min(known.values(), default=least)
    count = max(1, math.ceil((least / max(weakest, 1e-3)) ** 2))
    if count == 1:
        return Choice("int", "each integration, to follow the atmosphere", evidence, rule="domain A.8 step 15")
    dump = min(filter(None, (integration_s(eb, f, spw_ids=spw_ids) for f in field_ids)))
    seconds, longest = count * dump, _shortest_scan_s(eb, field_ids, spw_ids=spw_ids)
    reason = f"one integration reaches SNR {weakest:.1f} on the weakest calibrator; {least:g} is needed"
    if seconds <= 0.5 * longest:
        return Choice(f"{seconds:.6g}s", f"{reason}: {count} are averaged", evidence, rule="domain A.12, G20")
    warning = "the phases of a whole scan are averaged: amplitudes of calibrators lose coherence"
    return Choice("inf", f"{reason}: whole scans are averaged", evidence, rule="domain A.12, G20", warning=warning)


def _shortest_scan_s(eb: ExecutionBlock, field_ids: Iterable[int], *, spw_ids: Sequence[int]) -> float:
    times = (seconds_on([s], f, spw_id=spw) for f in field_ids for s in calibrating_scans(eb, f) for spw in spw_ids)
    return min((t for t in times if t > 0), default=0.0)


def choose_apply_groups(
    eb: ExecutionBlock, gain_fields: tuple[int, ...], *, groups: tuple[PhaseGroup, ...]
) -> Choice[tuple[ApplyGroup, ...]]:
    """Return which fields use which gains in the final apply.

    References
    ----------
    domain.md A.8 step 17: calibrators other than phase calibrators use their own ``phase_int``; a phase calibrator
    and its targets and check sources use its ``phase_inf``. G19 checks this rule.
    """
    serving = {g.calibrator_field_id: g for g in groups}
    found = [ApplyGroup((f,), f, "phase_int", (field_name(eb, f),)) for f in gain_fields if f not in serving]
    for calibrator, group in serving.items():
        members = (calibrator, *sorted((*group.science_field_ids, *group.check_field_ids)))
        found.append(ApplyGroup(members, calibrator, "phase_inf", group.names))
    return Choice(
        tuple(found),
        "calibrators use phases per integration; a phase calibrator and its sources use phases per scan",
        rule="domain A.8 step 17, G19",
    )


def choose_final_antennas(eb: ExecutionBlock, *, allow_hybrid: bool = False) -> Choice[str]:
    """Return the antenna selection of the final split; empty for all.

    References
    ----------
    domain.md A.8 step 18, A.13, G41: of mixed diameters only the dominant one is kept, unless a hybrid is allowed.
    """
    counts = Counter(a.diameter_m for a in eb.antennas)
    if len(counts) < 2 or allow_hybrid:
        return Choice("", "all antennas have one diameter" if len(counts) < 2 else "hybrid allowed", rule="domain A.13")
    dominant = max(counts, key=lambda d: (counts[d], d))
    names = [a.name for a in eb.antennas if a.diameter_m == dominant]
    return Choice(
        ",".join(names) + "&",
        f"antennas of the dominant diameter {dominant:g} m",
        tuple(Evidence("antennas", n, selection=f"{d:g} m") for d, n in sorted(counts.items())),
        rule="domain A.8 step 18, A.13",
        warning="antennas of another diameter are left out of the calibrated data",
    )
