"""A plan warns of what its build of CASA does wrong, when it needs that, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.small_plan import planned

from almared.plan import IMAGING, Argument, Call, Plan, Step, known_builds
from almared.plan.faults import CONFUSED_FIELDS, FAULTS, with_fault_warnings

OLDEST, MIDDLE, NEWEST = "6.7.0.31", "6.7.5.18", "6.7.6.14"
MAPPED = ((), (0, 0, 2, 2))


def call(task: str, **arguments: Any) -> Call:
    return Call(task, tuple(Argument(name, value) for name, value in arguments.items()))


def warnings_of(build: str, *calls: Call) -> tuple[str, ...]:
    plan = Plan(IMAGING, "script.py", "", build, (Step(0, title="all", actions=calls),))
    return with_fault_warnings(plan).warnings


TABLES = ("bandpass", "phases")
JOINED = call("concat", vis=("a.ms", "b.ms"), concatvis="all.ms")
CASES: Mapping[str, tuple[tuple[Call, ...], str, set[str]]] = {
    "phases carried linearly": (
        (call("applycal", gaintable=TABLES, interp=("nearest", "linearPD"), spwmap=MAPPED),), "CAS-14703", {OLDEST},
    ),
    "phases carried to the nearest": (
        (call("gaincal", gaintable=TABLES, interp=("nearest", "nearestPD"), spwmap=MAPPED),), "CAS-14703", {OLDEST},
    ),
    "carried in a bandpass, frequency interpolation given": (
        (call("bandpass", gaintable=TABLES, interp=("", "linearPD,linear"), spwmap=MAPPED),), "CAS-14703", {OLDEST},
    ),
    "one table, its map not nested": (
        (call("applycal", gaintable="phases", interp="linearPD", spwmap=(0, 0)),), "CAS-14703", {OLDEST},
    ),
    "one table in a list, its map not nested": (
        (call("applycal", gaintable=("phases",), interp=("linearPD",), spwmap=(0, 0)),), "CAS-14703", {OLDEST},
    ),
    "the map belongs to another table": (
        (call("applycal", gaintable=TABLES, interp=("nearest", "linearPD"), spwmap=((0, 0), ())),), "CAS-14703", set(),
    ),
    "each window to itself": (
        (call("applycal", gaintable=TABLES, interp=("", "linearPD"), spwmap=((), (0, 1, 2))),), "CAS-14703", set(),
    ),
    "no map": ((call("applycal", gaintable=TABLES, interp=("", "linearPD")),), "CAS-14703", set()),
    "plain interpolation": (
        (call("applycal", gaintable=TABLES, interp=("nearest", "linear"), spwmap=MAPPED),), "CAS-14703", set(),
    ),
    "Tsys of what was joined": (
        (JOINED, call("gencal", vis="all.ms", caltype="tsys")), "CAS-14683", {OLDEST},
    ),
    "Tsys before it is joined": (
        (call("gencal", vis="a.ms", caltype="tsys"), JOINED), "CAS-14683", set(),
    ),
    "antenna positions of what was joined": (
        (JOINED, call("gencal", vis="all.ms", caltype="antpos")), "CAS-14683", set(),
    ),
    "joined and left": ((JOINED,), "CAS-14683", set()),
    "a model for self-calibration": (
        (call("tclean", vis="a.ms", savemodel="modelcolumn"),), "CAS-14747", {OLDEST, MIDDLE},
    ),
    "an image and no model": ((call("tclean", vis="a.ms", savemodel="none"),), "CAS-14747", set()),
    "an image": ((call("tclean", vis="a.ms"),), "CAS-14747", set()),
    "atmosphere over a bandpass": ((call("plotbandpass", caltable="b", showatm=True),), "CAS-14337", {OLDEST}),
    "no atmosphere over it": ((call("plotbandpass", caltable="b", showatm=False),), "CAS-14337", set()),
    "atmosphere taken off total power": ((call("sdatmcor", infile="a.ms"),), "CAS-14337", {OLDEST}),
}  # fmt: skip


@pytest.mark.parametrize("build", [OLDEST, MIDDLE, NEWEST])
@pytest.mark.parametrize("case", CASES)
def test_what_a_build_does_wrong_is_said_where_a_plan_needs_it(case: str, build: str) -> None:
    calls, ticket, affected = CASES[case]
    found = warnings_of(build, *calls)
    assert [ticket in warning for warning in found] == [True] * (build in affected)
    for warning in found:
        assert build in warning
        assert f"step 0, {calls[-1].task}" in warning


def test_every_fault_has_cases_with_and_without_it() -> None:
    for fault in FAULTS:
        affected = [bool(builds) for _, ticket, builds in CASES.values() if ticket == fault.ticket]
        assert {True, False} == set(affected), fault.ticket


@pytest.mark.parametrize("build", known_builds())
def test_the_plain_calibration_needs_nothing_that_is_wrong(build: str) -> None:
    assert not [warning for warning in planned(build=build).warnings if "CAS-" in warning]


def test_a_calibration_that_carries_phases_is_warned() -> None:
    plan = planned(build=OLDEST)
    carrying = call("applycal", gaintable=TABLES, interp=("", "linearPD"), spwmap=MAPPED)
    changed = plan.with_step(17, lambda step: replace(step, actions=(*step.actions, carrying)))
    added = set(with_fault_warnings(changed).warnings) - set(plan.warnings)
    assert [warning.startswith("step 17, applycal: casatasks 6.7.0.31 ") for warning in added] == [True]


@pytest.mark.parametrize(("build", "count"), [(OLDEST, 1), (MIDDLE, 0), (NEWEST, 0)])
def test_faults_of_a_situation_count_only_where_it_is_met(build: str, count: int) -> None:
    plan = Plan(IMAGING, "script.py", "", build, (Step(0, title="all", actions=(JOINED,)),))
    assert not with_fault_warnings(plan).warnings
    assert len(with_fault_warnings(plan, CONFUSED_FIELDS).warnings) == count


@pytest.mark.parametrize(
    ("build", "is_in"),
    [("6.7.2.42", True), ("6.7.3.21", False), ("6.7.10.1", False), ("6.6.9.5", True), ("6.8.0.1", False)],
)
def test_versions_are_compared_as_numbers(build: str, *, is_in: bool) -> None:
    assert FAULTS[0].is_in(build) is is_in
