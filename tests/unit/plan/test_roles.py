"""Calls are found by what they are for, and changed in place."""

from __future__ import annotations

import pytest
from support.small_plan import bare_plan, planned

from almared.plan import Argument, Call, Plan, Role, Routine, Step, StepId, plan_document, roles
from almared.script import render_script

SOLVE = Call("gaincal", (Argument("solint", "int"),), role=roles.PHASE_INT)
OTHER = Call("bandpass", (), role=roles.BANDPASS)
PLAIN = Call("listobs", ())
KEPT = Routine("check_made", (Argument("", "x"),))


def plan() -> Plan:
    steps = [Step(int(step), step.title, nothing_because="a test") for step in StepId]
    steps[13] = Step(13, StepId.BANDPASS.title, (PLAIN, OTHER))
    steps[15] = Step(15, StepId.GAIN.title, (SOLVE, KEPT, PLAIN))
    return bare_plan(steps)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((roles.PHASE_INT,), (SOLVE,)),
        ((roles.GAINS,), (SOLVE,)),
        ((roles.SOLUTION,), (OTHER, SOLVE)),
        ((roles.BANDPASS, roles.PHASE_INT), (OTHER, SOLVE)),
        ((roles.FINAL_APPLY,), ()),
        ((), ()),
    ],
)
def test_calls_are_found_by_role_or_family_in_order(asked: tuple[Role, ...], found: tuple[Call, ...]) -> None:
    assert plan().calls(*asked) == found


def test_a_role_of_a_mode_belongs_to_a_family_without_being_listed() -> None:
    own = Role("phase_diff", roles.GAINS)
    assert own.is_one_of((roles.SOLUTION,))
    assert not own.is_one_of((roles.PHASE_INT,))
    assert not roles.GAINS.is_one_of((own,))


def test_changed_calls_stay_where_they_are_and_other_steps_are_the_very_same() -> None:
    before = plan()
    after = before.with_calls(roles.PHASE_INT, change=lambda call: call.with_argument("solint", "inf"))
    assert after.step(15).actions == (SOLVE.with_argument("solint", "inf"), KEPT, PLAIN)
    assert all(new is old for new, old in zip(after.steps, before.steps, strict=True) if new.number != 15)


def test_left_out_calls_leave_the_rest() -> None:
    assert plan().without_calls(roles.SOLUTION).step(15).actions == (KEPT, PLAIN)
    assert plan().without_calls(roles.SOLUTION).step(13).actions == (PLAIN,)


def test_nothing_to_change_gives_the_very_same_plan() -> None:
    before = plan()
    assert before.with_calls(roles.FINAL_APPLY, change=lambda call: call) is before
    assert before.without_calls(roles.FINAL_APPLY) is before


def test_a_changed_argument_keeps_the_role() -> None:
    assert SOLVE.with_argument("solint", "inf").role is roles.PHASE_INT


def test_roles_are_never_rendered() -> None:
    with_roles = planned()
    without = with_roles.with_calls(
        *{call.role for step in with_roles.steps for call in step.actions if isinstance(call, Call)},
        change=lambda call: Call(call.task, call.arguments, call.comment, call.result, call.log_to),
    )
    assert without != with_roles
    assert render_script(without) == render_script(with_roles)
    assert plan_document(without) == plan_document(with_roles)


def test_every_call_of_the_calibration_has_a_role() -> None:
    """What has none cannot be asked for by a special case."""
    unnamed = [
        (step.number, action.task)
        for step in planned().steps
        for action in step.actions
        if isinstance(action, Call) and action.role == roles.UNNAMED
    ]
    assert unnamed == []
