"""Check that a plan is valid before it becomes a script."""

from __future__ import annotations

from collections.abc import Iterator

from almared.errors import PlanError
from almared.plan.actions import Call
from almared.plan.builds import CasaBuild
from almared.plan.plan import Plan
from almared.plan.step import Step


def check_plan(plan: Plan) -> Plan:
    """Return the plan if it is valid.

    Raises
    ------
    PlanError
        A step is missing or has no title, depends on a later one, an action names a task or parameter that the
        build does not have, a variable is used before the step sets it, or a step has neither actions nor a reason.
    """
    numbers = [step.number for step in plan.steps]
    wanted = len(plan.kind.step_ids) or len(plan.steps)
    if not numbers or numbers != list(range(wanted)):
        raise PlanError(f"the steps are {numbers}, not 0 to {wanted - 1}")
    build = CasaBuild.known(plan.build)
    untitled = [step.number for step in plan.steps if not step.title]
    if untitled:
        raise PlanError(f"step {untitled[0]} has no title")
    faults = [f"step {step.number}: {fault}" for step in plan.steps for fault in _faults(step, build)]
    if faults:
        raise PlanError("; ".join(faults), repair="this is an error in a recipe; please report it")
    return plan


def _faults(step: Step, build: CasaBuild) -> Iterator[str]:
    if bool(step.actions) == bool(step.nothing_because):
        yield "it must have either actions or a reason for having none"
    for number in step.after or ():
        if not 0 <= number < step.number:
            yield f"it depends on step {number}, which does not come before it"
    kept: set[str] = set()
    for action in step.actions:
        for argument in action.arguments:
            if argument.variable and argument.variable not in kept:
                yield f"{argument.variable} is used before it is set"
        if isinstance(action, Call):
            yield from _call_faults(action, build)
            kept.add(action.result)


def _call_faults(call: Call, build: CasaBuild) -> Iterator[str]:
    known = build.signatures.get(call.task)
    if known is None:
        yield f"casatasks {build.version} has no task {call.task}"
        return
    names = [a.name for a in call.arguments]
    for name in names:
        if name not in known:
            yield f"{call.task} of casatasks {build.version} has no parameter {name}"
    for name in {n for n in names if names.count(n) > 1}:
        yield f"{call.task} has {name} twice"
