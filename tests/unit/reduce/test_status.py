"""The state of a MOUS from the disk alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from almared.cli.commands.status import command
from almared.mous import read_mous
from almared.records.inputs import product_fingerprint, write_inputs
from almared.records.journal import Journal, new_entry
from almared.records.lock import locked
from almared.reduce.jobs import jobs_of
from almared.reduce.status import JobStatus, mous_status
from almared.script.read import read_script
from almared.stages.combination.inputs import calibrated_fingerprints

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


def plan(root: Path, end: str, *, made: str = "b") -> Path:
    """Write a script as `almared plan` leaves it; return its directory."""
    directory = root / f"Calibration_{end}"
    write_script(directory, f"uid___A002_X1_{end}.ms.scriptForCalibration.py", made=made)
    return directory


def write_script(directory: Path, name: str, *, made: str) -> None:
    """Write a script of two steps, the second making this product."""
    (directory / ".almared" / "rendered").mkdir(parents=True)
    for place in (directory, directory / ".almared" / "rendered"):
        (place / name).write_text(SCRIPT.replace('"b"', f'"{made}"'))


def run(directory: Path, *steps: int, outcome: str = "done") -> None:
    """Journal steps as a run does, the last with this outcome; make what they make."""
    journal, script = Journal(directory), read_script(next(directory.glob("*.py")))
    for number in steps:
        step = script.step(number)
        journal.append(new_entry("step-begin", "r", step=number, digest=step.fingerprint))
        for name in step.makes:
            (directory / name).mkdir(exist_ok=True)
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
    (directory / "b").rmdir()
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


def combine(root: Path) -> None:
    """Take the calibrated data and run the combination, as far as the disk tells it."""
    place = root / "Combination" / "calibrated"
    write_inputs(place, calibrated_fingerprints(read_mous(root)))
    run(place, 0, 1)


def image(root: Path) -> None:
    """Take what was combined and run the imaging, as far as the disk tells it."""
    source = root / "Combination" / "calibrated" / "calibrated.ms"
    write_inputs(root / "Imaging", {str(source): product_fingerprint(source.parent, source.name)})
    run(root / "Imaging", 0, 1)


@pytest.fixture
def imaged(root: Path) -> Path:
    """A MOUS whose two execution blocks are calibrated, combined and imaged."""
    for end in ("X3", "X4"):
        run(plan(root, end, made=f"uid___A002_X1_{end}.ms.split.cal"), 0, 1)
    write_script(root / "Combination" / "calibrated", "scriptForFluxCalibration.py", made="calibrated.ms")
    write_script(root / "Imaging", "scriptForImaging.py", made="calibrated_final.ms")
    combine(root)
    image(root)
    return root


def test_what_is_older_than_its_source_is_told(imaged: Path) -> None:
    found = states(imaged)
    assert {found[name].state for name in ("X3 run", "X4 run", "combine", "image")} == {"done"}

    run(imaged / "Calibration_X3", 1)
    found = states(imaged)
    assert found["X3 run"].state == "done"
    assert (found["combine"].state, found["image"].state) == ("stale", "stale")
    assert found["combine"].detail == "X3 was calibrated again after it was copied"
    assert found["image"].detail == "it was made before combine, to be redone"

    combine(imaged)
    found = states(imaged)
    assert (found["combine"].state, found["image"].state) == ("done", "stale")
    assert found["image"].detail == "calibrated.ms was made again after it was imaged"

    told = CliRunner().invoke(command, [str(imaged)], catch_exceptions=False).output
    assert "MOUS       image       old         2/2  calibrated.ms was made again" in told
    image(imaged)
    assert states(imaged)["image"].state == "done"


def test_a_calibration_that_is_cut_makes_what_builds_on_it_old(imaged: Path) -> None:
    run(imaged / "Calibration_X4", 1, outcome="no solutions")
    (imaged / "README").write_text("README\n")
    found = states(imaged)
    assert found["combine"].state == "stale"
    assert found["combine"].detail == "the calibration of X4 is not done: step 1 no solutions"
    assert (found["image"].state, found["readme"].state, found["check"].state) == ("stale", "stale", "failed")
    # No report was made: the README is as old as what reports would be made from.
    assert found["readme"].detail == "it was made before X4 run, to be redone"


def test_a_new_execution_block_and_a_moved_tree(imaged: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / imaged.name
    moved.parent.mkdir()
    imaged.rename(moved)
    assert {states(moved)[name].state for name in ("combine", "image")} == {"done"}

    asdm = moved / "Calibration_X5" / "uid___A002_X1_X5"
    asdm.mkdir(parents=True)
    (asdm / "ASDM.xml").touch()
    run(plan(moved, "X5", made="uid___A002_X1_X5.ms.split.cal"), 0, 1)
    found = states(moved)
    assert (found["combine"].state, found["combine"].detail) == ("stale", "X5 was not copied")


def test_a_package_is_older_than_steps_that_ran_after_it(imaged: Path) -> None:
    place = imaged / "Delivery/2023.1.1.S/science_goal.uid___a/group.uid___b/member.uid___A001_X1_X2"
    place.mkdir(parents=True)
    (place / "manifest.sha256").touch()
    assert states(imaged)["package"].state == "done"
    os.utime(place / "manifest.sha256", (0, 0))
    found = states(imaged)["package"]
    assert (found.state, found.detail) == ("stale", "a step ran in Imaging after it was made")


def test_the_command_tells_lines_and_data(root: Path) -> None:
    run(plan(root, "X4"), 0)
    told = CliRunner().invoke(command, [str(root / "Calibration_X3")], catch_exceptions=False)
    assert told.output.splitlines()[0] == "uid___A001_X1_X2, part 7m, 2 execution blocks"
    assert "X4         run         partly      1/2  step 1 Solve: it never ran" in told.output
    data = json.loads(CliRunner().invoke(command, [str(root), "--json"], catch_exceptions=False).output)
    assert data["ebs"][0] == {"uid": "uid://A002/X1/X3", "directory": "Calibration_X3"}
    found = next(stage for stage in data["stages"] if stage["stage"] == "run" and stage["eb"] == "uid://A002/X1/X4")
    assert (found["state"], found["done"], found["total"]) == ("stale", 1, 2)
