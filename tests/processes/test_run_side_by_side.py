"""Scripts whose steps do not all build on one another: state, choice, removal, side by side, on Dask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.stage_script import SCRIPT, make_stage, write

from almared.errors import InputError, LockedError, RunError, StepError
from almared.mous.places import BEATS
from almared.records.beats import GRACE_S, SILENCE_S, await_silence, beating, check_beat
from almared.records.inputs import changed_inputs, product_fingerprint, write_inputs
from almared.records.journal import Journal
from almared.records.lock import Lock
from almared.records.state import script_states
from almared.run.execute import RunOptions, RunResult, run_script
from almared.script.read import read_script


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with a script whose steps 1, 2 and 4 may run side by side."""
    return make_stage(tmp_path, monkeypatch)


def run(directory: Path, **options: object) -> RunResult:
    return run_script(directory, RunOptions(**options), listener=lambda entry: None)  # type: ignore[arg-type]


def states(directory: Path) -> list[str]:
    return [status.state.value for status in script_states(read_script(directory / "scriptForImaging.py"))]


def runs_of(directory: Path) -> list[int | None]:
    return [entry.step for entry in Journal(directory).entries() if entry.event == "step-begin"]


def test_steps_without_step_after_build_on_all_before_them(stage: Path) -> None:
    write(stage, SCRIPT.replace("step_after", "anything_else"))
    script = read_script(stage / "scriptForImaging.py")
    assert [script.step(n).after for n in script.numbers] == [frozenset(range(n)) for n in script.numbers]


@pytest.mark.parametrize("table", ["{0: [1]}", "{1: [1]}", "{1: 0}", "{2: [7]}"])
def test_a_step_that_builds_on_none_before_it_is_refused(stage: Path, table: str) -> None:
    write(stage, SCRIPT.replace("{0: [], 1: [0], 2: [0], 3: [1, 2], 4: [0]}", table))
    with pytest.raises(InputError, match="step_after of step"):
        read_script(stage / "scriptForImaging.py")


def test_only_what_builds_on_a_changed_step_runs_again(stage: Path) -> None:
    run(stage)
    write(stage, SCRIPT.replace('outfile="b2", text="p0"', 'outfile="b2", text="new"'))
    assert states(stage) == ["done", "done", "stale", "stale", "done"]
    assert run(stage).steps == (2, 3)
    assert (stage / "b2").read_text() == "new"
    assert states(stage) == ["done"] * 5


def test_a_step_again_removes_what_builds_on_it_alone(stage: Path) -> None:
    run(stage)
    run(stage, steps="1")
    assert not (stage / "j3").exists()
    assert (stage / "b2").exists()
    assert (stage / "s4").exists()
    assert states(stage) == ["done", "done", "done", "stale", "done"]


def test_products_of_steps_that_a_longer_script_had_go(stage: Path) -> None:
    run(stage)
    shorter, _, _ = (
        SCRIPT.replace(', 4: "Aside"', "").replace(', 4: ["s4"]', "").replace(", 4: [0]", "").partition("mystep = 4")
    )
    write(stage, shorter.replace('text="a1 b2"', 'text="b2 a1"'))
    assert run(stage).steps == (3,)
    assert not (stage / "s4").exists()


def meeting(stage: Path) -> None:
    """Let steps 1 and 2 end only when both run at the same time."""
    text = SCRIPT.replace('    make(outfile="a1"', '    meet("a", "b")\n    make(outfile="a1"')
    write(stage, text.replace('    make(outfile="b2"', '    meet("b", "a")\n    make(outfile="b2"'))


def test_steps_run_side_by_side_and_leave_one_log(stage: Path) -> None:
    meeting(stage)
    result = run(stage, workers=2)
    assert states(stage) == ["done"] * 5
    assert [path.name for path in stage.glob("casa-*.log")] == [result.log.name if result.log else ""]
    assert not list((stage / ".almared" / "step-logs").iterdir())
    lines = next(stage.glob("casa-*.log")).read_text().splitlines()
    assert sorted(line.split()[-1] for line in lines) == ["a1", "b2", "j3", "p0", "s4"]
    assert lines[0].endswith("p0")


@pytest.mark.parametrize(("start", "is_beside"), [("90GHz", False), ("91GHz", True)])
def test_cubes_that_would_share_imaging_weights_wait_for_one_another(
    stage: Path, start: str, *, is_beside: bool
) -> None:
    """tclean names its table of weights by rows and frequencies alone; the stand-in fails when one is there."""
    text = SCRIPT.replace("import fail, make, meet", "import fail, make, meet, tclean")
    cube = '    tclean(specmode="cube", start="{}", nchan=4)\n'
    text = text.replace('    make(outfile="a1"', cube.format("90GHz") + '    make(outfile="a1"')
    write(stage, text.replace('    make(outfile="b2"', cube.format(start) + '    make(outfile="b2"'))
    run(stage, workers=3)
    events = [(e.event, e.step) for e in Journal(stage).entries() if e.event in ("step-begin", "step-end")]
    first, second = sorted((1, 2), key=lambda step: events.index(("step-begin", step)))
    assert (events.index(("step-begin", second)) < events.index(("step-end", first))) == is_beside


def test_a_failure_beside_lets_the_other_end_and_is_told(stage: Path) -> None:
    write(
        stage,
        SCRIPT.replace('    make(outfile="a1", text="p0")', '    meet("a", "b")\n    fail()').replace(
            '    make(outfile="b2"', '    meet("b", "a")\n    make(outfile="b2"'
        ),
    )
    with pytest.raises(StepError, match="the vis is bad"):
        run(stage, workers=2)
    assert states(stage)[:4] == ["done", "failed", "done", "never"]
    write(stage, SCRIPT)
    run(stage, workers=2)
    assert states(stage) == ["done"] * 5


def test_a_kill_of_the_whole_ends_all_children_and_the_next_run_goes_on(stage: Path) -> None:
    write(stage, SCRIPT.replace('text="p0")', 'text="p0", seconds=60.0)'))
    process = subprocess.Popen(
        [sys.executable, "-c", (
            "import sys; from pathlib import Path; from almared.run.execute import RunOptions, run_script\n"
            "run_script(Path(sys.argv[1]), RunOptions(workers=2), listener=lambda entry: None)"
        ), str(stage)]
    )  # fmt: skip
    wait_for(lambda: (stage / "a1.began").exists() and (stage / "b2.began").exists())
    holder = Lock(stage).holder()
    process.kill()
    process.wait()
    assert holder is not None
    assert len(holder.children) == 2
    wait_for(lambda: not any(is_alive(pid) for pid, _ in holder.children))
    (stage / "go").touch()
    assert run(stage, workers=2).steps == (1, 2, 3, 4)
    assert runs_of(stage).count(0) == 1
    assert len(list(stage.glob("casa-*.log"))) == 2


def test_a_child_killed_beside_another_is_named(stage: Path) -> None:
    write(stage, SCRIPT.replace('make(outfile="a1"', "import os, signal; os.kill(os.getpid(), signal.SIGKILL)#"))
    with pytest.raises(StepError, match="killed by SIGKILL"):
        run(stage, workers=2)
    assert states(stage)[1] == "failed"
    assert [entry.step for entry in Journal(stage).entries() if entry.event == "died"] == [1]


def wait_for(happens: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happens():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def scheduler(stage: Path) -> object:
    """Return the address of a Dask cluster of two workers, each a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", (
            "import sys\n"
            "from distributed import LocalCluster\n"
            "if __name__ == '__main__':\n"
            "    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)\n"
            "    print(cluster.scheduler_address, flush=True)\n"
            "    sys.stdin.read()\n"
        )],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=stage.parent,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.send_signal(signal.SIGTERM)
    process.communicate()


def test_steps_run_on_the_workers_of_a_scheduler(stage: Path, scheduler: str) -> None:
    meeting(stage)
    run(stage, workers=2, scheduler=scheduler)
    assert states(stage) == ["done"] * 5
    assert not list((stage / BEATS).iterdir())
    write(stage, SCRIPT.replace('make(outfile="s4", text="p0")', "fail()"))
    with pytest.raises(StepError, match="the vis is bad"):
        run(stage, workers=2, scheduler=scheduler)


def test_no_scheduler_is_told_at_once(stage: Path) -> None:
    with pytest.raises(RunError, match="no address"):
        run(stage, scheduler="nonsense")


def test_a_silent_relay_ends_the_work(tmp_path: Path) -> None:
    with beating(tmp_path) as beat:
        check_beat(beat)
        os.utime(beat, (0.0, time.time() - SILENCE_S - 1))
        with pytest.raises(Exception, match="has ended"):
            check_beat(beat)


def test_a_run_waits_for_work_on_other_machines(tmp_path: Path) -> None:
    folder = tmp_path / BEATS
    folder.mkdir(parents=True)
    old = folder / "old"
    old.touch()
    os.utime(old, (0.0, time.time() - SILENCE_S - GRACE_S + 0.5))
    begin = time.monotonic()
    await_silence(tmp_path)
    assert time.monotonic() - begin > 0.3
    assert not old.exists()


def test_a_run_refuses_while_a_relay_lives(tmp_path: Path) -> None:
    folder = tmp_path / BEATS
    folder.mkdir(parents=True)
    live = folder / "live"
    live.touch()
    ticker = subprocess.Popen([sys.executable, "-c", (
        "import os, sys, time\nfor _ in range(100): os.utime(sys.argv[1]); time.sleep(0.1)"
    ), str(live)])  # fmt: skip
    try:
        with pytest.raises(LockedError, match="another machine"):
            await_silence(tmp_path)
    finally:
        ticker.kill()
        ticker.wait()


def test_stamps_change_when_the_step_runs_again_and_not_with_the_files(stage: Path, tmp_path: Path) -> None:
    assert product_fingerprint(stage, "j3") == ""
    run(stage)
    before = product_fingerprint(stage, "j3")
    assert before
    (stage / "j3").touch()
    assert product_fingerprint(stage, "j3") == before
    write_inputs(tmp_path, {"j3": before})
    assert changed_inputs(tmp_path, {"j3": before}) == ()
    run(stage, steps="3")
    assert changed_inputs(tmp_path, {"j3": product_fingerprint(stage, "j3")}) == ("j3",)
    assert changed_inputs(tmp_path, {"j3": before, "other": "x"}) == ("other",)
    (stage / "j3").unlink()
    assert product_fingerprint(stage, "j3") == ""


def test_a_torn_file_of_stamps_counts_as_none(tmp_path: Path) -> None:
    write_inputs(tmp_path, {"a": "1"})
    (tmp_path / ".almared" / "inputs.json").write_text('{"a": ')
    assert changed_inputs(tmp_path, {"a": "1"}) == ("a",)
