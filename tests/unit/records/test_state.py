"""The state of steps is derived from script, journal and disk alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from almared.errors import InputError, SelectionError
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.records.state import StepState, derive_states
from almared.run.choose import choose_steps, parse_steps
from almared.script.read import CalibrationScript, read_script

SCRIPT = '''\
"""A script in the form of decision 001."""

made_with = {"almared": "0.1", "casatasks": "6.7.0.31"}
step_title = {0: "Import", 1: "Listing", 2: "A priori flagging", 3: "Split", 4: "Bandpass"}
step_makes = {0: ["x.ms", "x.ms.flagversions"], 1: ["x.ms.listobs"], 3: ["x.ms.split"], 4: ["x.ms.split.bandpass"]}
step_changes = {2: ["x.ms"]}
step_flags = {2: {"x.ms": "BeforeAprioriFlagging"}}

REFANT = "DA41"


def touch(name):
    open(name, "w").close()


try:
    thesteps = mysteps or sorted(step_title)
except NameError:
    thesteps = sorted(step_title)

# Import
mystep = 0
if mystep in thesteps:
    touch("x.ms")

# Listing
mystep = 1
if mystep in thesteps:
    touch("x.ms" + ".listobs")

# A priori flagging
mystep = 2
if mystep in thesteps:
    print("x.ms", REFANT)

# Split
mystep = 3
if mystep in thesteps:
    print("x.ms")
    touch("x.ms.split")

# Bandpass
mystep = 4
if mystep in thesteps:
    print("x.ms.split")
    touch("x.ms.split.bandpass")
'''


def script_of(directory: Path, text: str = SCRIPT) -> CalibrationScript:
    path = directory / "x.ms.scriptForCalibration.py"
    path.write_text(text)
    return read_script(path)


def run_of(script: CalibrationScript, *numbers: int, outcome: str = "done") -> list[JournalEntry]:
    entries = []
    for number in numbers:
        step = script.step(number)
        entries.append(new_entry("step-begin", step=number, digest=step.fingerprint))
        made = {name: {} for name in step.makes}
        entries.append(new_entry("step-end", step=number, outcome=outcome, seconds=1.5, made=made))
    return entries


def states(script: CalibrationScript, entries: list[JournalEntry], missing: tuple[str, ...] = ()) -> list[str]:
    found = derive_states(script.steps, entries, exists=lambda name: name not in missing)
    return [status.state.value for status in found]


@pytest.fixture
def script(tmp_path: Path) -> CalibrationScript:
    return script_of(tmp_path)


def test_facts_are_read_without_executing(script: CalibrationScript) -> None:
    assert script.numbers == (0, 1, 2, 3, 4)
    assert script.step(3).reads == ("x.ms",)
    assert script.step(4).makes == ("x.ms.split.bandpass",)
    assert script.made_with["casatasks"] == "6.7.0.31"
    assert not (script.directory / "x.ms").exists()


def test_comments_and_layout_do_not_count(script: CalibrationScript, tmp_path: Path) -> None:
    text = SCRIPT.replace("# Split\n", "# Split, with a remark\n").replace(
        'print("x.ms", REFANT)', "print('x.ms',REFANT)"
    )
    again = script_of(tmp_path, text)
    assert [step.fingerprint for step in again.steps] == [step.fingerprint for step in script.steps]


def test_the_hash_of_a_step_is_the_same_on_all_pythons(tmp_path: Path) -> None:
    block = """if mystep in thesteps:\n    print(f"{1 + x!r:>{3}} it's", *[None, ...])\n"""
    path = tmp_path / "x.py"
    path.write_text(f'step_title = {{0: "x"}}\nmystep = 0\n{block}')
    # Made with Python 3.11; a journal has to outlive the Python it was written with.
    assert read_script(path).steps[0].fingerprint[:16] == "8cd9addc3691ba8b"


@pytest.mark.parametrize(("old", "new"), [("'x.ms', R", "'y.ms', R"), ("REFANT)", "REFANT, '')"), ("REFANT)", "-1)")])
def test_small_changes_of_a_step_count(script: CalibrationScript, tmp_path: Path, old: str, new: str) -> None:
    text = SCRIPT.replace('print("x.ms", REFANT)', "print('x.ms', REFANT)").replace(old, new)
    assert script_of(tmp_path, text).step(2).fingerprint != script.step(2).fingerprint


def test_a_constant_or_function_counts_for_the_steps_that_use_it(script: CalibrationScript, tmp_path: Path) -> None:
    constant = script_of(tmp_path, SCRIPT.replace('REFANT = "DA41"', 'REFANT = "DV05"'))
    changed = [s.number for s, t in zip(script.steps, constant.steps, strict=True) if s.fingerprint != t.fingerprint]
    assert changed == [2]
    function = script_of(tmp_path, SCRIPT.replace('open(name, "w")', 'open(name, "a")'))
    changed = [s.number for s, t in zip(script.steps, function.steps, strict=True) if s.fingerprint != t.fingerprint]
    assert changed == [0, 1, 3, 4]


def test_never_done_failed_and_killed(script: CalibrationScript) -> None:
    assert states(script, []) == ["never"] * 5
    assert states(script, run_of(script, 0, 1, 2, 3, 4)) == ["done"] * 5
    assert states(script, run_of(script, 0, 1, outcome="failed"))[:3] == ["failed", "failed", "never"]
    killed = [*run_of(script, 0, 1, 2, 3), new_entry("step-begin", step=2, digest=script.step(2).fingerprint)]
    assert states(script, killed) == ["done", "done", "failed", "stale", "never"]


def test_a_live_run_is_told_from_a_killed_one(script: CalibrationScript) -> None:
    entries = [*run_of(script, 0), new_entry("step-begin", step=1, digest="")]
    found = derive_states(script.steps, entries, exists=lambda _: True, is_live=True)
    assert found[1].state is StepState.RUNNING


def test_changed_text_makes_the_step_and_all_later_ones_stale(script: CalibrationScript, tmp_path: Path) -> None:
    entries = run_of(script, 0, 1, 2, 3, 4)
    edited = script_of(tmp_path, SCRIPT.replace('REFANT = "DA41"', 'REFANT = "DV05"'))
    assert states(edited, entries) == ["done", "done", "stale", "stale", "stale"]


def test_an_earlier_step_run_again_makes_later_ones_stale(script: CalibrationScript) -> None:
    entries = [*run_of(script, 0, 1, 2, 3, 4), *run_of(script, 2)]
    assert states(script, entries) == ["done", "done", "done", "stale", "stale"]


def test_a_missing_product_makes_its_step_stale(script: CalibrationScript) -> None:
    entries = run_of(script, 0, 1, 2, 3, 4)
    assert states(script, entries, missing=("x.ms.split",)) == ["done", "done", "done", "stale", "stale"]


def test_a_clean_start_forgets_all_but_the_durations(script: CalibrationScript) -> None:
    entries = [*run_of(script, 0, 1, 2, 3, 4), new_entry("clean")]
    found = derive_states(script.steps, entries, exists=lambda _: True)
    assert {status.state for status in found} == {StepState.NEVER}
    assert found[0].seconds == 1.5


def test_the_run_goes_on_from_the_first_step_that_is_not_done(script: CalibrationScript) -> None:
    entries = run_of(script, 0, 1)
    found = derive_states(script.steps, entries, exists=lambda _: True)
    assert choose_steps(script, found).steps == (2, 3, 4)


def test_nothing_runs_when_all_is_done(script: CalibrationScript) -> None:
    found = derive_states(script.steps, run_of(script, 0, 1, 2, 3, 4), exists=lambda _: True)
    assert choose_steps(script, found).steps == ()


def test_a_step_whose_ms_is_not_whole_is_preceded_by_the_one_that_makes_it(script: CalibrationScript) -> None:
    found = derive_states(script.steps, run_of(script, 0, 1, 2, 3, 4), exists=lambda _: True)
    choice = choose_steps(script, found, wanted=(4,), unsound={"x.ms.split": "it has 3 rows instead of 9"})
    assert choice.steps == (3, 4)
    assert "9" in choice.reasons[0]


def test_a_step_that_builds_on_a_stale_one_runs_after_it(script: CalibrationScript) -> None:
    # Listing never ran: nothing builds on it, so it is not forced upon the user.
    entries = [*run_of(script, 0), *run_of(script, 2, outcome="failed")]
    found = derive_states(script.steps, entries, exists=lambda _: True)
    assert choose_steps(script, found, wanted=(3,)).steps == (2, 3)


def test_steps_between_two_asked_for_are_not_forgotten(script: CalibrationScript) -> None:
    found = derive_states(script.steps, run_of(script, 0, 1, 2, 3, 4), exists=lambda _: True)
    assert choose_steps(script, found, wanted=(2, 4)).steps == (2, 3, 4)
    assert choose_steps(script, found, wanted=(1, 2)).steps == (1, 2)


@pytest.mark.parametrize(
    ("text", "steps"),
    [("2-4", (2, 3, 4)), ("0,1,2", (0, 1, 2)), ("bandpass", (4,)), ("Split,0", (0, 3)), ("1~2", (1, 2))],
)
def test_selections(script: CalibrationScript, text: str, steps: tuple[int, ...]) -> None:
    assert parse_steps(text, script.steps) == steps


@pytest.mark.parametrize("text", ["7", "nothing", "i", "", "2-9"])
def test_selections_that_name_no_step_are_refused(script: CalibrationScript, text: str) -> None:
    with pytest.raises(SelectionError):
        parse_steps(text, script.steps)


@pytest.mark.parametrize(
    "name", ["../other", "/etc/passwd", "a/../../b", ".almared", ".", "x.ms.scriptForCalibration.py"]
)
def test_products_outside_the_directory_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        script_of(tmp_path, SCRIPT.replace('"x.ms.listobs"', repr(name)))


@pytest.mark.parametrize(
    "text", ["", "print(1)", "def broken(", SCRIPT.replace('{2: ["x.ms"]}', "dict(a=1)"), "step_title = [1]"]
)
def test_files_that_are_no_calibration_script_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        script_of(tmp_path, text)


def test_a_torn_last_line_is_left_out_and_swallows_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(new_entry("step-begin", "r", step=3, digest="d"))
    with journal.path.open("a") as file:
        file.write('{"event":"step-e')
    journal.append(new_entry("step-begin", "r", step=4, digest="e"))
    assert [(entry.event, entry.step) for entry in journal.entries()] == [("step-begin", 3), ("step-begin", 4)]
