"""Runs of small scripts in real child processes; the CASA they load is a stand-in of a few lines, made here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from almared.errors import EnvironmentFaultError, LockedError, ResourceError, RunError, StepError
from almared.records.journal import Journal, JournalEntry
from almared.records.lock import Lock
from almared.records.state import StepState, script_states
from almared.run.execute import RunOptions, RunResult, forecast, run_script
from almared.script.read import read_script

CASATASKS = """
import os, time
from casaconfig import config
__all__ = ["casalog", "version_string", "make", "fail", "grumble", "refuse", "dawdle", "vanish"]
casalog = None
def version_string():
    return "6.7.0.31"
def log(priority, text):
    with open(config.logfile, "a") as file:
        file.write(f"2026-11-23 01:00:00\\t{priority}\\tmake::one\\t{text}\\n")
class _make:
    "Make a file."
    flavour = "vanilla"
    def __call__(self, outfile="", text="x"):
        log("INFO", "making")
        log("SEVERE", "Leap second table TAI_UTC seems out-of-date.")
        with open(outfile, "w") as file:
            file.write(text)
        return {"rows": 3}
make = _make()
def fail(vis=""):
    raise RuntimeError("the vis is bad")
def grumble(vis=""):
    log("SEVERE", "Insufficient unflagged antennas to proceed with this solve.")
def refuse(vis=""):
    return False
def dawdle(seconds=0.0):
    time.sleep(seconds)
def vanish():
    os.abort()
"""

SCRIPT = """
import os
from casatasks import *
import casatasks
made_with = {"almared": "0.1", "casatasks": "6.7.0.31"}
step_title = {0: "First", 1: "Second", 2: "Third"}
step_makes = {0: ["a.ms", "a.ms.flagversions"], 1: ["a.ms.listobs"], 2: ["a.ms.split"]}
step_changes = {}
step_flags = {}
try:
    thesteps = mysteps or sorted(step_title)
except NameError:
    thesteps = sorted(step_title)
# First
mystep = 0
if mystep in thesteps:
    make(outfile="a.ms")
# Second
mystep = 1
if mystep in thesteps:
    print("a.ms")
    casatasks.make(outfile="a.ms.listobs")
# Third
mystep = 2
if mystep in thesteps:
    print("a.ms")
    make("a.ms.split", text=open("a.ms").read())
"""


@pytest.fixture
def casa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let child processes find the stand-in for CASA."""
    place = tmp_path / "stand-in"
    place.mkdir()
    (place / "casatasks.py").write_text(CASATASKS)
    (place / "casaconfig.py").write_text("class config:\n    logfile = ''\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH")))))
    return place


@pytest.fixture
def eb(tmp_path: Path, casa: Path) -> Path:
    """Return a directory with a script."""
    directory = tmp_path / "eb"
    directory.mkdir()
    write(directory, SCRIPT)
    return directory


def write(directory: Path, text: str) -> None:
    (directory / "a.ms.scriptForCalibration.py").write_text(text)


def instead_of_second(directory: Path, line: str) -> None:
    write(directory, SCRIPT.replace('casatasks.make(outfile="a.ms.listobs")', line))


def run(directory: Path, **options: object) -> RunResult:
    return run_script(directory, RunOptions(**options), listener=lambda entry: None)  # type: ignore[arg-type]


def states(directory: Path) -> list[str]:
    return [s.state.value for s in script_states(read_script(directory / "a.ms.scriptForCalibration.py"))]


def journal(directory: Path, event: str) -> list[JournalEntry]:
    return [entry for entry in Journal(directory).entries() if entry.event == event]


def test_a_whole_run_leaves_products_one_log_and_a_journal(eb: Path) -> None:
    result = run(eb)
    assert result.steps == (0, 1, 2)
    assert (eb / "a.ms.split").read_text() == "x"
    assert [path.name for path in eb.glob("casa-*.log")] == [result.log.name if result.log else ""]
    assert states(eb) == ["done"] * 3
    begin = journal(eb, "step-begin")[0]
    assert begin.data["casa"] == "6.7.0.31"
    assert begin.data["script"] == read_script(eb / "a.ms.scriptForCalibration.py").fingerprint
    call = journal(eb, "task-begin")[2]
    assert {entry.data["engine"] for event in ("task-begin", "task-end") for entry in journal(eb, event)} == {"casa"}
    assert call.data["task"] == "make"
    assert call.data["arguments"] == {"outfile": "a.ms.split", "text": "x"}
    assert journal(eb, "task-end")[2].data["result"] == "{'rows': 3}"
    assert not (eb / ".almared" / "lock.json").exists()


def test_events_come_in_order(eb: Path) -> None:
    heard: list[JournalEntry] = []
    run_script(eb, RunOptions(steps="0"), listener=heard.append)
    events = [entry.event for entry in heard if entry.event != "tick"]
    assert events == [
        "chosen", "run-begin", "ready", "step-begin", "task-begin", "task-end", "step-end", "finished", "run-end",
    ]  # fmt: skip


def test_a_second_run_has_nothing_to_do(eb: Path) -> None:
    run(eb)
    assert run(eb) == RunResult(())


def test_a_step_again_removes_what_it_and_later_ones_made(eb: Path) -> None:
    run(eb)
    (eb / "a.ms.split.flagversions").mkdir()
    assert run(eb, steps="1").steps == (1,)
    assert not (eb / "a.ms.split").exists()
    assert not (eb / "a.ms.split.flagversions").exists()
    assert (eb / "a.ms").exists()
    assert states(eb) == ["done", "done", "stale"]
    assert run(eb).steps == (2,)


def test_changed_text_runs_again_with_all_later_ones(eb: Path) -> None:
    run(eb)
    write(eb, SCRIPT.replace('make(outfile="a.ms")', 'make(outfile="a.ms", text="new")'))
    assert states(eb) == ["stale"] * 3
    run(eb)
    assert (eb / "a.ms.split").read_text() == "new"


def test_a_product_under_an_older_name_goes_too(eb: Path) -> None:
    run(eb)
    write(eb, SCRIPT.replace("a.ms.split", "a.ms.other"))
    run(eb)
    assert (eb / "a.ms.other").exists()
    assert not (eb / "a.ms.split").exists()


def test_raw_data_are_never_removed(eb: Path) -> None:
    (eb / "a.ms").mkdir()
    (eb / "a.ms" / "ASDM.xml").write_text("<x/>")
    with pytest.raises(RunError, match="not removed"):
        run(eb)
    assert (eb / "a.ms" / "ASDM.xml").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('fail("a.ms")', "fail failed: the vis is bad"),
        ('grumble("a.ms")', "Insufficient unflagged antennas"),
        ('refuse("a.ms")', "it returned False"),
        ("make(nonsense=1)", "unexpected keyword argument 'nonsense'"),
        ("undefined_name", "NameError: name 'undefined_name' is not defined"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("open('missing.txt')", "No such file or directory: 'missing.txt'"),
    ],
)
def test_a_failing_step_says_why_and_the_next_run_goes_on(eb: Path, line: str, words: str) -> None:
    instead_of_second(eb, line)
    with pytest.raises(StepError) as caught:
        run(eb)
    assert words in caught.value.text()
    assert caught.value.exit_code == 6
    assert caught.value.data["step"] == 1
    assert ", line " in caught.value.where
    assert states(eb) == ["done", "failed", "never"]
    write(eb, SCRIPT)
    assert run(eb).steps == (1, 2)
    assert states(eb) == ["done"] * 3


def test_what_a_script_catches_stays_caught(eb: Path) -> None:
    instead_of_second(eb, "exec('try:\\n    fail()\\nexcept RuntimeError: pass')")
    assert run(eb).steps == (0, 1, 2)
    assert journal(eb, "task-end")[1].data["error"] == "the vis is bad"


def test_a_severe_line_can_be_tolerated_by_name(eb: Path) -> None:
    instead_of_second(eb, 'grumble("a.ms")')
    assert run(eb, tolerated=("Insufficient unflagged",)).steps == (0, 1, 2)


def test_a_crash_is_told_with_its_task(eb: Path) -> None:
    instead_of_second(eb, "vanish()")
    with pytest.raises(StepError) as caught:
        run(eb)
    assert "was killed by SIGABRT inside vanish" in caught.value.text()
    assert caught.value.data["step"] == 1
    assert "Fatal Python error" in next((eb / ".almared" / "output").iterdir()).read_text()
    assert states(eb) == ["done", "failed", "never"]


def test_the_stand_ins_look_like_the_tasks(eb: Path) -> None:
    instead_of_second(
        eb,
        "import inspect; assert str(inspect.signature(make)) == \"(outfile='', text='x')\"; "
        "assert make.flavour == 'vanilla' and make.__doc__ == 'Make a file.' and casalog is None",
    )
    assert run(eb).steps == (0, 1, 2)


def test_modules_in_the_directory_of_the_block_are_not_loaded(eb: Path) -> None:
    (eb / "casatasks.py").write_text("raise RuntimeError('hijacked')")
    (eb / "json.py").write_text("raise RuntimeError('hijacked')")
    assert run(eb).steps == (0, 1, 2)


def test_python_without_assertions_is_not_handed_down(eb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead_of_second(eb, "import sys; assert not sys.flags.optimize; make('a.ms.listobs')")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert run(eb).steps == (0, 1, 2)


def test_a_broken_casa_is_an_environment_fault(eb: Path, casa: Path) -> None:
    (casa / "casatasks.py").write_text("raise RuntimeError('no measures')")
    with pytest.raises(EnvironmentFaultError, match="no measures"):
        run(eb)


def test_clean_leaves_one_log_and_moves_the_old_ones(eb: Path) -> None:
    first = run(eb).log
    result = run(eb, is_clean=True)
    assert result.steps == (0, 1, 2)
    assert first is not None
    assert result.log is not None
    assert [path.name for path in eb.glob("casa-*.log")] == [result.log.name]
    assert (eb / ".almared" / "old-logs" / first.name).exists()


def test_a_dry_run_changes_nothing(eb: Path) -> None:
    run(eb)
    before = sorted(path.name for path in eb.rglob("*"))
    plan = forecast(read_script(eb / "a.ms.scriptForCalibration.py"), RunOptions(is_clean=True))
    assert plan.choice.steps == (0, 1, 2)
    assert set(plan.removes) == {"a.ms", "a.ms.listobs", "a.ms.split"}
    assert len(plan.logs) == 1
    assert sorted(path.name for path in eb.rglob("*")) == before


def test_another_casa_is_warned_about_and_recorded(eb: Path) -> None:
    write(eb, SCRIPT.replace('"casatasks": "6.7.0.31"', '"casatasks": "5.6.1"'))
    run(eb)
    assert "made for casatasks 5.6.1" in journal(eb, "run-begin")[0].data["warnings"][0]


def test_a_hand_edit_is_noted(eb: Path) -> None:
    rendered = eb / ".almared" / "rendered" / "a.ms.scriptForCalibration.py"
    rendered.parent.mkdir(parents=True)
    rendered.write_text(SCRIPT)
    write(eb, SCRIPT.replace('print("a.ms")', 'print("a.ms", 2)', 1))
    run(eb)
    assert journal(eb, "run-begin")[0].data["edited"] == 2
    assert any("edited by hand" in warning for warning in journal(eb, "run-begin")[0].data["warnings"])


def test_too_small_a_disk_is_refused_unless_forced(eb: Path) -> None:
    raw = eb / "uid___A002_X1_X2"
    raw.mkdir()
    (raw / "ASDM.xml").write_text("<x/>")
    with (raw / "data").open("wb") as file:
        file.truncate(2**43)
    write(eb, SCRIPT + "\n# imports uid___A002_X1_X2\n")
    with pytest.raises(ResourceError, match="of disk"):
        run(eb)
    assert not list(eb.glob("casa-*.log"))
    assert run(eb, is_forced=True).steps == (0, 1, 2)


def dawdling(eb: Path) -> subprocess.Popen[bytes]:
    """Start `almared run` on a script that stays in its second step, and wait until it is there."""
    instead_of_second(eb, "dawdle(600.0)")
    process = subprocess.Popen([sys.executable, "-m", "almared", "run", str(eb)], stderr=subprocess.DEVNULL)
    wait_for(lambda: any(e.data.get("task") == "dawdle" for e in journal(eb, "task-begin")))
    return process


def wait_for(happens: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happens():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def child_of(eb: Path) -> int:
    holder = Lock(eb).holder()
    assert holder is not None
    return holder.children[0][0]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_child_dies_with_its_parent_and_the_lock_is_taken_over(eb: Path) -> None:
    process = dawdling(eb)
    child = child_of(eb)
    process.kill()
    process.wait()
    wait_for(lambda: is_gone(child))
    assert states(eb) == ["done", "failed", "never"]
    write(eb, SCRIPT)
    assert run(eb).steps == (1, 2)


def test_a_killed_child_is_told_by_the_parent(eb: Path) -> None:
    process = dawdling(eb)
    os.kill(child_of(eb), signal.SIGKILL)
    assert process.wait(20) == StepError.exit_code
    assert journal(eb, "died")[0].data["how"] == "was killed by SIGKILL inside dawdle"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_both_and_gives_the_lock_back(eb: Path, number: int, code: int) -> None:
    process = dawdling(eb)
    child = child_of(eb)
    process.send_signal(number)
    assert process.wait(20) == code
    wait_for(lambda: is_gone(child))
    assert Lock(eb).holder() is None


def test_a_second_writer_is_refused(eb: Path) -> None:
    process = dawdling(eb)
    try:
        assert script_states(read_script(eb / "a.ms.scriptForCalibration.py"))[1].state is StepState.RUNNING
        with pytest.raises(LockedError, match=f"process {process.pid} of this machine"):
            run(eb)
    finally:
        process.kill()
        process.wait()


def test_a_lock_of_another_machine_is_refused_unless_broken(eb: Path) -> None:
    lock = eb / ".almared" / "lock.json"
    lock.parent.mkdir()
    lock.write_text(json.dumps({"host": "elsewhere", "pid": 1, "start": "x", "children": []}))
    with pytest.raises(LockedError, match="elsewhere"):
        run(eb)
    assert run(eb, should_break_lock=True).steps == (0, 1, 2)


def test_a_lock_whose_process_id_was_given_to_another_process_is_stale(eb: Path) -> None:
    mine = Lock(eb).mine
    lock = eb / ".almared" / "lock.json"
    lock.parent.mkdir()
    stale = {"host": mine.host, "pid": os.getpid(), "start": "another boot", "children": []}
    lock.write_text(json.dumps(stale))
    assert run(eb).steps == (0, 1, 2)


@pytest.mark.parametrize("hook", ["make:2:before", "make:2:after", "dawdle:1:0.2", "dawdle:1:0.2:parent"])
def test_the_kill_hook_kills(eb: Path, hook: str) -> None:
    if hook.startswith("dawdle"):
        instead_of_second(eb, "dawdle(600.0)")
    environment = {**os.environ, "ALMARED_TEST_KILL": hook}
    command = [sys.executable, "-m", "almared", "run", str(eb)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == (-signal.SIGKILL if hook.endswith("parent") else StepError.exit_code)
    wait_for(lambda: not Lock(eb).is_held())
    assert states(eb) == ["done", "failed", "never"]
    write(eb, SCRIPT)
    assert run(eb).steps == (1, 2)


def test_a_hook_that_is_not_understood_is_refused(eb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMARED_TEST_KILL", "make:x")
    with pytest.raises(RunError):
        run(eb)


def test_the_command_speaks_json(eb: Path) -> None:
    command = [sys.executable, "-m", "almared", "run", str(eb), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert events[0] == "chosen"
    assert events[-1] == "run-end"


def test_the_command_tells_steps_in_plain_lines(eb: Path) -> None:
    command = [sys.executable, "-m", "almared", "run", str(eb)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "step  2  Third" in done.stderr
    assert "3 steps done" in done.stdout
    status = subprocess.run([*command, "--status"], capture_output=True, text=True, check=True)
    assert status.stdout.count("done") == 3
    assert "Every step is done" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_watcher_of_other_systems_kills_too(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, sys, time
        from almared.engine.lifeline import start_watcher
        start_watcher(int(sys.argv[1]))
        print("ready", flush=True)
        time.sleep(600)
        """
    )
    life, mine = os.pipe()
    command = [sys.executable, "-c", program, str(life)]
    with subprocess.Popen(command, pass_fds=(life,), stdout=subprocess.PIPE) as process:
        os.close(life)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        os.close(mine)
        assert process.wait(20) == -signal.SIGKILL


def test_what_the_plan_estimates_counts(eb: Path) -> None:
    (eb / ".almared").mkdir()
    needs = [{"disk_bytes": 2e18 * n, "memory_bytes": 5e6, "seconds": 7.0} for n in (0, 0.1, 1)]
    steps = [{"number": n, "needs": need} for n, need in enumerate(needs)]
    (eb / ".almared" / "plan.json").write_text(json.dumps({"steps": steps}))
    plan = forecast(read_script(eb / "a.ms.scriptForCalibration.py"), RunOptions())
    assert plan.needs.disk_bytes == pytest.approx(2.2e18)
    assert plan.needs.memory_bytes == 5e6
    assert plan.expected_s == {0: 7.0, 1: 7.0, 2: 7.0}
    with pytest.raises(ResourceError, match="estimate of the plan"):
        run(eb)
    assert run(eb, steps="0").steps == (0,)
    assert forecast(read_script(eb / "a.ms.scriptForCalibration.py"), RunOptions(steps="0")).expected_s[0] < 7.0


def test_too_little_memory_is_refused(eb: Path) -> None:
    (eb / ".almared").mkdir()
    steps = [{"number": 0, "needs": {"disk_bytes": 0.0, "memory_bytes": 1e18, "seconds": 0.0}}]
    (eb / ".almared" / "plan.json").write_text(json.dumps({"steps": steps}))
    with pytest.raises(ResourceError, match="of memory"):
        run(eb)
