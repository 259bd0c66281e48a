"""The runner with CASA's own tasks on the tiny execution block and a short script: faults, and plain Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from comparison import differences_of_products
from support.hand_script import write_hand_script

from almared.engine.configure import site_configuration
from almared.errors import ResourceError, StepError
from almared.records.journal import Journal, JournalEntry
from almared.records.state import script_states
from almared.run.execute import RunOptions, RunResult, run_script
from almared.run.one_task import TaskChange, list_tasks, run_task
from almared.script.read import read_script

pytestmark = pytest.mark.casa

SCRIPT = "X.ms.scriptForCalibration.py"
STEPS = 7


@pytest.fixture(scope="module")
def undisturbed(tiny_asdm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory in which the script ran once; tests leave it as it is."""
    eb = new_eb(tiny_asdm, tmp_path_factory.mktemp("undisturbed"))
    run(eb)
    return eb


@pytest.fixture
def eb(tiny_asdm: Path, tmp_path: Path) -> Path:
    return new_eb(tiny_asdm, tmp_path)


@pytest.fixture
def done(undisturbed: Path, tmp_path: Path) -> Path:
    """Return a copy of the directory in which the script ran."""
    return Path(shutil.copytree(undisturbed, tmp_path / "done", symlinks=True))


def new_eb(asdm: Path, directory: Path) -> Path:
    (directory / asdm.name).symlink_to(asdm)
    write_hand_script(directory, asdm=asdm.name, casa="6.7.0.31")
    return directory


def run(directory: Path, **options: object) -> RunResult:
    return run_script(directory / SCRIPT, RunOptions(**options), listener=lambda entry: None)  # type: ignore[arg-type]


def states(directory: Path) -> list[str]:
    return [status.state.value for status in script_states(read_script(directory / SCRIPT))]


def journal(directory: Path, event: str) -> list[JournalEntry]:
    return [entry for entry in Journal(directory).entries() if entry.event == event]


def edit(directory: Path, old: str, new: str) -> None:
    path = directory / SCRIPT
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def rows(path: Path) -> int:
    with table(str(path), ack=False) as tab:
        return int(tab.nrows())


def flags(ms: Path) -> np.ndarray:
    with table(str(ms), ack=False) as tab:
        return np.concatenate([tab.getcell("FLAG", row).ravel() for row in range(tab.nrows())])


def test_all_steps_are_done_and_every_task_is_journalled(undisturbed: Path) -> None:
    assert states(undisturbed) == ["done"] * STEPS
    tasks = [entry.data["task"] for entry in journal(undisturbed, "task-begin")]
    assert tasks[:6] == ["importasdm", "listobs", "flagmanager", "flagdata", "flagdata", "flagmanager"]
    made = next(entry for entry in journal(undisturbed, "step-end") if entry.step == 4).data["made"]["X.ms.split"]
    assert made["rows"] > 0
    assert "DATA" in made["columns"]


def test_the_log_of_the_run_holds_all_tasks(undisturbed: Path) -> None:
    log = next(undisturbed.glob("casa-*.log")).read_text()
    assert all(f"Begin Task: {task} " in log for task in ("importasdm", "gencal", "gaincal", "applycal"))


def test_plain_python_without_almared_gives_the_same_tables(tiny_asdm: Path, undisturbed: Path, tmp_path: Path) -> None:
    plain, home = tmp_path / "plain", tmp_path / "home"
    plain.mkdir()
    home.mkdir()
    run_plain(new_eb(tiny_asdm, plain), home)
    assert differences_of_products(undisturbed, plain) == []


def run_plain(eb: Path, home: Path) -> None:
    """Run the script with casatasks, a configuration file and an empty home; almared cannot be imported."""
    site = home / "site.py"
    site.write_text(site_configuration(str(eb / "casa.log")))
    program = (
        "import sys; sys.modules['almared'] = None; import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    environment = {"HOME": str(home), "CASASITECONFIG": str(site), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-c", program, SCRIPT]
    done = subprocess.run(command, cwd=eb, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("step", ["3", "6"])
def test_steps_run_twice_give_equal_flags_and_products(undisturbed: Path, done: Path, step: str) -> None:
    before = flags(done / "X.ms")
    run(done, steps=step)
    run(done, steps=step)
    run(done)
    assert np.array_equal(flags(done / "X.ms"), before)
    assert differences_of_products(undisturbed, done) == []


def test_an_ms_cut_short_is_made_again_by_its_step(undisturbed: Path, done: Path) -> None:
    data = max((done / "X.ms.split").glob("table.f*_TSM*"), key=lambda path: path.stat().st_size)
    with data.open("r+b") as file:
        file.truncate(1000)
    heard: list[JournalEntry] = []
    run_script(done / SCRIPT, RunOptions(steps="5-6"), listener=heard.append)
    chosen = next(entry for entry in heard if entry.event == "chosen")
    assert chosen.data["steps"] == [4, 5, 6]
    assert "X.ms.split is incomplete" in chosen.data["reasons"][0]
    assert differences_of_products(undisturbed, done) == []


def test_a_missing_asdm_is_told_and_mended(eb: Path, undisturbed: Path) -> None:
    raw = next(path for path in eb.iterdir() if path.is_symlink())
    raw.rename(eb.parent / "elsewhere")
    with pytest.raises(StepError, match=f"importasdm failed.*{raw.name}"):
        run(eb)
    (eb.parent / "elsewhere").rename(raw)
    run(eb)
    assert differences_of_products(undisturbed, eb) == []


def test_a_task_that_raises_is_told_in_casas_words_and_the_next_run_goes_on(done: Path, undisturbed: Path) -> None:
    edit(done, 'calmode="p", minsnr=2', 'calmode="p", minsnr=2, field="nobody"')
    with pytest.raises(StepError) as caught:
        run(done)
    assert "No match found for name" in caught.value.what
    assert caught.value.data["task"] == "gaincal"
    assert states(done) == ["done"] * 5 + ["failed", "stale"]
    edit(done, ', field="nobody"', "")
    assert run(done).steps == (5, 6)
    assert differences_of_products(undisturbed, done) == []


def test_a_bad_argument_is_told(done: Path) -> None:
    edit(done, 'calmode="p"', 'calmode="q"')
    with pytest.raises(StepError, match=r"gaincal failed: .*calmode"):
        run(done)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a directory on a file system of 30 MB, which one who may mount can get."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        yield place
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_and_the_next_run_goes_on(tiny_asdm: Path, small_disk: Path, undisturbed: Path) -> None:
    eb = new_eb(tiny_asdm, small_disk)
    command = [sys.executable, "-m", "almared", "run", str(eb / SCRIPT), "--force"]
    if os.path.ismount(small_disk):
        full = subprocess.run(command, capture_output=True, text=True, check=False)
        assert full.returncode == ResourceError.exit_code
        assert "the disk is full" in full.stderr
        subprocess.run(["mount", "-o", "remount,size=500m", str(small_disk)], check=True)
    else:
        # Nobody may mount here: a limit on the size of files fails writes in the same places.
        limited = ["sh", "-c", 'ulimit -f 12000; exec "$@"', "sh", *command]
        full = subprocess.run(limited, capture_output=True, text=True, check=False)
        assert full.returncode in (StepError.exit_code, ResourceError.exit_code)
    assert "failed" in states(eb)
    run(eb)
    assert differences_of_products(undisturbed, eb) == []


def test_tasks_of_a_step_are_listed_as_they_ran(done: Path) -> None:
    phase, amplitude = list_tasks(read_script(done / SCRIPT), 5)
    assert phase.task == amplitude.task == "gaincal"
    assert amplitude.arguments["gaintable"] == ["X.ms.split.phase"]
    assert amplitude.seconds


def test_a_task_on_scratch_changes_nothing_of_the_calibration(done: Path, undisturbed: Path) -> None:
    change = TaskChange(step=5, task=1, settings={"solint": "inf"}, is_scratch=True)
    run_task(done / SCRIPT, change, listener=lambda entry: None)
    scratch, whole = (rows(done / place / "X.ms.split.phase") for place in (".almared/scratch", "."))
    assert 0 < scratch < whole
    assert states(done) == ["done"] * STEPS
    assert differences_of_products(undisturbed, done) == []


def test_an_apply_on_scratch_works_on_a_copy(done: Path, undisturbed: Path) -> None:
    run_task(done / SCRIPT, TaskChange(6, 2, {"calwt": False}, is_scratch=True), listener=lambda entry: None)
    assert (done / ".almared/scratch/X.ms.split/table.dat").exists()
    assert differences_of_products(undisturbed, done) == []


def test_a_task_alone_in_its_place_makes_its_step_stale(done: Path, undisturbed: Path) -> None:
    run_task(done / SCRIPT, TaskChange(6, 2, {"gaintable": ["X.ms.split.phase"]}), listener=lambda entry: None)
    assert states(done) == ["done"] * 6 + ["stale"]
    assert run(done).steps == (6,)
    assert differences_of_products(undisturbed, done) == []


def test_a_clean_run_gives_the_same_and_leaves_one_log(done: Path, undisturbed: Path) -> None:
    run(done, is_clean=True)
    assert len(list(done.glob("casa-*.log"))) == 1
    assert differences_of_products(undisturbed, done) == []


def test_the_wrapped_tasks_are_those_of_casa(done: Path) -> None:
    """Signatures, documentation, the log and star import stay as they are."""
    probe = (
        "import inspect, casatasks; from casatasks import *; "
        "facts = [str(inspect.signature(gaincal)), gaincal.__doc__, type(casalog).__name__, version_string()]; "
        "open('facts.json', 'w').write(__import__('json').dumps(facts))"
    )
    edit(done, 'listobs(vis="X.ms", listfile="X.ms.listobs")', probe)
    edit(done, '1: ["X.ms.listobs"],', "1: [],")
    run(done, steps="1")
    plain = done / "plain.py"
    plain.write_text(probe.replace("facts.json", "plain.json") + "\n")
    site = done / "site.py"
    site.write_text(site_configuration(str(done / "plain.log")))
    environment = {**os.environ, "CASASITECONFIG": str(site), "HOME": str(done)}
    subprocess.run([sys.executable, "plain.py"], cwd=done, env=environment, check=True, capture_output=True)
    wrapped, original = (json.loads((done / name).read_text()) for name in ("facts.json", "plain.json"))
    assert wrapped == original
