"""The stages after the calibration killed at placed moments: images and package are as if nothing had happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from comparison import differences_of_products

from almared.errors import StepError
from almared.mous import read_mous
from almared.records.lock import Lock
from almared.reduce.status import mous_status

pytestmark = [pytest.mark.casa, pytest.mark.slow]

LONGEST_S = 900.0

STAGES = ("Combination/calibrated", "Imaging")
"""Directories of the scripts that run after the calibration."""

MADE_AFTER = ("Combination", "Imaging", "qa2", "Delivery", "README", ".almared")

DATED = ("README", "reduction.json", "log/*", "product/*", "qa/*.html", "qa/*textfile.txt")
"""Files of a package with dates, names of logs, or measured times in them."""


@pytest.fixture
def root(delivered_mous: Path, tmp_path: Path) -> Path:
    """The tree of the tiny MOUS as it was after the reports of its execution blocks."""
    root = tmp_path / delivered_mous.name
    shutil.copytree(delivered_mous, root, symlinks=True, ignore=_made_after(delivered_mous))
    for eb in read_mous(delivered_mous).ebs:
        link = root / eb.asdm.relative_to(delivered_mous)
        link.unlink()
        link.symlink_to(eb.asdm.resolve())
    return root


def _made_after(top: Path) -> Callable[[str, list[str]], list[str]]:
    return lambda directory, names: [name for name in names if Path(directory) == top and name in MADE_AFTER]


def started(root: Path, *, workers: int = 1, hook: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "almared", "reduce", str(root), "--workers", str(workers), "--json"]
    # Threads of CASA that wait for work leave the cores to others.
    environment = {**os.environ, "ALMARED_TEST_KILL": hook, "OMP_WAIT_POLICY": "passive"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], code: int) -> list[dict[str, object]]:
    """Wait for the end of a reduction; return its events."""
    out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == code, f"{out}\n{err}"
    return [json.loads(line) for line in out.splitlines()]


def wait_until(happens: Callable[[], bool], *, of: subprocess.Popen[str] | None = None) -> None:
    """Wait for a moment, which has to come while a reduction runs."""
    end = time.monotonic() + LONGEST_S
    while not happens():
        assert of is None or of.poll() is None, f"it ended before: {of.communicate()}"
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def killed(reduction: subprocess.Popen[str], root: Path) -> list[dict[str, object]]:
    """Kill a reduction hard; return its events once all that it started has ended with it."""
    reduction.kill()
    events = ended(reduction, -signal.SIGKILL)
    wait_until(lambda: not any(Lock(root / name).is_held() for name in ("", *STAGES, "Delivery")))
    return events


def is_packing(root: Path) -> Callable[[], bool]:
    """Return what tells whether a package is half made."""
    return lambda: any(root.glob("Delivery/*/science_goal.*/group.*/member.*.new/calibration/*.tgz"))


def differences_of_packages(one: Path, other: Path) -> list[str]:
    """Return how two packages differ: in their files, in the hashes of those without a date, in pixels."""
    manifests = [_manifest(place) for place in (one, other)]
    found = [f"{name} is in one only" for name in sorted(set(manifests[0]) ^ set(manifests[1]))]
    for name in sorted(set(manifests[0]) & set(manifests[1])):
        if name.endswith(".fits"):
            pixels = [np.asarray(fits.getdata(place / name)) for place in (one, other)]
            found += [] if np.array_equal(*pixels, equal_nan=True) else [f"{name}: pixels differ"]
        elif not any(Path(name).match(pattern) for pattern in DATED):
            found += [] if manifests[0][name] == manifests[1][name] else [f"{name} differs"]
    return found


def _manifest(root: Path) -> dict[str, str]:
    """Return the hash of each file of a package, by its name; the files are those of the manifest and no others."""
    lines = (root / "manifest.sha256").read_text().splitlines()
    hashes = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert files == {*hashes, "manifest.sha256"}
    return hashes


def test_kills_after_the_calibration_leave_no_trace(root: Path, delivered_mous: Path) -> None:
    # A child inside concat, which has copied an execution block by then.
    events = ended(started(root, hook="concat:1:file=calibrated.ms/ANTENNA/*"), StepError.exit_code)
    assert [event["job"] for event in events if event["event"] == "stage-end" and event["code"]] == ["combine"]

    # The workers, in the middle of an image: it goes on by itself. Then the reduction, while it packs.
    reduction = started(root, workers=2)
    wait_until(lambda: any((root / "Imaging").glob("*_cont.mask")), of=reduction)
    holder = Lock(root).holder()
    assert holder is not None
    for pid, _ in holder.children:
        os.kill(pid, signal.SIGKILL)
    # What is left when it happens while tclean fits the slope: a directory that is no table yet.
    (root / "Imaging" / "Tiny_1_cont.work.temp").mkdir(exist_ok=True)
    wait_until(is_packing(root), of=reduction)
    events = killed(reduction, root)
    assert ["died; it is restarted" in str(event["text"]) for event in events if event["event"] == "note"] == [True]

    ended(started(root), 0)
    events = ended(started(root), 0)
    assert {event["event"] for event in events} == {"reduce-begin", "already-done", "reduce-end"}
    assert {status.job.name: status.state.value for status in mous_status(read_mous(root))} == {
        status.job.name: "done" for status in mous_status(read_mous(delivered_mous))
    }
    for name in STAGES:
        assert differences_of_products(delivered_mous / name, root / name) == [], name
    packages = [next(place.glob("Delivery/*/science_goal.*/group.*/member.*")) for place in (delivered_mous, root)]
    assert differences_of_packages(*packages) == []
    assert {path.name for path in packages[1].parent.iterdir()} == {packages[1].name}
