"""The state of a MOUS from the disk alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from almared.cli.status import command
from almared.mous import read_mous
from almared.reduce.stages import jobs_of
from almared.reduce.status import JobStatus, mous_status
from almared.run.journal import Journal, new_entry
from almared.run.lock import locked
from almared.run.scriptfile import read_script

SCRIPT = """
step_title = {0: "Import", 1: "Solve"}
step_makes = {0: ["a"], 1: ["b"]}
mystep = 0
if mystep in thesteps:
    print("import")
mystep = 1
if mystep in thesteps:
    print("solve")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A MOUS of two execution blocks, prepared only."""
    root = tmp_path / "uid___A001_X1_X2"
    for end in ("X3", "X4"):
        asdm = root / f"Calibration_{end}" / f"uid___A002_X1_{end}"
        asdm.mkdir(parents=True)
        (asdm / "ASDM.xml").touch()
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\npart = "7m"')
    return root


def states(root: Path) -> dict[str, JobStatus]:
    return {status.job.name: status for status in mous_status(read_mous(root))}


def plan(root: Path, end: str) -> Path:
    """Write a script as `almared plan` leaves it; return its directory."""
    directory = root / f"Calibration_{end}"
    name = f"uid___A002_X1_{end}.ms.scriptForCalibration.py"
    (directory / ".almared" / "rendered").mkdir(parents=True)
    for place in (directory, directory / ".almared" / "rendered"):
        (place / name).write_text(SCRIPT)
    return directory


def run(directory: Path, *steps: int, outcome: str = "done") -> None:
    """Journal steps as a run does, the last with this outcome; make what they make."""
    journal, script = Journal(directory), read_script(next(directory.glob("*.py")))
    for number in steps:
        step = script.step(number)
        journal.append(new_entry("step-begin", "r", step=number, digest=step.digest))
        for name in step.makes:
            (directory / name).touch()
        if outcome == "done" or number != steps[-1]:
            journal.append(
                new_entry("step-end", "r", step=number, outcome="done", seconds=1.0, made={step.makes[0]: {}})
            )
        elif outcome:
            journal.append(new_entry("step-end", "r", step=number, outcome="failed", seconds=1.0, error=outcome))


def test_nothing_is_done_at_first(root: Path) -> None:
    found = states(root)
    assert list(found) == [job.name for job in jobs_of(read_mous(root))]
    assert {status.state for status in found.values()} == {"never"}


def test_steps_are_counted_and_failures_told(root: Path) -> None:
    run(plan(root, "X3"), 0, 1)
    run(plan(root, "X4"), 0, 1, outcome="no solutions")
    found = states(root)
    assert (found["X3 plan"].state, found["X4 plan"].state) == ("done", "done")
    assert (found["X3 run"].state, found["X3 run"].done, found["X3 run"].total) == ("done", 2, 2)
    assert (found["X4 run"].state, found["X4 run"].done) == ("failed", 1)
    assert found["X4 run"].detail == "step 1 Solve: no solutions"


def test_a_step_at_work_is_seen_from_elsewhere(root: Path) -> None:
    directory = plan(root, "X3")
    run(directory, 0, 1, outcome="")
    assert states(root)["X3 run"].state == "failed"
    with locked(directory):
        found = states(root)["X3 run"]
        assert (found.state, found.detail) == ("running", "step 1 Solve")
        assert found.begun


def test_what_is_missing_or_edited_is_seen(root: Path) -> None:
    directory = plan(root, "X3")
    run(directory, 0, 1)
    (directory / "b").unlink()
    found = states(root)["X3 run"]
    assert (found.state, found.detail) == ("stale", "step 1 Solve: b is missing")
    script = next(directory.glob("*.py"))
    script.write_text(script.read_text() + "# DM: checked\n")
    assert states(root)["X3 plan"].detail == "edited by hand, 1 lines"


def test_what_the_reduction_told_counts_for_stages_without_a_script(root: Path) -> None:
    journal = Journal(root)
    journal.append(new_entry("stage-begin", "r", job="X3 plan"))
    assert states(root)["X3 plan"].state == "never"
    with locked(root):
        assert states(root)["X3 plan"].state == "running"
    journal.append(new_entry("stage-end", "r", job="X3 plan", code=4, error="no phase calibrator\nmore"))
    assert (states(root)["X3 plan"].state, states(root)["X3 plan"].detail) == ("failed", "no phase calibrator")
    plan(root, "X3")
    assert states(root)["X3 plan"].state == "done"


def test_reports_and_packages_are_seen(root: Path) -> None:
    for place in ("Calibration_X3/qa2", "qa2"):
        (root / place).mkdir()
        (root / place / "report.html").touch()
        os.utime(root / place / "report.html", (0, 0))
    found = states(root)
    assert (found["X3 report"].state, found["X3 report"].detail) == ("done", "of 1970-01-01 00:00 UTC")
    assert (found["X4 report"].state, found["mous-report"].state) == ("never", "done")
    run(plan(root, "X3"), 0, 1)
    found = states(root)
    assert (found["X3 report"].state, found["mous-report"].state) == ("stale", "stale")
    assert found["X3 report"].detail == "a step ran in Calibration_X3 after it was made"


def test_the_command_tells_lines_and_data(root: Path) -> None:
    run(plan(root, "X4"), 0)
    told = CliRunner().invoke(command, [str(root / "Calibration_X3")], catch_exceptions=False)
    assert told.output.splitlines()[0] == "uid___A001_X1_X2, part 7m, 2 execution blocks"
    assert "X4         run         partly      1/2  step 1 Solve: it never ran" in told.output
    data = json.loads(CliRunner().invoke(command, [str(root), "--json"], catch_exceptions=False).output)
    assert data["ebs"][0] == {"uid": "uid://A002/X1/X3", "directory": "Calibration_X3"}
    found = next(stage for stage in data["stages"] if stage["stage"] == "run" and stage["eb"] == "uid://A002/X1/X4")
    assert (found["state"], found["done"], found["total"]) == ("stale", 1, 2)
