"""Kills inside CASA's tasks: the next run goes on and ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from comparison import differences_of_products

from almared.engine.configure import site_configuration
from almared.errors import StepError
from almared.records.journal import Journal
from almared.records.lock import Lock
from almared.records.state import script_states
from almared.script.locate import find_script
from almared.script.read import read_script

pytestmark = [pytest.mark.casa, pytest.mark.slow]

EARLY, LATE = 0.2, 0.6
"""Shares of the time that a task took undisturbed."""

KILLS = (
    ("importasdm@0:1", "file={ms}/table.dat", "child"),
    ("importasdm@0:1", LATE, "parent"),
    ("flagmanager@3:1", "file={ms}.flagversions/flags.*", "child"),
    ("flagdata@3:1", EARLY, "parent"),
    ("flagdata@3:2", LATE, "child"),
    ("flagmanager@3:1", EARLY, "parent"),
    ("applycal@7:1", EARLY, "child"),
    ("mstransform@8:1", EARLY, "parent"),
    ("mstransform@8:1", "file={ms}.split/table.f*_TSM1", "child"),
    # A half-made component list, with which each later setjy of the same source and window would fail.
    ("setjy@11:3", "file={ms}.split_setjy_*.cl/table.*", "child"),
    ("gaincal@13:1", EARLY, "child"),
    ("gaincal@15:1", LATE, "parent"),
    ("applycal@17:1", LATE, "parent"),
    ("flagmanager@19:1", "file={ms}.split.cal.flagversions/FLAG_VERSION_LIST", "child"),
)
"""Call (task@step:n), moment, and who is killed. The second kill in flagmanager is in a restore."""


@pytest.fixture
def eb(tiny_out: Path, tiny_run: Path, tmp_path: Path) -> Path:
    """Return a directory with the ASDM and the script of the undisturbed run, and nothing made yet."""
    raw = next(tiny_out.glob("uid___*"))
    (tmp_path / raw.name).symlink_to(raw)
    shutil.copy(find_script(tiny_run), tmp_path)
    return tmp_path


def run(eb: Path, hook: str = "") -> int:
    environment = {**os.environ, "ALMARED_TEST_KILL": hook}
    command = [sys.executable, "-m", "almared", "run", str(eb), "--force"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def run_and_kill(eb: Path, hook: str, victim: str) -> None:
    code = run(eb, f"{hook}:parent" if victim == "parent" else hook)
    assert code == (-signal.SIGKILL if victim == "parent" else StepError.exit_code), hook
    end = time.monotonic() + 20.0
    while Lock(eb).is_held():
        assert time.monotonic() < end, f"{hook}: the child outlives its parent"
        time.sleep(0.02)
    step = int(hook.partition("@")[2].partition(":")[0])
    failed = [s.number for s in script_states(read_script(find_script(eb))) if s.state.value == "failed"]
    assert failed == [step], hook


def seconds_of(undisturbed: Path, call: str) -> float:
    """Return how long a call took in the undisturbed run (s)."""
    task, _, rest = call.partition("@")
    step, _, number = rest.partition(":")
    ends = [
        entry.data["seconds"]
        for entry in Journal(undisturbed).entries()
        if entry.event == "task-end" and entry.step == int(step) and entry.data["task"] == task
    ]
    return float(ends[int(number) - 1])


def test_a_dozen_kills_leave_no_trace(eb: Path, tiny_run: Path) -> None:
    ms = find_script(eb).name.removesuffix(".scriptForCalibration.py")
    for call, moment, victim in KILLS:
        phase = moment.format(ms=ms) if isinstance(moment, str) else f"{moment * seconds_of(tiny_run, call):.4f}"
        run_and_kill(eb, f"{call}:{phase}", victim)
    assert run(eb) == 0
    assert differences_of_products(tiny_run, eb) == []


def test_plain_python_without_almared_gives_the_same_tables(eb: Path, tiny_run: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    site = home / "site.py"
    site.write_text(site_configuration(str(eb / "casa.log")))
    program = "import runpy, sys; sys.modules['almared'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    environment = {"HOME": str(home), "CASASITECONFIG": str(site), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-c", program, find_script(eb).name]
    done = subprocess.run(command, cwd=eb, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert differences_of_products(tiny_run, eb) == []
