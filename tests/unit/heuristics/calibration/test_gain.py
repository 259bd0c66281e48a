"""How gains are solved and applied (domain A.8 steps 15, 17, 18; A.12; G18 to G20, G32, G41)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.builders import SCIENCE, Look, Setup, antenna, build_eb, spiral, usual_looks

from almared.heuristics.calibration.calibrators import choose_gain_fields, choose_phase_association
from almared.heuristics.calibration.gain import (
    ApplyGroup,
    choose_apply_groups,
    choose_final_antennas,
    choose_gaintype,
    choose_phase_solint,
)
from almared.model import ExecutionBlock, SourceFlux

PHASE, TARGET, CHECK = "J1752-2956", "SgrB2", "J1744-3116"


def groups(eb: ExecutionBlock) -> tuple[ApplyGroup, ...]:
    return choose_apply_groups(eb, choose_gain_fields(eb).value, groups=choose_phase_association(eb).value).value


def with_fluxes(**jy: float) -> ExecutionBlock:
    names = {"phase": PHASE, "bandpass": "J1924-2914", "flux": "J1733-1304"}
    fluxes = {names[key]: (SourceFlux(97e9, (value,)),) for key, value in jy.items()}
    return build_eb(setup=Setup(fluxes=fluxes))


def solint(eb: ExecutionBlock) -> tuple[str, str, str]:
    choice = choose_phase_solint(eb, choose_gain_fields(eb).value, spw_ids=SCIENCE)
    return choice.value, choice.reason, choice.warning


def test_calibrators_take_their_own_phases_of_each_integration() -> None:
    """G19: bandpass and flux calibrators use phase_int; phase calibrator, target and check source phase_inf."""
    eb = build_eb()
    names = {g.names[0]: (g.phase_table, g.gain_field_id) for g in groups(eb)}
    ids = {f.name: f.id for f in eb.fields}
    assert names == {
        "J1924-2914": ("phase_int", ids["J1924-2914"]),
        "J1733-1304": ("phase_int", ids["J1733-1304"]),
        PHASE: ("phase_inf", ids[PHASE]),
    }
    assert groups(eb)[-1].field_ids == tuple(sorted((ids[PHASE], ids[TARGET], ids[CHECK])))


def test_calibrator_is_in_one_group_alone() -> None:
    looks = [Look(PHASE, "BANDPASS WVR"), Look(PHASE, "FLUX WVR"), *usual_looks()[5:]]
    (group,) = groups(build_eb(looks))
    assert group.phase_table == "phase_inf"
    assert group.names == (PHASE, TARGET, CHECK)


def test_every_mosaic_pointing_is_calibrated() -> None:
    pointings = [Look(f"SgrB2#{n}", "TARGET") for n in range(5)]
    eb = build_eb([*usual_looks()[:6], *pointings, usual_looks()[-1]])
    assert len(groups(eb)[-1].field_ids) == 6


def test_pointing_only_source_is_not_calibrated() -> None:
    """G23: its data are flagged; naming it in applycal selects nothing."""
    looks = [Look("J0000+0000", "POINTING WVR"), *usual_looks()]
    eb = build_eb(looks)
    assert 0 not in {f for g in groups(eb) for f in g.field_ids}


@pytest.mark.parametrize(
    ("snr", "gaintype", "warning"),
    [
        ({}, "G", ""),
        ({0: 300.0, 2: 25.0}, "G", ""),
        ({0: 300.0, 2: 10.0}, "G", "noisy"),
        ({0: 300.0, 2: 9.9}, "T", "difference of X and Y"),
    ],
)
def test_polarisations_are_solved_apart_where_each_is_strong_enough(
    snr: dict[int, float], gaintype: str, warning: str
) -> None:
    """G32: with T a difference of X and Y gains remains in the polarisations; G20: T where the signal is low."""
    choice = choose_gaintype(snr)
    assert choice.value == gaintype
    assert warning in choice.warning
    assert bool(choice.warning) is bool(warning)
    assert len(choice.evidence) == len(snr)


def test_weak_field_is_named() -> None:
    assert "field 2~3 reaches" in choose_gaintype({3: 4.0, 2: 5.0, 0: 99.0}).reason


def test_phases_follow_each_integration_where_the_signal_allows() -> None:
    assert solint(with_fluxes(phase=0.3, bandpass=5.0, flux=2.0))[0] == "int"


def test_phases_of_unknown_calibrators_follow_each_integration() -> None:
    assert solint(build_eb())[0] == "int"


@pytest.mark.parametrize(("jy", "integrations"), [(0.05, 1), (0.02, 3), (0.0125, 7)])
def test_integrations_are_averaged_until_the_weakest_calibrator_is_seen(jy: float, integrations: int) -> None:
    """G20. The SNR goes with flux and the root of time."""
    choice = choose_phase_solint(long_scans(jy), (0, 2), spw_ids=SCIENCE)
    snr = min(float(e.value) for e in choice.evidence)
    assert max(1.0, (5.0 / snr) ** 2) == pytest.approx(integrations, abs=0.8)
    assert choice.value == ("int" if integrations == 1 else f"{6.048 * integrations:.6g}s")
    assert choice.warning == ""


def test_no_more_than_a_scan_is_averaged() -> None:
    choice = choose_phase_solint(long_scans(1e-3), (0, 2), spw_ids=SCIENCE)
    assert choice.value == "inf"
    assert "lose coherence" in choice.warning


def long_scans(phase_jy: float) -> ExecutionBlock:
    fluxes = {PHASE: (SourceFlux(97e9, (phase_jy,)),), "J1924-2914": (SourceFlux(97e9, (5.0,)),)}
    looks = [replace(look, seconds=120.96) if look.field == PHASE else look for look in usual_looks()]
    return build_eb(looks, Setup(fluxes=fluxes))


def test_one_diameter_keeps_all_antennas() -> None:
    assert choose_final_antennas(build_eb()).value == ""


def test_dominant_diameter_is_kept_of_mixed_ones() -> None:
    """G41, A.13."""
    small = tuple(antenna(12 + n, f"CM0{n}", (200.0 + 12 * n, 0.0), 7.0) for n in range(3))
    eb = build_eb(setup=Setup(antennas=(*spiral(), *small)))
    choice = choose_final_antennas(eb)
    assert choice.value == ",".join(f"DA{41 + n}" for n in range(12)) + "&"
    assert "left out" in choice.warning
    assert choose_final_antennas(eb, allow_hybrid=True).value == ""
