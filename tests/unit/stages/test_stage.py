"""One row per stage: its columns agree with each other, with the commands, the parts of a MOUS and the page."""

from __future__ import annotations

import ast
from pathlib import Path

import click
import pytest
from support.places import ROOT

from almared.cli.main import COMMANDS, almared
from almared.mous import Mous, MousEb, MousSettings
from almared.mous.places import MousTree
from almared.names import Products, Uid
from almared.records.sections import SectionKind, sections_of
from almared.stages.stage import STAGES, Completion, Scope, Stage

MADE = [kind for kind in SectionKind if kind not in (SectionKind.CODE, SectionKind.SETTINGS, SectionKind.ASDM)]


def mous(*ends: str) -> Mous:
    tree = MousTree(Path("/area/uid___A001_X1_X2"))
    uids = [Uid(("A002", "X1", end)) for end in ends]
    places = [tree.calibration(uid) for uid in uids]
    ebs = [
        MousEb(uid, place, place / uid.file_name, Products(f"{uid.file_name}.ms"))
        for uid, place in zip(uids, places, strict=True)
    ]
    return Mous(tree, MousSettings.model_validate({"uid": "uid://A001/X1/X2"}), tuple(ebs))


@pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
def test_the_command_of_a_stage_is_there(stage: Stage) -> None:
    assert stage.command in COMMANDS
    found = almared.get_command(click.Context(almared), stage.command)
    assert isinstance(found, click.Command)


@pytest.mark.parametrize("kind", MADE, ids=[kind.name for kind in MADE])
def test_each_part_that_is_made_is_made_by_one_stage(kind: SectionKind) -> None:
    assert len([stage for stage in STAGES if kind in stage.makes]) == 1


def test_a_stage_reads_only_what_is_made_before_it() -> None:
    given = {SectionKind.CODE, SectionKind.SETTINGS, SectionKind.ASDM}
    for stage in STAGES:
        assert set(stage.reads) <= given, stage.name
        assert not set(stage.reads) & set(stage.makes), stage.name
        given |= set(stage.makes)


def test_a_stage_reads_what_the_stages_make_that_it_needs() -> None:
    made = {stage.name: stage.makes for stage in STAGES}
    for stage in STAGES:
        # A run takes its script from its own place: planning is part of the calibration.
        needed = {kind for name in stage.needs for kind in made[name]} - {SectionKind.PLAN}
        assert needed <= set(stage.reads), stage.name


@pytest.mark.parametrize("kind", [kind for kind in SectionKind if kind is not SectionKind.CODE], ids=lambda k: k.name)
def test_each_name_of_a_part_is_that_of_a_section(kind: SectionKind) -> None:
    found = mous("X3", "X4")
    names = kind.names(found)
    assert names
    assert set(names) <= set(sections_of(found))
    of_one = kind.names(found, found.ebs[0])
    assert set(of_one) <= set(names)
    assert len(of_one) == 1


def test_every_section_is_a_part() -> None:
    found = mous("X3", "X4")
    assert set(sections_of(found)) == {
        name for kind in SectionKind if kind.name != "CODE" for name in kind.names(found)
    }


def test_scripts_are_where_the_tree_has_them() -> None:
    found = mous("X3", "X4")
    tree = found.tree
    scripts = {stage.name: [stage.script(found, eb) for eb in stage.ebs(found)] for stage in STAGES if stage.place}
    assert scripts == {
        "plan": [eb.script for eb in found.ebs],
        "run": [eb.script for eb in found.ebs],
        "combine": [tree.combination / "scriptForFluxCalibration.py"],
        "image": [tree.imaging / "scriptForImaging.py"],
    }
    report = next(stage for stage in STAGES if stage.name == "report")
    assert report.script(found, found.ebs[0]) is None
    assert report.directory(found, found.ebs[0]) is None


def test_columns_fit_the_way_in_which_a_stage_is_seen_to_be_done() -> None:
    for stage in STAGES:
        has_script = stage.completion in (Completion.WRITTEN, Completion.STEPS)
        assert (stage.place is not None) == has_script, stage.name
        assert bool(stage.made_from) == (stage.completion is Completion.FILES), stage.name
        assert not stage.editable or stage.runs_script, stage.name
        assert bool(stage.script_name) == (has_script and stage.scope is Scope.MOUS), stage.name


def test_a_single_execution_block_is_not_combined() -> None:
    assert [stage.name for stage in STAGES if not stage.is_part_of(mous("X3"))] == ["combine"]
    assert all(stage.is_part_of(mous("X3", "X4")) for stage in STAGES)


def test_the_page_has_a_row_for_each_stage() -> None:
    page = (ROOT / "docs" / "mous.md").read_text()
    rows = page.split("| stage | for |")[1].split("\n\n")[0].splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [stage.name for stage in STAGES]


def test_nobody_asks_for_the_name_of_a_stage() -> None:
    """What depends on the stage is a column: names are printed and looked up, not compared with words."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / "src" / "almared").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and "stage.name" in ast.unparse(node.left)
        and any(isinstance(leaf, ast.Constant) for right in node.comparators for leaf in ast.walk(right))
    ]
    assert not found
