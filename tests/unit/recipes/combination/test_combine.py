"""The script of a combination: what follows from the table of fluxes, and what is refused."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.small_plan import small_eb

from almared.errors import InputError, PlanError
from almared.formats.fluxtable import FluxRecord, FluxScale, MeasuredFlux, parse_records, render_fluxes
from almared.heuristics.combination.equalise import equalise
from almared.model import Choice
from almared.plan import Call, CasaBuild, Plan, Step
from almared.plan.tasks import flag_starts, step_effects
from almared.recipes.combination.facts import (
    CalibratedEb,
    check_alike,
    describe_calibrated,
    differing_sources,
    shared_positions,
)
from almared.recipes.combination.steps import Combination, plan_combination
from almared.recipes.combination.table import check_table, differences, make_records
from almared.script import render_script

NAMES = ("uid___A002_Xabc123_X1f", "uid___A002_Xabc123_X2a")
CALIBRATOR = "J1752-2956"
DAY = 86400.0
GHZ = f"{(90.9e9 - 119.5 * 976562.5) / 1e9:.2f}"
"""Middle of window 5."""


def block(number: int, *, flux: float = 1.0, error: float = 0.01) -> CalibratedEb:
    """One of two execution blocks whose phase calibrator has a flux of 1 Jy, or another."""
    eb = small_eb()
    eb = replace(
        eb,
        uid=f"uid://A002/Xabc123/{NAMES[number][-3:]}",
        name=NAMES[number],
        start_mjd_s=eb.start_mjd_s + number * DAY,
        end_mjd_s=eb.end_mjd_s + number * DAY,
    )
    measured = tuple(MeasuredFlux(CALIBRATOR, spw, eb.spws[spw].mean_frequency_hz, flux, error, 10) for spw in (5, 7))
    return describe_calibrated(eb, f"{NAMES[number]}.ms.split.cal", fluxscale=FluxScale(measured), n_bytes=1e6)


def blocks() -> tuple[CalibratedEb, CalibratedEb]:
    """One that is 5 % too bright and one that is 5 % too faint."""
    return block(0, flux=1.05), block(1, flux=0.95)


def table_of(ebs: tuple[CalibratedEb, ...]) -> tuple[FluxRecord, ...]:
    """The table, as it is read from its file."""
    own = [eb.own_flux(CALIBRATOR, spw) for eb in ebs for spw in (5, 7)]
    return parse_records(render_fluxes(make_records(ebs, equalise([flux for flux in own if flux]))))


def planned(
    records: tuple[FluxRecord, ...] | None = None, *, should_scale: bool = True, dirtol: float | None = None
) -> Plan:
    ebs = blocks()
    used = table_of(ebs) if records is None else records
    choice = Choice(dirtol, "repeated pointings are near each other")
    digest = hashlib.sha256(render_fluxes(used).encode()).hexdigest()
    return plan_combination(Combination("uid://A001/X1/X2", ebs, used, should_scale, digest, "for a test", choice))


def calls(step: Step, task: str) -> list[Call]:
    return [action for action in step.actions if isinstance(action, Call) and action.task == task]


def test_table_has_calibrator_window_and_block_in_order() -> None:
    records = table_of(blocks())
    assert [(r.source, r.spw_id, r.ms_name[:22], r.own_jy, r.used_jy) for r in records] == [
        (CALIBRATOR, 5, NAMES[0], 1.05, 1.0),
        (CALIBRATOR, 5, NAMES[1], 0.95, 1.0),
        (CALIBRATOR, 7, NAMES[0], 1.05, 1.0),
        (CALIBRATOR, 7, NAMES[1], 0.95, 1.0),
    ]
    assert records[0].time == "2015-04-05T22:41:40"  # MJD 57117.94444 and the middle of 200 s


def test_each_block_gets_the_models_the_solution_and_the_scale() -> None:
    plan = planned()
    assert [step.title for step in plan.steps] == [
        f"Scaling of {NAMES[0]}.ms.split.cal",
        f"Scaling of {NAMES[1]}.ms.split.cal",
        "Concatenation",
    ]
    assert [step.after for step in plan.steps] == [(), (), (0, 1)]
    first = plan.steps[0]
    models = calls(first, "setjy")
    assert [(m.get("field"), m.get("spw"), m.get("standard"), m.get("fluxdensity")) for m in models] == [
        ("1", "5", "manual", (1.0, 0, 0, 0)),
        ("1", "7", "manual", (1.0, 0, 0, 0)),
    ]
    (solution,) = calls(first, "gaincal")
    wanted = {"field": "1", "spw": "5,7", "solint": "inf", "combine": "scan", "gaintype": "T", "calmode": "a"}
    assert {name: solution.get(name) for name in wanted} == wanted  # domain B.5
    assert solution.get("gaintable") is None
    assert solution.get("caltable") == f"{NAMES[0]}.ms.split.cal.ampli_inf"
    (application,) = calls(first, "applycal")
    wanted_there = {"field": "1~2", "gainfield": ("1",), "calwt": False, "flagbackup": False}
    assert {name: application.get(name) for name in wanted_there} == wanted_there


def test_script_is_sound_and_carries_the_table() -> None:
    text = render_script(planned(dirtol=0.25))
    ast.parse(text)
    assert f'# "{CALIBRATOR}" 5 {GHZ} 1.05000 1.00000 2015-04-05T22:41:40 {NAMES[0]}.ms.split.cal' in text
    assert 'dirtol="0.25arcsec"' in text
    for order in (["format", "--check"], ["check", "--select", "E,F,I,W,B"]):
        command = [sys.executable, "-m", "ruff", *order, "--isolated", "--line-length", "120", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_without_scaling_only_the_concatenation_is_left() -> None:
    plan = planned((), should_scale=False)
    (step,) = plan.steps
    (concat,) = calls(step, "concat")
    assert concat.get("vis") == tuple(f"{name}.ms.split.cal" for name in NAMES)
    assert not calls(step, "setjy") + calls(step, "gaincal") + calls(step, "applycal")
    text = render_script(plan)
    assert "setjy" not in text
    assert "not scaled" in text


def test_edited_flux_is_the_one_that_is_used() -> None:
    records = tuple(replace(r, used_jy=2.5) if r.spw_id == 7 else r for r in table_of(blocks()))
    models = calls(planned(records).steps[1], "setjy")
    assert [m.get("fluxdensity") for m in models] == [(1.0, 0, 0, 0), (2.5, 0, 0, 0)]


def test_missing_flux_is_refused_before_it_becomes_an_invalid_setjy() -> None:
    ebs = blocks()
    records = tuple(replace(r, used_jy=None) if r.spw_id == 7 else r for r in table_of(ebs))
    with pytest.raises(PlanError, match="no flux to use in window 7") as caught:
        check_table(records, ebs)
    assert caught.value.where == "allFluxes.txt, line 4"
    assert "--no-scale" in caught.value.repair
    with pytest.raises(PlanError, match="no flux to use"):
        check_table([replace(r, used_jy=0.0) for r in records], ebs)
    with pytest.raises(PlanError, match="no flux to use"):
        planned(records)
    with pytest.raises(PlanError, match="window 7, which has no flux of it"):
        planned(tuple(r for r in records if r.spw_id == 5))


def test_foreign_and_double_records_are_refused() -> None:
    ebs = blocks()
    records = table_of(ebs)
    with pytest.raises(InputError, match=r"other\.ms is no MS of this MOUS"):
        check_table((*records, replace(records[0], ms="path/other.ms")), ebs)
    with pytest.raises(InputError, match="twice"):
        check_table((*records, replace(records[0], ms=f"a/path/{records[0].ms}")), ebs)


def test_fluxes_that_differ_from_block_to_block_need_a_word() -> None:
    ebs = blocks()
    records = table_of(ebs)
    check_table(records, ebs)
    changed = (replace(records[0], used_jy=1.01), *records[1:])
    with pytest.raises(PlanError, match=r"different fluxes to use in window 5: 1, 1\.01 Jy"):
        check_table(changed, ebs)
    check_table(changed, ebs, is_confirmed=True)


def test_own_flux_is_compared_with_fluxscale_within_the_digits_written() -> None:
    ebs = (block(0, flux=1.0187), block(1, flux=1.0212))
    rounded = parse_records(
        f'"{CALIBRATOR}" 5 89.9 1.02 1.02 2015-04-01T00:01:40 root/{NAMES[0]}.ms.split.cal '
        f'"{CALIBRATOR}" 5 89.9 1.02 1.02 2015-04-02T00:01:40 root/{NAMES[1]}.ms.split.cal '
        f'"{CALIBRATOR}" 7 102.2 1.02 1.02 2015-04-01T00:01:40 root/{NAMES[0]}.ms.split.cal '
        f'"{CALIBRATOR}" 7 102.2 1.03 1.02 2015-04-02T00:01:40 root/{NAMES[1]}.ms.split.cal'
    )
    (difference,) = differences(rounded, ebs)
    assert "window 7" in difference
    assert "1.03 Jy, fluxscale 1.0212 Jy" in difference
    unmeasured = (*rounded[:3], replace(rounded[3], own_jy=None))
    assert "the table has nothing" in differences(unmeasured, ebs)[0]
    assert "is not in the table" in differences(rounded[:3], ebs)[0]
    assert not differences(table_of(ebs), ebs)


def test_value_is_found_by_frequency_where_windows_were_numbered_anew() -> None:
    eb = block(0)
    values = [replace(m, spw_id=n) for n, m in enumerate(eb.fluxscale.measured)] if eb.fluxscale else []
    swapped = (replace(values[0], flux_jy=1.5), values[1])
    renumbered = replace(eb, fluxscale=FluxScale(swapped))
    found = [renumbered.own_flux(CALIBRATOR, spw) for spw in (5, 7)]
    assert [own.flux_jy for own in found if own] == [1.5, 1.0]
    assert replace(eb, fluxscale=None).own_flux(CALIBRATOR, 5) is None
    # An old log tells no frequency: the id counts.
    old = FluxScale(tuple(replace(m, frequency_hz=None) for m in (eb.fluxscale.measured if eb.fluxscale else ())))
    assert replace(eb, fluxscale=old).own_flux(CALIBRATOR, 7) is not None


def test_blocks_that_are_not_alike_are_told() -> None:
    first, second = blocks()
    check_alike((first, second))
    with pytest.raises(PlanError, match=r"\[5, 7\] in .*X1f.ms.split.cal, \[5\] in"):
        check_alike((first, replace(second, spw_ids=(5,))))
    assert not differing_sources((first, second))
    group = replace(second.groups[0], calibrator_field_id=0)
    (finding,) = differing_sources((first, replace(second, groups=(group,))))
    warning = finding.message
    assert "phase calibrators" in warning
    assert "J1733-1304" in warning


def test_calibrator_not_observed_in_a_window_cannot_scale_it() -> None:
    ebs = blocks()
    scans = tuple(
        replace(scan, subscans=tuple(replace(sub, blocks=()) for sub in scan.subscans)) if 1 in scan.field_ids else scan
        for scan in ebs[0].eb.scans
    )
    narrow = replace(ebs[0], eb=replace(ebs[0].eb, scans=scans))
    combination = Combination("", (narrow, ebs[1]), table_of(ebs), True, "", "", Choice(None, ""))
    with pytest.raises(PlanError, match="was not observed on it"):
        plan_combination(combination)


@pytest.mark.parametrize(
    ("build", "shares", "is_warned"),
    [
        ("6.7.0.31", True, True),
        ("6.7.0.31", False, False),
        ("6.7.5.18", True, False),
        ("6.7.6.14", True, False),
    ],
)
def test_two_names_at_one_position_are_told_apart_by_newer_builds_only(
    monkeypatch: pytest.MonkeyPatch, *, build: str, shares: bool, is_warned: bool
) -> None:
    monkeypatch.setattr("almared.recipes.combination.steps.default_build", lambda: CasaBuild.known(build))
    ebs = list(blocks())
    if shares:
        first, *others = ebs[1].eb.fields
        ebs[1] = replace(ebs[1], eb=replace(ebs[1].eb, fields=(replace(first, name=f"{first.name}b"), *others)))
    assert bool(shared_positions(ebs)) is shares
    records = table_of(tuple(ebs))
    plan = plan_combination(Combination("", tuple(ebs), records, True, "", "", Choice(None, "")))
    assert any("CAS-14665" in warning for warning in plan.warnings) is is_warned


def test_table_edited_after_the_script_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = render_script(planned()).split("def check_table")[1].split("\n\n\n")[0]
    space: dict[str, object] = {}
    exec(f"import hashlib, os\ndef check_table{body}", space)
    check = space["check_table"]
    assert callable(check)
    monkeypatch.chdir(tmp_path)
    check("allFluxes.txt", "none is there")
    Path("allFluxes.txt").write_text("a")
    check("allFluxes.txt", hashlib.sha256(b"a").hexdigest())
    Path("allFluxes.txt").write_text("b")
    with pytest.raises(RuntimeError, match="almared combine"):
        check("allFluxes.txt", hashlib.sha256(b"a").hexdigest())


@pytest.mark.parametrize("should_scale", [True, False])
def test_steps_declare_what_their_calls_make_and_change(should_scale: bool) -> None:
    for step in planned(should_scale=should_scale).steps:
        found = step_effects(step)
        assert set(found.makes) == set(step.makes)
        assert set(found.changed) == set(step.changes)
        assert flag_starts(step) == dict(step.flags)
