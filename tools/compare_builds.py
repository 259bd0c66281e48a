"""Calibrate the tiny execution block under every other Python found, each with its own CASA build, and compare.

The same simulated ASDM is planned and run under each; calibration tables and calibrated visibilities have to agree with
those of the preferred interpreter: flags equal, values to the tolerance below.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from casacore.tables import table

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
"""Worst relative difference: CASA's solvers stop on single-precision residuals, 1e-5 typical."""
COLUMNS = ("CPARAM", "FPARAM", "DATA")


def others() -> list[str]:
    """Interpreters of other versions than this one, that start."""
    mine = "{}.{}".format(*sys.version_info[:2])
    versions = [v for v in ("3.13", "3.12", "3.11") if v != mine]
    command = ["sh", str(ROOT / "tools" / "find_python.sh"), " ".join(versions)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def install(python: str, venv: Path) -> Path:
    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    found = venv / "bin" / "python"
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([found, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    pip = [str(found), "-m", "pip", "install", "-qq"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "constraints" / f"python{version}.txt")], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", str(ROOT)], check=True)
    return found


def calibrate(python: Path | str, asdm: Path, place: Path) -> str:
    """Plan and run a copy of the ASDM with an interpreter; return its CASA build."""
    place.mkdir(parents=True)
    shutil.copytree(asdm, place / asdm.name)
    for verb in ("plan", "run"):
        command = [str(python), "-m", "almared", verb, str(place / asdm.name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    code = "from importlib.metadata import version; print(version('casatasks'))"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def products(place: Path) -> dict[str, Path]:
    """Calibration tables and the calibrated MS, by name."""
    return {
        p.name: p
        for p in sorted(place.iterdir())
        if (p / "table.dat").exists() and not p.name.endswith((".ms", ".split"))
    }


def differences(mine: Path, other: Path) -> Iterator[str]:
    ours, theirs = products(mine), products(other)
    if set(ours) != set(theirs):
        yield f"products differ: {sorted(set(ours) ^ set(theirs))}"
    for name in sorted(set(ours) & set(theirs)):
        with table(str(ours[name]), ack=False) as a, table(str(theirs[name]), ack=False) as b:
            if a.nrows() != b.nrows():
                yield f"{name}: {a.nrows()} and {b.nrows()} rows"
                continue
            yield from differing_cells(name, a, b)


def differing_cells(name: str, a: table, b: table) -> Iterator[str]:
    column = next(c for c in COLUMNS if c in a.colnames())
    worst, flags, count = 0.0, 0, 0
    for row in range(a.nrows()):
        flagged = a.getcell("FLAG", row), b.getcell("FLAG", row)
        if flagged[0].shape != flagged[1].shape:
            yield f"{name}: row {row} has the shapes {flagged[0].shape} and {flagged[1].shape}"
            return
        flags += int(np.sum(flagged[0] != flagged[1]))
        good = ~flagged[0] & ~flagged[1]
        count += int(good.sum())
        worst = np.fmax(worst, relative_difference(*(t.getcell(column, row)[good] for t in (a, b))))
    print(f"  {name}: {count} values, worst relative difference {worst:.1e}, {flags} flags differ")
    if not count:
        yield f"{name}: all is flagged, nothing could be compared"
    if worst > TOLERANCE:
        yield f"{name}.{column} differs by {worst:.1e}"
    if flags:
        yield f"{name}: {flags} flags differ"


def relative_difference(one: np.ndarray, two: np.ndarray) -> float:
    """Largest difference of two cells, relative to the largest value; infinite where only one is a number."""
    if not np.array_equal(np.isfinite(one), np.isfinite(two)):
        return float("inf")
    known = np.isfinite(one)
    largest = np.max(np.abs([one[known], two[known]]), initial=0.0)
    return float(np.max(np.abs(one[known] - two[known]), initial=0.0) / largest) if largest else 0.0


def faults_of(python: str, asdm: Path, default: Path) -> list[str]:
    """Install under another interpreter, calibrate with it, compare; its installation is removed again."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(dir=default.parent) as directory:
        installed = install(python, Path(directory) / "venv")
        ready = time.monotonic()
        place = Path(directory) / "calibrated"
        build = calibrate(installed, asdm, place)
        seconds = f"installed in {ready - begin:.0f} s, calibrated in {time.monotonic() - ready:.0f} s"
        print(f"{python}: CASA {build}, {seconds}", flush=True)
        return [f"{python}: {fault}" for fault in differences(default, place)]


def main() -> int:
    found = others()
    if not found:
        print("no other interpreter was found: nothing to compare")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        simulate = ["simulate", "tiny", "--out", str(work / "sim"), "--seed", "1"]
        subprocess.run([sys.executable, "-m", "almared", *simulate], check=True, stdout=subprocess.DEVNULL)
        asdm = next((work / "sim").glob("uid___*"))
        print(f"default: CASA {calibrate(sys.executable, asdm, work / 'default')}", flush=True)
        faults = [fault for python in found for fault in faults_of(python, asdm, work / "default")]
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
