"""Plans are checked against the signatures of casatasks before they become scripts."""

from __future__ import annotations

import json

import pytest
from support.small_plan import bare_plan

from almared.errors import PlanError
from almared.model import Choice
from almared.plan import (
    Argument,
    Call,
    CasaBuild,
    NamedChoice,
    Plan,
    Routine,
    Step,
    StepId,
    check_plan,
    default_build,
    plan_document,
)

BUILD = "6.7.0.31"


def plan_with(*actions: Call | Routine, build: str = BUILD) -> Plan:
    """A plan whose step 3 has these actions and whose other steps have nothing to do."""
    steps = [Step(int(step), step.title, nothing_because="a test") for step in StepId]
    steps[3] = Step(3, StepId(3).title, actions, nothing_because="" if actions else "a test")
    return bare_plan(steps, build)


def test_sound_plan_passes() -> None:
    plan = plan_with(Call("flagdata", (Argument("vis", "x.ms"), Argument("mode", "shadow"))))
    assert check_plan(plan) is plan


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Call("plotms", ()), "no task plotms"),
        (Call("flagdata", (Argument("ms", "x"),)), "no parameter ms"),
        (Call("flagdata", (Argument("vis", "x"), Argument("vis", "y"))), "has vis twice"),
        (Routine("set_derived_fluxes", (Argument("", variable="fluxes"),)), "fluxes is used before"),
    ],
)
def test_unsound_action_is_named(action: Call | Routine, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        check_plan(plan_with(action))


def test_step_must_act_or_say_why_not() -> None:
    with pytest.raises(PlanError, match="either actions or a reason"):
        check_plan(plan_with().replacing(Step(5, "listobs")))


def test_every_step_must_be_there() -> None:
    plan = plan_with()
    with pytest.raises(PlanError, match="steps are"):
        check_plan(bare_plan(plan.steps[:-1]))


def test_three_builds_are_on_record_and_unknown_ones_are_refused() -> None:
    for version in ("6.7.0.31", "6.7.5.18", "6.7.6.14"):
        assert "reindex" in CasaBuild.known(version).signatures["mstransform"]
    assert default_build().version in {"6.7.0.31", "6.7.5.18", "6.7.6.14"}
    with pytest.raises(PlanError, match=r"4\.4\.0"):
        CasaBuild.known("4.4.0")


def test_document_is_json_and_holds_reasons() -> None:
    call = Call(
        "flagdata", (Argument("vis", "x.ms", reason="it is there"), Argument("spw", ("1", "2"))), comment="said"
    )
    chosen = NamedChoice("reference antenna", Choice("DA41", "central", rule="domain A.6"))
    told = json.loads(json.dumps(plan_document(plan_with(call).with_choices(chosen)), allow_nan=False))
    step = told["steps"][3]
    assert step["actions"][0]["arguments"][0] == {"name": "vis", "value": "x.ms", "reason": "it is there"}
    assert step["actions"][0]["comment"] == "said"
    assert told["choices"][0]["value"] == "DA41"
    assert told["steps"][4]["nothing_because"] == "a test"
    assert [s["number"] for s in told["steps"]] == list(range(20))


def test_argument_of_a_call_is_set_or_added() -> None:
    call = Call("gaincal", (Argument("vis", "x"), Argument("solint", "int")))
    longer = call.with_argument("solint", "inf", reason="weak").with_argument("minsnr", 2.0)
    assert [(a.name, a.value) for a in longer.arguments] == [("vis", "x"), ("solint", "inf"), ("minsnr", 2.0)]
    assert longer.arguments[1].reason == "weak"
