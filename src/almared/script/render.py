"""A whole script from a plan (contract: docs/decisions/001-rooms-and-contracts.md)."""

from __future__ import annotations

from almared import __version__
from almared.plan import Call, Plan, Routine, Step, check_plan
from almared.script.calls import render_action
from almared.script.carried import carried_functions, carried_imports
from almared.script.comments import comment_lines
from almared.script.literals import INDENT, render_text, render_value

ALWAYS = ("begin_step", "check_casa")
"""Functions that every script uses."""

PARTLY = "whole or with the global list mysteps = [numbers of steps]."

CHOICE = """\
thesteps = []
thesteps = thesteps or list(globals().get("mysteps") or step_title)
print("Steps to be executed:", thesteps)"""


def render_script(plan: Plan) -> str:
    """Return the text of the script of a calibration or a stage: the same text for the same plan.

    Raises
    ------
    PlanError
        The plan is not sound.
    """
    check_plan(plan)
    tasks = {a.task for s in plan.steps for a in s.actions if isinstance(a, Call)}
    routines = {a.name for s in plan.steps for a in s.actions if isinstance(a, Routine)}
    has_log_copy = any(isinstance(a, Call) and a.log_to for s in plan.steps for a in s.actions)
    parts = carried_functions({*routines, *ALWAYS, *(["log_copied_to"] if has_log_copy else [])})
    blocks = [
        "\n".join(_head(plan)),
        "\n".join(["from __future__ import annotations", "", *carried_imports(parts, tasks)]),
        "\n\n".join(_facts(plan)),
        *(part.text for part in parts),
        f"{CHOICE}\ncheck_casa({render_text(plan.build)})",
    ]
    return "\n\n\n".join([_top(blocks), *blocks[3:-1], blocks[-1]]) + "\n\n" + "\n\n".join(_steps(plan)) + "\n"


def _top(blocks: list[str]) -> str:
    return "\n\n".join(blocks[:3])


def _head(plan: Plan) -> list[str]:
    lines = [*_first_lines(plan), "#"]
    for text in plan.head:
        lines += comment_lines(text) or ["#"]
    if plan.warnings:
        lines += ["#", "# To look at:"]
        for warning in plan.warnings:
            lines += comment_lines(f"- {warning}")
    return lines


def _first_lines(plan: Plan) -> list[str]:
    return [
        *comment_lines(f"{plan.heading}, made by almared."),
        f"# Run it in {plan.kind.directory}, {PARTLY}",
    ]


def _facts(plan: Plan) -> list[str]:
    facts = {
        "made_with": {"almared": __version__, "casatasks": plan.build},
        "step_title": {s.number: s.title for s in plan.steps},
        "step_makes": {s.number: s.makes for s in plan.steps if s.makes},
        "step_changes": {s.number: s.changes for s in plan.steps if s.changes},
        "step_flags": {s.number: dict(s.flags) for s in plan.steps if s.flags},
    }
    if not plan.kind.has_fixed_steps:
        facts["step_after"] = {s.number: s.after for s in plan.steps if s.after is not None}
    return ["\n".join(f"{name} = {render_value(value, used=len(name) + 3)}" for name, value in facts.items())]


def _steps(plan: Plan) -> list[str]:
    return ["\n".join(_step(step)) for step in plan.steps]


def _step(step: Step) -> list[str]:
    lines = [f"# {step.title}", f"mystep = {step.number}", "if mystep in thesteps:", f"{INDENT}begin_step(mystep)"]
    if step.nothing_because:
        return lines + comment_lines(f"Nothing to do: {step.nothing_because}", indent=len(INDENT))
    for action in step.actions:
        lines += ["", *render_action(action, indent=len(INDENT))]
    return lines
