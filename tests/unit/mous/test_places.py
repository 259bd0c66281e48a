"""The tree of a MOUS: what is composed is what is parsed, and nobody else composes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import ROOT

from almared.mous.places import CALIBRATION, IN_MOUS, PASSING, STATE_DIRECTORY, MousTree, StatePlace, calibration_name
from almared.names import Uid

PARTS = st.text("ABCDEFXabcdef0123456789", min_size=1, max_size=8)
UIDS = st.builds(Uid, st.tuples(PARTS, PARTS, PARTS))
SOURCES = ROOT / "src" / "almared"


@given(eb=UIDS)
def test_the_directory_of_an_execution_block_tells_its_name(eb: Uid) -> None:
    tree = MousTree(Path("/area/uid___A001_X1_X2"))
    assert calibration_name(tree.calibration(eb)) == eb.parts[-1]
    assert calibration_name(tree.longer_calibration(eb)) == f"{eb.parts[1]}_{eb.parts[2]}"


def test_the_tree_is_that_of_the_wiki() -> None:
    """Domain E.1: names for which packagers look."""
    tree = MousTree(Path("uid___A001_X13e_X1fe"))
    assert tree.name_of(tree.calibration(Uid.parse("uid://A002/X85c183/X36f"))) == "Calibration_X36f"
    assert tree.name_of(tree.combination) == "Combination/calibrated"
    assert tree.name_of(tree.imaging) == "Imaging"
    assert [tree.name_of(path) for path in (tree.readme, tree.settings, tree.report)] == ["README", "mous.toml", "qa2"]


@given(goal=UIDS, group=UIDS, code=st.from_regex(r"20[0-9]{2}\.1\.[0-9]{5}\.S", fullmatch=True))
def test_the_package_of_a_mous_is_where_it_is_looked_for(
    tmp_path_factory: pytest.TempPathFactory, goal: Uid, group: Uid, code: str
) -> None:
    tree = MousTree(tmp_path_factory.mktemp("area") / "uid___A001_X13e_X1fe")
    member = tree.member(project=code, science_goal=str(goal), group=str(group))
    member.mkdir(parents=True)
    assert list(tree.members()) == [member]
    assert member.relative_to(tree.delivery).parts == (
        code, f"science_goal.{goal.file_name}", f"group.{group.file_name}", "member.uid___A001_X13e_X1fe",
    )  # fmt: skip


def test_what_nobody_knows_yet_is_said_in_the_path(tmp_path: Path) -> None:
    member = MousTree(Path("uid___A001_X1_X2")).member(project="", science_goal="", group="", out=tmp_path)
    told = ("unknown_project", "science_goal.uid___unknown", "group.uid___unknown", "member.uid___A001_X1_X2")
    assert member.relative_to(tmp_path).parts == told


def test_calibrations_are_directories_only(tmp_path: Path) -> None:
    tree = MousTree(tmp_path)
    for name in ("Calibration_X3", "Calibration_X2"):
        (tmp_path / name).mkdir()
    (tmp_path / "Calibration_notes.txt").write_text("")
    assert [place.name for place in tree.calibrations()] == ["Calibration_X2", "Calibration_X3"]


def test_what_passes_lies_in_the_state_directory() -> None:
    state = StatePlace(Path("place"))
    passing = {Path("place") / name for name in PASSING}
    assert passing == {
        state.lock, state.trash, state.output("a").parent, state.report, state.scratch, state.beats, state.step_logs,
    }  # fmt: skip
    kept = {state.journal, state.inputs, state.plan, state.rendered("a").parent, state.scripts, state.seals}
    assert not passing & kept


def composed(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that is made part of a path, also of those in f-strings."""
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            parts = node.args if name in ("Path", "glob", "rglob", "joinpath", "with_name") else []
        for part in parts:
            for leaf in ast.walk(part) if isinstance(part, ast.JoinedStr) else [part]:
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                    yield leaf.lineno, leaf.value


def test_nobody_else_composes_paths_of_a_mous() -> None:
    names = {name.rstrip("*") for name in IN_MOUS} | {STATE_DIRECTORY}
    found = [
        f"{path.relative_to(SOURCES)}:{line} {text}"
        for path in sorted(SOURCES.rglob("*.py"))
        if path.name != "places.py"
        for line, text in composed(ast.parse(path.read_text(encoding="utf-8")))
        if names & set(text.replace("*", "/").split("/")) or text.startswith(CALIBRATION)
    ]
    assert not found, "\n".join(found)
