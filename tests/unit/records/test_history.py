"""How a script came to be done: one go, interrupted, out of order, by several builds, with which logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.stage_script import SCRIPT, make_stage, write

from almared.delivery.logs import merged_log
from almared.errors import StepError
from almared.records.history import ABOUT_LOGS, History, read_history
from almared.records.journal import Journal, new_entry
from almared.run.execute import RunOptions, run_script

FLAGGED = SCRIPT.replace("step_after", 'step_flags = {1: {"p0": "Before"}}\nstep_after')


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_stage(tmp_path, monkeypatch)


def run(stage: Path, **options: object) -> None:
    run_script(stage, RunOptions(**options), listener=lambda entry: None)  # type: ignore[arg-type]


def history(stage: Path) -> History:
    return read_history(stage / "scriptForImaging.py")


def fail_once(stage: Path, text: str = SCRIPT) -> None:
    """Run a script whose third step fails, then the right one."""
    write(stage, text.replace('make(outfile="b2", text="p0")', "fail()"))
    with pytest.raises(StepError):
        run(stage)
    write(stage, text)
    run(stage)


def test_one_go(stage: Path) -> None:
    run(stage)
    found = history(stage)
    assert not found.undone
    assert not found.faults
    assert not found.interruptions
    assert found.builds == ("6.7.0.31",)
    assert len(found.runs) == len(found.logs) == 1


def test_the_measures_of_the_steps_are_those_of_the_journal(stage: Path) -> None:
    run(stage)
    place = Journal(stage).path
    lines = place.read_text().splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if '"step-begin"' in line]
    assert len(history(stage).measures) == 1
    place.write_text("".join(lines).replace(history(stage).measures[0], "mine (IERS 2026-11-30)"))
    assert history(stage).measures == ("mine (IERS 2026-11-30)",)
    older = [json.loads(lines[number]) for number in begins]
    for entry in older:
        del entry["measures"]
    for number, entry in zip(begins, older, strict=True):
        lines[number] = json.dumps(entry) + "\n"
    place.write_text("".join(lines))
    assert history(stage).measures == ()


def test_a_script_that_is_not_done_says_which_step(stage: Path) -> None:
    run(stage, steps="0")
    assert [text.partition(":")[0] for text in history(stage).undone] == [
        "step 1 Image A", "step 2 Image B", "step 3 Join", "step 4 Aside",
    ]  # fmt: skip


def test_a_resumed_run_counts_as_one_and_its_logs_are_joined_with_a_mark(stage: Path) -> None:
    fail_once(stage)
    found = history(stage)
    assert not found.undone
    assert not found.faults
    assert len(found.runs) == 2
    assert found.interruptions == (f"run {found.runs[0]} ended in step 2; run {found.runs[1]} continued with step 2",)
    log = merged_log(found)
    assert log.index("making p0") < log.index("Interruption: ") < log.index("making b2")


def test_a_clean_run_forgets_the_runs_before(stage: Path) -> None:
    fail_once(stage)
    run(stage, is_clean=True)
    assert len(history(stage).runs) == 1


def test_runs_that_everything_was_made_anew_after_do_not_count(stage: Path) -> None:
    fail_once(stage)
    run(stage, steps="0-4")
    assert len(history(stage).runs) == 1


def test_another_build_of_casa_is_told(stage: Path) -> None:
    run(stage, steps="0")
    place = stage.parent / "stand-in" / "casatasks.py"
    place.write_text(place.read_text().replace("6.7.0.31", "6.7.6.14"))
    run(stage)
    assert history(stage).faults == ("steps were run by several builds of casatasks: 6.7.0.31, 6.7.6.14",)


def test_a_repeated_step_without_its_flags_is_told(stage: Path) -> None:
    write(stage, FLAGGED)
    run(stage)
    run(stage, steps="1", is_exact=True)
    run(stage)
    assert history(stage).faults == ("step 1 was restarted without the flags Before of p0",)


def test_a_repeated_step_whose_ms_was_made_anew_needs_no_flags(stage: Path) -> None:
    write(stage, FLAGGED.replace('make(outfile="a1", text="p0")', "fail()"))
    with pytest.raises(StepError):
        run(stage)
    write(stage, FLAGGED.replace('make(outfile="p0")', 'make(outfile="p0", text="new")'))
    run(stage)
    assert history(stage).faults == ()


def test_a_severe_message_of_a_good_run_is_told_and_a_missing_log_too(stage: Path) -> None:
    run(stage)
    log = next(stage.glob("casa-*.log"))
    log.write_text(log.read_text() + "2026-11-23 01:00:09\tSEVERE\tmake::one\tthe disk is odd\n")
    assert history(stage).faults == (f"{log.name}, 2026-11-23 01:00:09: the disk is odd",)
    log.unlink()
    assert history(stage).faults == (f"the log {log.name} of run {history(stage).runs[0]} is missing",)


def test_a_killed_step_is_undone_and_no_end_is_made_up(stage: Path) -> None:
    run(stage)
    Journal(stage).append(new_entry("step-begin", "later", step=4, digest="x", casa="6.7.0.31"))
    found = history(stage)
    assert [text.partition(":")[0] for text in found.undone] == ["step 4 Aside"]


TELLING = SCRIPT.replace(
    "step_title = {0",
    """
def begin_step(number):
    from casaconfig import config
    with open(config.logfile, "a") as file:
        file.write(f"2026-11-23 01:00:00\\tINFO\\tscript::casa\\tStep {number} {step_title[number]}\\n")
step_title = {0""",
).replace('    make(outfile="b2"', '    begin_step(2)\n    make(outfile="b2"')


def test_a_log_from_which_a_step_was_cut_is_told(stage: Path) -> None:
    write(stage, TELLING)
    run(stage)
    assert history(stage).faults == ()
    log = next(stage.glob("casa-*.log"))
    log.write_text(log.read_text().replace("Step 2 Image B", ""))
    assert history(stage).faults == (f"{log.name} has no entry for step 2 Image B",)


def test_a_step_that_ran_and_was_taken_out_of_the_script_is_told(stage: Path) -> None:
    run(stage)
    assert history(stage).gone == ()
    lines = SCRIPT.replace(', 4: "Aside"', "").replace(', 4: ["s4"]', "").replace(", 4: [0]}", "}")
    write(stage, lines[: lines.index("mystep = 4")])
    assert history(stage).gone == ("step 4 Aside was run, but is not in the script",)
    assert not history(stage).undone


def test_faults_of_a_log_are_known_by_their_check_not_by_their_words(stage: Path) -> None:
    run(stage)
    log = next(stage.glob("casa-*.log"))
    log.unlink()
    (finding,) = history(stage).findings
    assert (finding.check in ABOUT_LOGS, finding.place) == (True, log.name)
