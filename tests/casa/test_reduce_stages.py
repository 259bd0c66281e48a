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
from conftest import made_once

from almared.errors import StepError
from almared.mous import read_mous
from almared.reduce.status import mous_status
from almared.run.journal import Journal
from almared.run.lock import Lock

pytestmark = [pytest.mark.casa, pytest.mark.slow]

LONGEST_S = 1200.0

SMALL = """
[imaging]
cell = "0.5 arcsec"
imsize = 64
niter = 60
"""
"""Small images: this is about kills, not about the sky."""

AFTER_CALIBRATION = ("Combination/calibrated", "Imaging")


def started(root: Path, *, hook: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "almared", "reduce", str(root), "--workers", "2", "--json"]
    environment = {**os.environ, "ALMARED_TEST_KILL": hook}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], code: int) -> list[dict[str, object]]:
    """Wait for the end of a reduction; return its events."""
    out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == code, f"{out}\n{err}"
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="session")
def undisturbed(shared_tmp: Path, tiny_mous: Path) -> Path:
    """The tiny MOUS reduced to its package with small images; not to be changed."""
    place = shared_tmp / "tiny-mous-reduced" / tiny_mous.name
    with made_once(place) as is_new:
        if is_new:
            shutil.copytree(tiny_mous, place, symlinks=True)
            settings = place / "mous.toml"
            settings.write_text(settings.read_text().replace("[imaging]", f"{SMALL}#"))
            for eb in read_mous(tiny_mous).ebs:
                link = place / eb.asdm.relative_to(tiny_mous)
                link.unlink()
                link.symlink_to(eb.asdm.resolve())
            ended(started(place), 0)
    return place


@pytest.fixture
def root(undisturbed: Path, tmp_path: Path) -> Path:
    """The same tree as it was after the reports of its execution blocks."""
    root = tmp_path / undisturbed.name
    shutil.copytree(undisturbed, root, symlinks=True)
    for eb in read_mous(undisturbed).ebs:
        link = root / eb.asdm.relative_to(undisturbed)
        link.unlink()
        link.symlink_to(eb.asdm.resolve())
    for name in ("Combination", "Imaging", "qa2", "Delivery", ".almared"):
        shutil.rmtree(root / name)
    (root / "README").unlink()
    return root


def wait_until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def count(directory: Path, event: str, **data: object) -> int:
    """Return how many events with this data are in a journal."""
    entries = Journal(directory).entries()
    return sum(entry.event == event and data.items() <= dict(entry.data).items() for entry in entries)


def is_quiet(root: Path) -> bool:
    return not any(Lock(root / name).is_held() for name in ("", *AFTER_CALIBRATION))


def files_below(directory: Path) -> set[str]:
    """Return the names of all files of a delivery; those of logs have dates in them."""
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def differences_of_pixels(one: Path, other: Path) -> list[str]:
    """Return the FITS files of two directories that differ in their pixels."""
    names = [{path.name for path in place.glob("*.fits")} for place in (one, other)]
    found = [f"{name} is in one only" for name in sorted(names[0] ^ names[1])]
    for name in sorted(names[0] & names[1]):
        pixels = [np.asarray(fits.getdata(place / name)) for place in (one, other)]
        if not np.array_equal(*pixels, equal_nan=True):
            found.append(f"{name} differs")
    return found


def test_kills_after_the_calibration_leave_no_trace(root: Path, undisturbed: Path) -> None:
    imaging = root / "Imaging"
    # A child inside concat.
    ended(started(root, hook="concat:1:0.2"), StepError.exit_code)

    # The reduction itself while it makes images.
    reduction = started(root)
    wait_until(lambda: count(imaging, "task-begin", task="tclean") > 0)
    reduction.kill()
    ended(reduction, -signal.SIGKILL)
    wait_until(lambda: is_quiet(root))

    # The workers while they make images: it goes on by itself. Then the reduction while it packs.
    before, packed = count(imaging, "task-end", task="tclean"), count(root, "stage-begin", job="package")
    reduction = started(root)
    wait_until(lambda: count(imaging, "task-end", task="tclean") > before)
    holder = Lock(root).holder()
    assert holder is not None
    for pid, _ in holder.children:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: count(root, "stage-begin", job="package") > packed)
    time.sleep(1.0)
    reduction.kill()
    ended(reduction, -signal.SIGKILL)
    assert count(root, "note", job="image") == 1
    wait_until(lambda: is_quiet(root))

    ended(started(root), 0)
    assert {status.state.value for status in mous_status(read_mous(root))} == {"done"}
    for name in AFTER_CALIBRATION:
        assert differences_of_products(undisturbed / name, root / name) == [], name
    assert differences_of_pixels(imaging, undisturbed / "Imaging") == []
    assert files_below(root / "Delivery") == files_below(undisturbed / "Delivery")
