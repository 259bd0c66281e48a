"""Scripts are written beside the data, never over what a hand has edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.small_plan import bare_plan

from almared.errors import PlanError
from almared.plan import Plan, Step, StepId
from almared.script import render_script, write_script

NAME = "x.ms.scriptForCalibration.py"


def plan_saying(reason: str) -> Plan:
    return bare_plan([Step(int(step), step.title, nothing_because=reason) for step in StepId])


def test_script_plan_and_rendering_are_written(tmp_path: Path) -> None:
    plan = plan_saying("a test")
    written = write_script(plan, tmp_path)
    assert written.script == tmp_path / NAME
    assert written.script.read_text() == render_script(plan)
    assert (tmp_path / ".almared" / "rendered" / NAME).read_text() == render_script(plan)
    assert json.loads(written.plan.read_text())["ms"] == "x.ms"
    assert written.is_new
    assert not write_script(plan, tmp_path).is_new


def test_rendered_script_is_replaced_without_asking(tmp_path: Path) -> None:
    write_script(plan_saying("one"), tmp_path)
    written = write_script(plan_saying("two"), tmp_path)
    assert written.is_new
    assert written.backup is None
    assert "two" in written.script.read_text()


@pytest.mark.parametrize("has_rendering", [True, False])
def test_edited_script_stays_unless_forced_and_is_then_kept_aside(tmp_path: Path, has_rendering: bool) -> None:
    if has_rendering:
        write_script(plan_saying("one"), tmp_path)
    script = tmp_path / NAME
    script.write_text("# mine\n")
    with pytest.raises(PlanError, match="edited by hand"):
        write_script(plan_saying("two"), tmp_path)
    assert script.read_text() == "# mine\n"
    first = write_script(plan_saying("two"), tmp_path, is_forced=True)
    assert first.backup is not None
    assert first.backup.read_text() == "# mine\n"
    script.write_text("# mine again\n")
    second = write_script(plan_saying("two"), tmp_path, is_forced=True)
    assert second.backup is not None
    assert second.backup != first.backup
    assert second.backup.read_text() == "# mine again\n"


def test_same_plan_gives_the_same_bytes() -> None:
    assert render_script(plan_saying("a")) == render_script(plan_saying("a"))
