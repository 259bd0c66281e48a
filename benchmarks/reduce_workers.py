"""Wall time of `almared reduce` with one and with two workers, against the same scripts by plain casatasks in a row.

    python benchmarks/reduce_workers.py [--scenario tiny-mous] [--out DIR] [--until run] [--workers 1 2]

Each way starts from the ASDMs alone, in a tree of its own, one way after the other. Plain is what a reducer does by
hand: the calibration scripts of all execution blocks one after the other, each in a process with casatasks and a
configuration file, in which almared cannot be imported; it counts for the calibrations only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import steps_vs_plain
from steps_vs_plain import command

from almared.mous import read_mous
from almared.run.journal import Journal
from almared.run.locate import find_script
from almared.run.scriptfile import read_script


def simulate(scenario: str, out: Path) -> tuple[str, list[Path]]:
    """Return the uid and the ASDMs of a simulated MOUS; what is there already is taken."""
    truth = out / "mous-truth.json"
    if not truth.exists():
        command("-m", "almared", "simulate", scenario, "--out", out)
    tree = json.loads(truth.read_text())
    return str(tree["uid"]), [out / entry["directory"] / entry["asdm"] for entry in tree["executions"]]


def prepared(uid: str, asdms: Sequence[Path], place: Path) -> Path:
    """Return a fresh tree of the MOUS, planned."""
    command("-m", "almared", "prepare", uid, *asdms, "--out", place)
    root = next(place.glob("uid___*"))
    command("-m", "almared", "reduce", root, "--until", "plan")
    return root


def plainly(root: Path) -> float:
    """Return the seconds that plain casatasks takes for all calibrations in a row."""
    scripts = [read_script(find_script(eb.asdm)) for eb in read_mous(root).ebs]
    return sum(steps_vs_plain.by_plain_casatasks(script).whole for script in scripts)


def reduced(root: Path, *, workers: int, until: str) -> tuple[float, dict[str, float]]:
    """Return the seconds of a reduction, and those of each of its jobs."""
    whole, _ = command("-m", "almared", "reduce", root, "--until", until, "--workers", workers, "--force")
    ends = [entry.data for entry in Journal(root).entries() if entry.event == "stage-end"]
    return whole, {str(end["job"]): float(end["seconds"]) for end in ends}


def lines(scenario: str, out: Path, *, until: str, workers: Sequence[int] = (1, 2)) -> list[str]:
    """Return what is measured, one line each."""
    uid, asdms = simulate(scenario, out)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told = [f"{scenario}: {len(asdms)} execution blocks to the end of {until!r}, {cores} cores"]
    with tempfile.TemporaryDirectory(dir=out) as place:
        serial = plainly(prepared(uid, asdms, Path(place) / "plain"))
        told.append(f"calibrations by plain casatasks in a row   {serial:8.1f} s")
        first = 0.0
        for number in workers:
            root = prepared(uid, asdms, Path(place) / f"workers-{number}")
            whole, jobs = reduced(root, workers=number, until=until)
            first = first or whole
            told.append(
                f"almared reduce --workers {number}                 {whole:8.1f} s   "
                f"{whole / first:.2f} of the first" + (f", {whole / serial:.2f} of plain" if until == "run" else "")
            )
            told.append(
                "    " + ", ".join(f"{job} {seconds:.0f} s" for job, seconds in jobs.items() if "plan" not in job)
            )
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="tiny-mous")
    parser.add_argument("--out", type=Path, help="directory for the simulated data, kept (else a temporary one)")
    parser.add_argument("--until", default="run", help="last stage")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        out = given.out or Path(place) / "mous"
        print("\n".join(lines(given.scenario, out, until=given.until, workers=given.workers)))


if __name__ == "__main__":
    main()
