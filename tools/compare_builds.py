"""Calibrate the tiny execution block under every other Python found, each with its own CASA build, and compare.

The same simulated ASDM is planned and run under each; calibration tables and calibrated visibilities have to agree with
those of the default interpreter: flags equal, values to the tolerance below.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
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
    versions = [v for v in ("3.11", "3.12", "3.13") if v != mine]
    command = ["sh", str(ROOT / "tools" / "find_python.sh"), " ".join(versions)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def install(python: str, venv: Path) -> Path:
    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    found = venv / "bin" / "python"
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([found, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    pip = [str(found), "-m", "pip", "install", "--quiet"]
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
    if set(products(mine)) != set(products(other)):
        yield f"products differ: {sorted(set(products(mine)) ^ set(products(other)))}"
    for name, path in products(mine).items():
        with table(str(path), ack=False) as a, table(str(products(other)[name]), ack=False) as b:
            if a.nrows() != b.nrows():
                yield f"{name}: {a.nrows()} and {b.nrows()} rows"
                continue
            yield from differing_cells(name, a, b)


def differing_cells(name: str, a: table, b: table) -> Iterator[str]:
    column = next(c for c in COLUMNS if c in a.colnames())
    worst, flags = 0.0, 0
    for row in range(a.nrows()):
        flagged = a.getcell("FLAG", row), b.getcell("FLAG", row)
        flags += int(np.sum(flagged[0] != flagged[1]))
        good = ~flagged[0] & ~flagged[1]
        one, two = (t.getcell(column, row)[good] for t in (a, b))
        if one.size:
            worst = max(worst, float(np.max(np.abs(one - two)) / np.max(np.abs(one))))
    print(f"  {name}: worst relative difference {worst:.1e}, {flags} flags differ")
    if worst > TOLERANCE:
        yield f"{name}.{column} differs by {worst:.1e}"
    if flags:
        yield f"{name}: {flags} flags differ"


def main() -> int:
    faults: list[str] = []
    found = others()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        subprocess.run([sys.executable, "-m", "almared", "simulate", "tiny", "--out", str(work / "sim")], check=True)
        asdm = next((work / "sim").glob("uid___*"))
        print(f"default: CASA {calibrate(sys.executable, asdm, work / 'default')}" if found else "no other interpreter")
        for number, python in enumerate(found):
            installed = install(python, work / f"venv{number}")
            place = work / f"other{number}"
            print(f"{python}: CASA {calibrate(installed, asdm, place)}", flush=True)
            faults += [f"{python}: {fault}" for fault in differences(work / "default", place)]
            shutil.rmtree(work / f"venv{number}")
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
