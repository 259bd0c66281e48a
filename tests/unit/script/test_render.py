"""Scripts keep the contract with `run`, whatever strings the data hold."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_plan import bare_plan

from almared.model.finding import warning
from almared.plan import Argument, Call, Plan, Routine, Step, StepId
from almared.script import render_script

BUILD = "6.7.0.31"
HOSTILE = '"]; import os; os.system("x")\n#'
LITERALS = ("made_with", "step_title", "step_makes", "step_changes", "step_flags")
ALLOWED_IMPORTS = ("casatasks", "casatools")
names = st.text(min_size=1, max_size=40) | st.sampled_from([HOSTILE, "\u202e", "a\u2028b", "'\"\\", "\r\nmystep = 3"])


def plan_of(name: str) -> Plan:
    """A plan in which a name of the data stands wherever one can."""
    steps = [Step(int(step), step.title, nothing_because=f"{name} is not there") for step in StepId]
    steps[3] = Step(
        3,
        StepId(3).title,
        (
            Routine("start_from_flags", (Argument("", "x.ms"), Argument("", "A"), Argument("drop", (name,)))),
            Call(
                "flagdata",
                (Argument("vis", "x.ms"), Argument("field", name, reason=name), Argument("flagbackup", False)),
                comment=name,
            ),
            Call("fluxscale", (Argument("vis", name),), result="fluxes", log_to=name, comment=f"of {name}"),
            Routine(
                "set_derived_fluxes", (Argument("", name), Argument("", variable="fluxes"), Argument("fields", (1,)))
            ),
        ),
        makes=(name,),
        changes=("x.ms",),
        flags={"x.ms": "A"},
    )
    return bare_plan(steps, BUILD, findings=(warning("PLAN01", name),), head=(name, f"a {name}"))


def shape(tree: ast.AST) -> str:
    """The syntax of a script with its strings taken out."""

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant("" if isinstance(node.value, str) else node.value)

    return ast.dump(Blank().visit(tree))


def facts(tree: ast.Module) -> dict[str, Any]:
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in LITERALS:
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


@settings(max_examples=60, deadline=None)
@given(names)
def test_any_name_gives_the_same_script_with_that_very_name(name: str) -> None:
    text = render_script(plan_of(name))
    tree = ast.parse(text)
    assert text.isascii()
    assert shape(ast.parse(text)) == shape(ast.parse(render_script(plan_of("plain"))))
    assert facts(tree)["step_makes"] == {3: [name]}
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "flagdata"]
    assert {k.arg: ast.literal_eval(k.value) for k in calls[0].keywords}["field"] == name


def test_hostile_name_runs_nothing() -> None:
    tree = ast.parse(render_script(plan_of(HOSTILE)))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "system" not in attributes


def test_literals_and_blocks_are_those_of_the_contract() -> None:
    tree = ast.parse(render_script(plan_of("x.ms.out")))
    told = facts(tree)
    assert told["step_title"] == {int(step): step.title for step in StepId}
    assert told["made_with"]["casatasks"] == BUILD
    assert told["step_makes"] == {3: ["x.ms.out"]}
    assert told["step_changes"] == {3: ["x.ms"]}
    assert told["step_flags"] == {3: {"x.ms": "A"}}
    first = next(n for n, node in enumerate(tree.body) if is_mystep(node))
    blocks = tree.body[first:]
    assert len(blocks) == 2 * len(StepId)
    for number, (assign, block) in enumerate(zip(blocks[::2], blocks[1::2], strict=True)):
        assert is_mystep(assign)
        assert ast.literal_eval(assign.value) == number  # type: ignore[attr-defined]
        assert isinstance(block, ast.If)
        assert ast.unparse(block.test) == "mystep in thesteps"
        assert not block.orelse


def is_mystep(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "mystep"


def test_only_casa_and_the_standard_library_are_imported() -> None:
    import sys

    for node in ast.walk(ast.parse(render_script(plan_of("x")))):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            head = module.partition(".")[0]
            assert head in ALLOWED_IMPORTS or head in sys.stdlib_module_names


def test_only_functions_that_are_used_are_carried() -> None:
    plan = plan_of("x").replacing(Step(3, StepId(3).title, nothing_because="nothing"))
    functions = {n.name for n in ast.parse(render_script(plan)).body if isinstance(n, ast.FunctionDef)}
    assert functions == {"begin_step", "check_casa"}


@pytest.mark.parametrize("mysteps", [None, [], [3, 7]])
def test_steps_are_chosen_by_mysteps(mysteps: list[int] | None) -> None:
    """The choice of steps at the end of the head, run alone, does what reducers know."""
    tree = ast.parse(render_script(plan_of("x")))
    wanted = [
        n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) in ("step_title", "thesteps")
    ]
    space: dict[str, Any] = {} if mysteps is None else {"mysteps": mysteps}
    exec(compile(ast.Module(wanted, []), "head", "exec"), space)
    assert space["thesteps"] == (mysteps or list(range(20)))
