"""A whole reduction killed at placed moments: the next call goes on and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from comparison import differences_of_products

from almared.errors import StepError
from almared.mous import MousEb, read_mous
from almared.mous.places import BEATS
from almared.records.journal import Journal
from almared.records.lock import Lock
from almared.records.state import script_states
from almared.reduce.status import mous_status
from almared.script.locate import find_script
from almared.script.read import read_script

pytestmark = [pytest.mark.casa, pytest.mark.slow]

LONGEST_S = 600.0

SCHEDULER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tiny_mous: Path, tmp_path: Path) -> Path:
    """The tree of the tiny MOUS with the scripts of the undisturbed reduction, and nothing made yet."""
    root = tmp_path / tiny_mous.name
    root.mkdir()
    shutil.copy(tiny_mous / "mous.toml", root)
    for eb in read_mous(tiny_mous).ebs:
        place = root / eb.directory.name
        place.mkdir()
        (place / eb.asdm.name).symlink_to(eb.asdm.resolve())
        shutil.copy(find_script(eb.asdm), place)
        shutil.copytree(eb.directory / ".almared" / "rendered", place / ".almared" / "rendered")
    return root


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a running Dask cluster with two workers."""
    command = [sys.executable, "-c", SCHEDULER]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.send_signal(signal.SIGTERM)
    process.communicate()


def started(root: Path, *options: str, hook: str = "") -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "almared",
        "reduce",
        str(root),
        "--until",
        "run",
        "--workers",
        "2",
        "--json",
        *options,
    ]
    environment = {**os.environ, "ALMARED_TEST_KILL": hook}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], code: int) -> list[dict[str, object]]:
    """Wait for the end of a reduction; return its events."""
    out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == code, f"{out}\n{err}"
    return [json.loads(line) for line in out.splitlines()]


def wait_until(
    happens: Callable[[], bool], seconds: float = LONGEST_S, during: subprocess.Popen[str] | None = None
) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        assert during is None or during.poll() is None, f"it ended before: {during.communicate()}"
        time.sleep(0.05)


def running_steps(eb: MousEb) -> list[int]:
    return [s.number for s in script_states(read_script(find_script(eb.asdm))) if s.state.value == "running"]


def is_at(eb: MousEb, step: int) -> Callable[[], bool]:
    """Return what tells whether a run of an execution block is at or after a step."""
    return lambda: any(number >= step for number in running_steps(eb))


def begins(eb: MousEb) -> list[int]:
    return [entry.step or 0 for entry in Journal(eb.directory).entries() if entry.event == "step-begin"]


def is_quiet(root: Path, ebs: tuple[MousEb, ...]) -> bool:
    return not any(Lock(place).is_held() for place in (root, *(eb.directory for eb in ebs)))


def test_kills_of_parent_child_and_worker_leave_no_trace(root: Path, tiny_mous: Path, scheduler: str) -> None:
    mous = read_mous(root)
    first, second = mous.ebs

    # A child of each: both execution blocks fail, and say where.
    events = ended(started(root, hook="importasdm@0:1:file=*.ms/table.dat"), StepError.exit_code)
    failed = [
        event["job"] for event in events if event["event"] == "stage-end" and event["code"] == StepError.exit_code
    ]
    assert sorted(map(str, failed)) == [f"{eb.name} run" for eb in mous.ebs]
    assert [s.state.value for s in mous_status(mous)][2:4] == ["failed", "failed"]

    # The reduction itself, hard, while it does both side by side: all that it started ends with it.
    reduction = started(root)
    wait_until(lambda: is_at(first, 3)() and is_at(second, 3)(), during=reduction)
    reduction.kill()
    ended(reduction, -signal.SIGKILL)
    wait_until(lambda: is_quiet(root, mous.ebs), seconds=20.0)

    # By SIGTERM, while workers of another cluster do the work: they end it at once.
    reduction = started(root, "--scheduler", scheduler)
    wait_until(is_at(second, 7), during=reduction)
    reduction.terminate()
    ended(reduction, 128 + signal.SIGTERM)
    wait_until(lambda: is_quiet(root, mous.ebs), seconds=20.0)
    assert not list((root / BEATS).iterdir())

    # A worker: the reduction notices and goes on by itself; the step that was cut runs again, no other.
    before = len(begins(second))
    reduction = started(root)
    wait_until(is_at(second, 12), during=reduction)
    holder = Lock(root).holder()
    assert holder is not None
    for pid, _ in holder.children:
        os.kill(pid, signal.SIGKILL)
    events = ended(reduction, 0)
    assert any("died; it is restarted" in str(event.get("text")) for event in events)
    again = begins(second)[before:]
    assert len(again) == len(set(again)) + 1

    for eb, undisturbed in zip(mous.ebs, read_mous(tiny_mous).ebs, strict=True):
        assert differences_of_products(undisturbed.directory, eb.directory) == []
    assert [s.state.value for s in mous_status(mous)][:4] == ["done"] * 4

    # Nothing is left to do, by any way of doing it.
    file = root.parent / "cluster.toml"
    file.write_text('system = "local"\nworkers = 1\n[options]\nmemory = "4GB"\n')
    counts = [len(begins(eb)) for eb in mous.ebs]
    for way in (["--again", "--cluster", str(file)], ["--again", "--scheduler", scheduler], ["--again"]):
        ended(started(root, *way), 0)
    assert [len(begins(eb)) for eb in mous.ebs] == counts
    events = ended(started(root), 0)
    assert {event["event"] for event in events} == {"reduce-begin", "already-done", "reduce-end"}
