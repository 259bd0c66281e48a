"""What calls read, make and change, and whether the steps of our plans say the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.small_plan import MS, planned, small_eb

from almared.plan import Argument, Call, CasaBuild, Plan, Routine, Step
from almared.plan.tasks import (
    FLAGGERS,
    IN_PLACE,
    MODELS,
    SOLVERS,
    TASKS,
    Part,
    action_effects,
    flag_starts,
    imaging_weights,
    outputs_of,
    routine_effects,
    step_effects,
    task_effects,
)

FLAG, CORRECTED, WEIGHT, MODEL = Part.FLAG, Part.CORRECTED, Part.WEIGHT, Part.MODEL


@pytest.mark.parametrize(
    ("task", "arguments", "reads", "makes", "changes"),
    [
        ("importasdm", {"asdm": "a", "vis": "a.ms"}, ("a",), ("a.ms", "a.ms.flagversions"), {}),
        ("listobs", {"vis": "a.ms", "listfile": "a.txt"}, ("a.ms",), ("a.txt",), {}),
        ("flagdata", {"vis": "a.ms", "mode": "manual"}, ("a.ms",), (), {"a.ms": (FLAG,)}),
        ("flagdata", {"vis": "a.ms", "mode": "summary"}, ("a.ms",), (), {}),
        ("flagdata", {"vis": "a.ms", "mode": "list", "inpfile": "f"}, ("a.ms",), (), {"a.ms": (FLAG,)}),
        ("flagdata", {"vis": "a.ms", "mode": "tfcrop", "action": "calculate"}, ("a.ms",), (), {}),
        ("flagcmd", {"vis": "a.ms", "action": "plot"}, ("a.ms",), (), {}),
        ("flagmanager", {"vis": "a.ms", "mode": "save", "versionname": "x"}, ("a.ms",), (), {}),
        ("flagmanager", {"vis": "a.ms", "mode": "restore", "versionname": "x"}, ("a.ms",), (), {"a.ms": (FLAG,)}),
        ("wvrgcal", {"vis": "a.ms", "caltable": "a.wvr"}, ("a.ms",), ("a.wvr",), {}),
        (
            "wvrgcal",
            {"vis": "a.ms", "caltable": "a.wvr", "smooth": "6s"},
            ("a.ms",),
            ("a.wvr", "a.wvr_unsmoothed"),
            {},
        ),
        ("gaincal", {"vis": "a.ms", "caltable": "g", "gaintable": ["b", "p"]}, ("a.ms", "b", "p"), ("g",), {}),
        ("gaincal", {"vis": "a.ms", "caltable": "g", "append": True}, ("a.ms", "g"), ("g",), {}),
        ("fluxscale", {"vis": "a.ms", "caltable": "g", "fluxtable": "f"}, ("a.ms", "g"), ("f",), {}),
        (
            "applycal",
            {"vis": "a.ms", "gaintable": "g"},
            ("a.ms", "g"),
            (),
            {"a.ms": (CORRECTED, FLAG, WEIGHT)},
        ),
        (
            "applycal",
            {"vis": "a.ms", "gaintable": ["g"], "calwt": False},
            ("a.ms", "g"),
            (),
            {"a.ms": (CORRECTED, FLAG)},
        ),
        ("setjy", {"vis": "a.ms"}, ("a.ms",), (), {"a.ms": (MODEL,)}),
        ("mstransform", {"vis": "a.ms", "outputvis": "b.ms"}, ("a.ms",), ("b.ms",), {}),
        ("concat", {"vis": ["a.ms", "b.ms"], "concatvis": "c.ms"}, ("a.ms", "b.ms"), ("c.ms",), {}),
        ("tclean", {"vis": "a.ms", "imagename": "i", "savemodel": "modelcolumn"}, ("a.ms",), (), {"a.ms": (MODEL,)}),
        ("exportfits", {"imagename": "i.image", "fitsimage": "i.fits"}, ("i.image",), ("i.fits",), {}),
        ("plotants", {"vis": "a.ms", "figfile": "x.png"}, ("a.ms",), (), {}),
        ("sdbaseline", {"infile": "a.ms", "outfile": "b.ms"}, (), ("b.ms",), {}),
    ],
)
def test_call_reads_makes_and_changes(
    task: str, arguments: dict[str, Any], reads: tuple[str, ...], makes: tuple[str, ...], changes: dict[str, Any]
) -> None:
    found = task_effects(task, arguments)
    assert (found.reads, found.makes, dict(found.changes)) == (reads, makes, changes)


def test_images_are_made_under_the_beginning_of_their_names() -> None:
    assert task_effects("tclean", {"vis": "a.ms", "imagename": "i"}).families == ("i",)
    assert outputs_of("tclean", {"vis": "a.ms", "imagename": "i"}) == {"imagename": "i"}


@pytest.mark.parametrize(
    ("name", "arguments", "reads", "makes", "changes"),
    [
        ("start_from_flags", [("", "a.ms"), ("", "Original")], ("a.ms",), (), {"a.ms": (FLAG,)}),
        ("set_derived_fluxes", [("", "a.ms"), ("", None), ("fields", (1,))], ("a.ms",), (), {"a.ms": (MODEL,)}),
        ("keep_fluxes", [("", "f.json"), ("", None)], (), ("f.json",), {}),
        ("keep_clean_record", [("", "i"), ("result", None)], (), ("i.clean.json",), {}),
        ("write_voltage_pattern", [("", "i.vp"), ("vis", "a.ms")], ("a.ms",), ("i.vp",), {}),
        ("check_made", [("", "a"), ("", "b")], ("a", "b"), (), {}),
        ("check_import", [("", "a.ms"), ("rows", {})], ("a.ms",), (), {}),
        ("clear_after_kill", [("", "a.ms")], (), (), {}),
        (
            "join_chunks",
            [("", "i"), ("chunks", ("c0", "c1")), ("kinds", ("psf",))],
            ("c0.psf", "c1.psf"),
            ("i.psf", "i.clean.json"),
            {},
        ),
    ],
)
def test_carried_function_reads_makes_and_changes(
    name: str,
    arguments: list[tuple[str, Any]],
    reads: tuple[str, ...],
    makes: tuple[str, ...],
    changes: dict[str, Any],
) -> None:
    found = routine_effects(name, arguments)
    assert (found.reads, found.makes, dict(found.changes)) == (reads, makes, changes)


def test_removals_are_known() -> None:
    assert routine_effects("remove", [("", "a"), ("", "b")]).removes == ("a", "b")
    assert routine_effects("remove_images", [("", "i"), ("kinds", ("psf", "mask"))]).removes == ("i.psf", "i.mask")


def test_log_of_a_call_is_made_by_it() -> None:
    assert action_effects(Call("fluxscale", (Argument("fluxtable", "f"),), log_to="f.log")).makes == ("f", "f.log")


def test_what_a_step_makes_for_itself_alone_does_not_count() -> None:
    step = Step(
        0,
        "a test",
        (
            Call("split", (Argument("vis", "a.ms"), Argument("outputvis", "part"))),
            Call("flagdata", (Argument("vis", "part"),)),
            Call("concat", (Argument("vis", ("part",)), Argument("concatvis", "b.ms"))),
            Routine("remove", (Argument("", "part"),)),
        ),
    )
    found = step_effects(step)
    assert (found.reads, found.makes, found.changed) == (("a.ms",), ("b.ms",), ())


def test_families_of_tasks() -> None:
    """domain.md A.8: what solves, what only flags, what only solvers look at."""
    assert {"bandpass", "blcal", "fluxscale", "gaincal", "gencal", "polcal", "smoothcal", "wvrgcal"} == SOLVERS
    assert {"flagcmd", "flagdata", "flagmanager"} == FLAGGERS
    assert {"delmod", "ft", "set_derived_fluxes", "setjy"} == MODELS
    assert not IN_PLACE & SOLVERS


def test_parameters_of_the_table_are_parameters_of_casa() -> None:
    for version in ("6.7.0.31", "6.7.5.18", "6.7.6.14"):
        signatures = CasaBuild.known(version).signatures
        for task, use in TASKS.items():
            named = {use.data, *use.inputs, *use.tables, *use.outputs, *use.families}
            if task in signatures:
                assert named <= {*signatures[task], "outfile"}, task


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"specmode": "cube", "start": "1GHz", "width": "1MHz", "nchan": 5}, "1GHz 1MHz 5"),
        ({"specmode": "cubesource"}, "  "),
        ({"specmode": "mfs", "start": "1GHz"}, ""),
        ({}, ""),
    ],
)
def test_cubes_of_the_same_channels_share_their_imaging_weights(arguments: dict[str, Any], expected: str) -> None:
    assert imaging_weights("tclean", arguments) == expected
    assert imaging_weights("uvcontsub", arguments) == ""


def agree(plan: Plan) -> None:
    """What each step declares is what its calls make and change; flag versions go with their MS."""
    for step in plan.steps:
        found = step_effects(step)
        declared = {name for name in step.makes if not name.endswith(".flagversions")}
        assert {name for name in found.makes if not name.endswith(".flagversions")} == declared, step.title
        assert set(found.changed) == set(step.changes), step.title
        assert flag_starts(step) == dict(step.flags), step.title


@pytest.mark.parametrize(
    "options",
    [{}, {"is_low_snr": True, "has_wvr_correction": False}, {"asdm": ""}, {"time_bin_s": 6.0}],
)
def test_steps_of_the_calibration_declare_what_their_calls_do(options: dict[str, Any]) -> None:
    agree(planned(**options))


def test_steps_of_a_calibration_without_tsys_declare_what_their_calls_do() -> None:
    agree(planned(replace(small_eb(), tsys=()), has_wvr_correction=False))


def test_the_calibration_reads_the_asdm_alone_from_outside() -> None:
    made: set[str] = set()
    outside: set[str] = set()
    for step in planned().steps:
        found = step_effects(step)
        outside |= {name for name in found.reads if name not in made}
        made |= set(found.makes)
    assert outside == {MS.removesuffix(".ms")}
