"""The plain calibration and its special situations, step by step."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.small_plan import ASDM, MS, planned, small_eb

from almared.errors import PlanError
from almared.formats.catalogues.antpos import PositionFile
from almared.heuristics.calibration.flux import FluxModel, PowerLaw
from almared.model import Choice, ExecutionBlock, Field, Scan, Subscan
from almared.names import Products
from almared.plan import Call, Plan, Routine, StepId, check_plan
from almared.recipes import CalibrationOptions, parse_flux
from almared.recipes.calibration.decide import decide
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.resolved_flux_calibrator import FADED_DISK, RESOLVED_FLUX_CALIBRATOR
from almared.recipes.calibration.situations.sources_without_tsys import SOURCES_WITHOUT_TSYS
from almared.recipes.calibration.steps.apriori_apply import apply_apriori


def calls(plan: Plan, step: int, task: str = "") -> list[Call]:
    return [a for a in plan.step(step).actions if isinstance(a, Call) and task in ("", a.task)]


def value(plan: Plan, step: int, task: str, name: str) -> object:
    return calls(plan, step, task)[0].get(name)


def reasons(plan: Plan, step: int) -> str:
    return " ".join(a.reason for call in calls(plan, step) for a in call.arguments)


def with_scans(eb: ExecutionBlock, *changes: tuple[int, dict[str, Any]], more: tuple[Scan, ...] = ()) -> ExecutionBlock:
    by_number = dict(changes)
    return replace(eb, scans=(*(replace(s, **by_number.get(s.number, {})) for s in eb.scans), *more))


def positions(**offsets: tuple[float, float, float]) -> PositionFile:
    return PositionFile(Path("antennapos.csv"), offsets, {})


def without_window(scan: Scan, spw: int) -> tuple[Subscan, ...]:
    return tuple(
        replace(sub, blocks=tuple(replace(b, spw_ids=tuple(i for i in b.spw_ids if i != spw)) for b in sub.blocks))
        for sub in scan.subscans
    )


def without_small_dishes(eb: ExecutionBlock) -> ExecutionBlock:
    return replace(eb, antennas=tuple(replace(a, diameter_m=12.0) for a in eb.antennas))


def test_twenty_steps_with_the_titles_that_reducers_know() -> None:
    plan = planned()
    assert [step.number for step in plan.steps] == list(range(20))
    assert StepId(8).title == "Split out science SPWs and time average"
    assert StepId(9).title == "Listobs, and save original flags"
    assert StepId(19).title == "Save flags after applycal"
    for step in plan.steps:
        assert bool(step.actions) != bool(step.nothing_because)


def test_import_removes_old_flag_versions_first_and_is_compared_with_the_asdm() -> None:
    actions = planned().step(0).actions
    first, second, third = actions[:3]
    assert isinstance(first, Routine)
    assert [a.value for a in first.arguments] == [MS, f"{MS}.flagversions"]
    assert isinstance(second, Call)
    assert second.get("asdm") == ASDM
    assert second.get("bdfflags") is True
    assert second.get("process_caldevice") is False
    assert isinstance(third, Routine)
    assert third.name == "check_import"
    assert third.arguments[1].value == {"MAIN": 1908}


def test_flags_start_as_the_contract_says() -> None:
    plan = planned()
    split, cal = f"{MS}.split", f"{MS}.split.cal"
    expected = {3: {MS: "BeforeAprioriFlagging"}, 7: {MS: "BeforeAprioriApply"}, 19: {cal: "AfterApplycal"}}
    expected |= {9: {split: "Original"}, 10: {split: "Original"}}
    for numbers, name in (
        ((12, 13), "BeforeBandpassCalibration"),
        ((14, 15), "BeforeGainCalibration"),
        ((16, 17), "BeforeApplycal"),
    ):
        expected |= {number: {split: name} for number in numbers}
    assert {s.number: dict(s.flags) for s in plan.steps if s.flags} == expected
    starts = {
        s.number: [x.value for x in a.arguments]
        for s in plan.steps
        for a in s.actions
        if isinstance(a, Routine) and a.name == "start_from_flags"
    }
    assert starts[3] == [MS, "BeforeAprioriFlagging", ("BeforeAprioriApply",)]
    assert starts[12] == [split, "BeforeBandpassCalibration", ("BeforeGainCalibration", "BeforeApplycal")]
    assert starts[17] == [split, "BeforeApplycal"]
    assert set(starts) == set(expected)


def test_what_a_step_makes_is_removed_by_it_first() -> None:
    for step in planned().steps:
        removed = [a for a in step.actions if isinstance(a, Routine) and a.name == "remove"]
        names = {x.value for a in removed for x in a.arguments}
        assert names == set(step.makes)


def test_apriori_flags_spare_the_radiometers() -> None:
    plan = planned()
    autos, intents = calls(plan, 3, "flagdata")
    assert autos.get("spw") == "1~8"
    assert intents.get("intent") == "*ATMOSPHERE*"
    assert value(plan, 3, "flagcmd", "useapplied") is True


def test_no_online_flags_no_flagcmd() -> None:
    assert not calls(planned(replace(small_eb(), online_flags=())), 3, "flagcmd")


def test_target_takes_the_tsys_of_its_phase_calibrator() -> None:
    plan = planned()
    gain_fields = {c.get("field"): c.get("gainfield") for c in calls(plan, 7, "applycal")}
    assert gain_fields == {"0": ("0", ""), "1": ("1", ""), "2": ("1", "")}
    assert "its phase calibrator" in reasons(plan, 7)


def test_calibrator_without_tsys_is_refused() -> None:
    eb = small_eb()
    rows = tuple(row for row in eb.tsys if row.start_mjd_s < eb.scans[1].start_mjd_s)
    with pytest.raises(PlanError, match="J1752-2956"):
        planned(replace(eb, tsys=rows))


def test_window_beyond_its_tsys_needs_a_tolerance() -> None:
    with pytest.raises(PlanError, match="no Tsys window covers spw 7"):
        planned(tsys_channel_tolerance=1.0)


def test_no_tsys_at_all_is_said_and_not_applied() -> None:
    plan = planned(replace(small_eb(), tsys=()))
    assert "no system temperatures" in plan.step(5).nothing_because
    for call in calls(plan, 7, "applycal"):
        assert call.get("gaintable") == (f"{MS}.wvr",)
        assert call.get("spwmap") == ((),)
    assert any("no system temperatures" in warning for warning in plan.warnings)


def test_switched_off_water_vapour_leaves_no_trace() -> None:
    plan = planned(has_wvr_correction=False)
    assert "--no-wvr" in plan.step(4).nothing_because
    assert [c.choice.value for c in plan.choices if c.name == "water vapour"] == ["not corrected"]
    for call in calls(plan, 7, "applycal"):
        assert call.get("gaintable") == (f"{MS}.tsys",)
        assert len(call.get("gainfield")) == len(call.get("interp")) == len(call.get("spwmap")) == 1  # type: ignore[arg-type]


def test_compact_array_has_no_radiometers() -> None:
    eb = small_eb()
    eb = replace(eb, antennas=tuple(replace(a, name=f"CM0{a.id}", diameter_m=7.0) for a in eb.antennas))
    assert "CM" in planned(eb).step(4).nothing_because


def test_nothing_to_apply_splits_the_raw_data() -> None:
    plan = planned(replace(small_eb(), tsys=()), has_wvr_correction=False)
    assert plan.step(7).nothing_because
    assert value(plan, 8, "mstransform", "datacolumn") == "data"


def test_positions_are_applied_where_given() -> None:
    plan = planned(positions=positions(DA41=(1e-3, 0.0, -2.5e-3), DV02=(0.0, 0.0, 0.0)))
    gencal = calls(plan, 6, "gencal")[0]
    assert gencal.get("antenna") == "DA41"
    assert gencal.get("parameter") == (1e-3, 0.0, -2.5e-3)
    assert plan.step(6).makes == (f"{MS}.antpos",)
    assert calls(plan, 7, "applycal")[0].get("gaintable") == (f"{MS}.tsys", f"{MS}.wvr", f"{MS}.antpos")
    assert any("2 mm" in warning for warning in plan.warnings)


@pytest.mark.parametrize("given", [None, positions(DA41=(0.0, 0.0, 0.0))])
def test_zero_positions_are_none(given: PositionFile | None) -> None:
    assert planned(positions=given).step(6).nothing_because


def test_dishes_of_another_size_stay_behind_unless_wanted() -> None:
    assert value(planned(), 18, "mstransform", "antenna") == "DA41,DV02,PM03,DV10&"
    assert value(planned(keeps_all_antennas=True), 18, "mstransform", "antenna") is None
    assert value(planned(without_small_dishes(small_eb())), 18, "mstransform", "antenna") is None


def test_small_array_asks_for_fewer_baselines() -> None:
    plan = planned()
    for step in (13, 15):
        for call in calls(plan, step):
            if call.task in ("gaincal", "bandpass"):
                assert call.get("minblperant") == 3


def test_large_array_keeps_the_demand_of_casa() -> None:
    eb = small_eb()
    more = tuple(
        replace(eb.antennas[0], id=5 + n, name=f"DA6{n}", position_m=(2225000.0 + 20 * n, -5440058.0, -2481690.0))
        for n in range(4)
    )
    plan = planned(replace(eb, antennas=(*eb.antennas, *more)))
    assert calls(plan, 15, "gaincal")[0].get("minblperant") is None


def test_low_snr_solves_for_longer() -> None:
    solints = [c.get("solint") for c in calls(planned(is_low_snr=True), 15, "gaincal")]
    assert set(solints) == {"inf"}
    assert "int" in [c.get("solint") for c in calls(planned(), 15, "gaincal")]


def test_time_bin_and_buffer_reach_their_tasks() -> None:
    plan = planned(time_bin_s=10.0, tbuff_s=1.5)
    assert value(plan, 8, "mstransform", "timebin") == "10s"
    assert value(plan, 8, "mstransform", "timeaverage") is True
    assert value(plan, 0, "importasdm", "tbuff") == 1.5


def test_windows_keep_their_ids() -> None:
    plan = planned()
    assert value(plan, 8, "mstransform", "reindex") is False
    assert value(plan, 8, "mstransform", "spw") == "5,7"


def test_field_at_zero_is_moved_to_where_the_antennas_pointed() -> None:
    eb = small_eb()
    fields = (*eb.fields[:2], replace(eb.fields[2], direction_rad=(0.0, 0.0)))
    assert value(planned(replace(eb, fields=fields)), 1, "fixplanets", "field") == "2"
    ephemeris = (*eb.fields[:2], replace(fields[2], is_ephemeris=True))
    assert not calls(planned(replace(eb, fields=ephemeris)), 1, "fixplanets")


def test_plan_from_an_ms_alone_never_imports() -> None:
    plan = planned(asdm="")
    assert MS in plan.step(0).nothing_because
    assert plan.step(0).makes == ()


def test_polarisation_calibrator_wants_a_strict_reference() -> None:
    eb = small_eb()
    eb = with_scans(eb, (2, {"intents": (*eb.scans[1].intents, "CALIBRATE_POLARIZATION")}))
    plan = planned(eb)
    assert {c.get("refantmode") for s in (13, 15) for c in calls(plan, s, "gaincal")} == {"strict"}
    assert any("parallel hands" in warning for warning in plan.warnings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda eb: with_scans(eb, (2, {"intents": (*eb.scans[1].intents, "CALIBRATE_DIFFGAIN")})),
            "differential gain",
        ),
        (lambda eb: with_scans(eb, (3, {"subscans": without_window(eb.scans[3], 7)})), "not observed on the phase"),
        (lambda eb: replace(eb, scans=tuple(replace(s, intents=("OBSERVE_TARGET",)) for s in eb.scans)), "neither"),
    ],
)
def test_other_modes_are_refused(change: Any, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        planned(change(small_eb()))


def test_spectral_scan_is_refused() -> None:
    eb = small_eb()
    target = eb.scans[-1]
    half = without_window(target, 7)
    with pytest.raises(PlanError, match="spectral scan"):
        planned(with_scans(eb, more=(replace(target, number=6, subscans=half),)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3c279=12.1@97.5,-0.5", ("3c279", 12.1, 97.5e9, -0.5)),
        ("J1=2=1.5@100", ("J1=2", 1.5, 100e9, -0.7)),
    ],
)
def test_flux_is_read(text: str, expected: tuple[str, float, float, float]) -> None:
    name, law = parse_flux(text)
    assert (name, law.flux_jy, law.spectral_index) == (expected[0], expected[1], expected[3])
    assert law.reference_hz == pytest.approx(expected[2])


@pytest.mark.parametrize(
    "text",
    ["", "a", "a=1", "a=x@1", "=1@100", "a=-1@100", "a=1@0", "a=1@100,b", "a=inf@97", "a=1@inf", "a=1e999@97"],
)
def test_bad_flux_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        parse_flux(text)


def test_field_names_are_comments_and_ids_select() -> None:
    hostile = '"]; import os; os.system("x")\n#'
    eb = small_eb()
    fields: tuple[Field, ...] = tuple(replace(f, name=hostile) if f.id == 2 else f for f in eb.fields)
    plan = planned(replace(eb, fields=fields))
    for step in plan.steps:
        for call in calls(plan, step.number):
            field = str(call.get("field") or "")
            assert all(part.replace("~", "").isdigit() for part in field.split(",") if part)


def situation_of(plan: Plan, **changes: Any) -> Situation:
    options = CalibrationOptions(asdm=ASDM, tsys_channel_tolerance=16.0)
    return Situation(plan.eb, options, Products(MS), replace(decide(plan.eb, options), **changes))


def test_other_source_without_tsys_is_flagged_rather_than_left_uncorrected() -> None:
    plan = planned()
    fields = decide(plan.eb, CalibrationOptions(tsys_channel_tolerance=16.0)).tsys_fields
    none = tuple(
        replace(c, value=replace(c.value, gain_field_ids=())) if c.value.name == "SgrB2" else c for c in fields
    )
    situation = situation_of(plan, tsys_fields=none)
    changed = SOURCES_WITHOUT_TSYS.apply(
        plan.replacing(apply_apriori(plan.eb, Products(MS), decided=situation.decided)), situation
    )
    assert [c.get("field") for c in calls(changed, 7, "applycal")] == ["0", "1"]
    assert [c.get("field") for c in calls(changed, 7, "flagdata")] == ["2"]


def resolved(diameter_arcsec: float) -> Plan:
    """The plan with a flux calibrator of that size: field 1, a planet."""
    plan = planned()
    model = Choice(FluxModel(1, body="Uranus", diameter_rad=math.radians(diameter_arcsec / 3600)), "a planet")
    return RESOLVED_FLUX_CALIBRATOR.apply(plan, situation_of(plan, flux_model=model))


def test_small_planet_changes_nothing() -> None:
    assert resolved(0.5).step(15) == planned().step(15)


def test_resolved_planet_sets_the_scale_on_the_baselines_that_see_it() -> None:
    """A uniform disk shows 15 % of its flux where pi * diameter * baseline / wavelength is 3.24."""
    diameter, highest_hz = 6.0, max(spw.range_hz[1] for spw in small_eb().spws if spw.id in (5, 7))
    limit = 3.2445 * 299_792_458.0 / (math.pi * math.radians(diameter / 3600) * highest_hz)
    plan = resolved(diameter)
    gains = calls(plan, 15, "gaincal")
    near, others, *_ = gains
    assert (near.get("field"), others.get("field")) == ("1", "0")
    assert others.get("append") is True
    names = str(near.get("antenna")).removesuffix("&").split(",")
    kept = [a for a in plan.eb.antennas if a.name in names]
    assert 2 <= len(kept) < len(plan.eb.antennas)
    assert all(math.dist(a.position_m, b.position_m) <= limit for a in kept for b in kept)
    assert near.get("minsnr") == 2.0
    assert [str(c.get("caltable")).rpartition(".")[2] for c in gains] == [
        "phase_short_int",
        "phase_short_int",
        "ampli_short_inf",
        "ampli_short_inf",
        "phase_int",
        "flux_inf",
        "phase_inf",
    ]
    assert calls(plan, 15, "fluxscale")[0].result == "fluxes"
    derived = next(a for a in plan.step(15).actions if isinstance(a, Routine) and a.name == "set_derived_fluxes")
    assert derived.arguments[-1].value == (0,)
    check_plan(plan)


def test_disk_shows_fifteen_percent_at_the_constant() -> None:
    from scipy.special import j1

    assert 2 * j1(FADED_DISK) / FADED_DISK == pytest.approx(0.15, abs=5e-4)


def test_slope_of_the_bandpass_calibrator_goes_into_its_model() -> None:
    plan = planned(
        fluxes={"J1752-2956": PowerLaw(1.0, 97e9, -0.5), "J1733-1304": PowerLaw(2.5, 97e9, -0.4)}, bandpass_field=1
    )
    flux, first, second = calls(plan, 11, "setjy")
    assert (flux.get("field"), flux.get("fluxdensity"), flux.get("spix")) == ("0", (2.5, 0, 0, 0), -0.4)
    assert [c.get("spw") for c in (first, second)] == ["5", "7"]
    assert {(c.get("field"), c.get("fluxdensity"), c.get("spix")) for c in (first, second)} == {
        ("1", (1.0, 0, 0, 0), -0.5)
    }
    middle = plan.eb.spws[7].mean_frequency_hz / 1e9
    assert second.get("reffreq") == f"{middle:.9f}GHz"


def test_unknown_flux_calibrator_needs_a_flux() -> None:
    eb = small_eb()
    eb = replace(eb, sources=tuple(replace(s, fluxes=()) for s in eb.sources))
    with pytest.raises(PlanError, match="no flux density"):
        planned(eb)
    assert calls(planned(eb, fluxes={"0": PowerLaw(1.0, 97e9, -0.5)}), 11, "setjy")
    with pytest.raises(PlanError, match="no field"):
        planned(eb, fluxes={"elsewhere": PowerLaw(1.0, 97e9, -0.5)})


def test_without_flux_calibrator_the_scale_of_the_models_is_kept() -> None:
    eb = small_eb()
    intents = tuple(i for i in eb.scans[1].intents if i != "CALIBRATE_FLUX")
    plan = planned(with_scans(eb, (2, {"intents": intents})))
    assert plan.step(11).nothing_because
    assert not calls(plan, 15, "fluxscale")
    assert any("flux" in warning for warning in plan.warnings)


def test_bad_tsys_is_told_worst_first() -> None:
    eb = small_eb()
    bad = tuple(replace(row, n_bad_tsys=n, n_values=224) for n, row in enumerate(eb.tsys[:8]))
    plan = planned(replace(eb, tsys=(*bad, *eb.tsys[8:])))
    told = next(w for w in plan.warnings if "Tsys not above zero" in w)
    assert told.index("(7)") < told.index("(3)")
    assert told.endswith("and 2 more")
    assert not any("above zero" in w for w in planned().warnings)
