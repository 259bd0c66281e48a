"""Wall time of `almared reduce` with one and with two workers, against the same scripts by plain casatasks in a row.

    python benchmarks/reduce_workers.py [--scenario tiny-mous] [--out DIR] [--until run] [--workers 1 2] [--rounds 2]
                                         [--plain]

Each reduction starts from planned ASDMs, in a tree of its own, one after the other; with two rounds in the order 1, 2,
1, 2, so that other load of the machine meets both alike, and medians are compared. Plain is what a reducer does by
hand: the calibration scripts of all execution blocks one after the other, each in a process with casatasks and a
configuration file, in which almared cannot be imported; it counts for the calibrations only and runs once, if asked
for: without it all of this takes three minutes on two free cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import steps_vs_plain
from steps_vs_plain import command

from almared.mous import read_mous
from almared.records.journal import Journal
from almared.script.locate import find_script
from almared.script.read import read_script


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


@dataclass(frozen=True)
class Order:
    """What is compared: numbers of workers, how often, up to which stage, and whether with plain casatasks."""

    workers: tuple[int, ...] = (1, 2)
    rounds: int = 2
    until: str = "run"
    has_plain: bool = False


@dataclass(frozen=True)
class Reduced:
    """One reduction: seconds on the clock, of the processors, and of each of its jobs."""

    whole: float
    processors: float
    jobs: Mapping[str, float]


def reduced(root: Path, *, workers: int, until: str) -> Reduced:
    """Reduce a tree that was planned."""
    taken = command("-m", "almared", "reduce", root, "--until", until, "--workers", workers, "--force")
    ends = [entry.data for entry in Journal(root).entries() if entry.event == "stage-end"]
    return Reduced(*taken, {str(end["job"]): float(end["seconds"]) for end in ends if "plan" not in end["job"]})


def measure(uid: str, asdms: Sequence[Path], place: Path, *, order: Order) -> dict[int, list[Reduced]]:
    """Return all reductions by their number of workers, done in turns."""
    found: dict[int, list[Reduced]] = {number: [] for number in order.workers}
    for turn in range(order.rounds):
        for number in order.workers:
            root = prepared(uid, asdms, place / f"{turn}-{number}")
            found[number].append(reduced(root, workers=number, until=order.until))
            shutil.rmtree(root)
    return found


def lines(scenario: str, out: Path, *, order: Order) -> list[str]:
    """Return what is measured, one line each."""
    uid, asdms = simulate(scenario, out)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f} at the start"
    rows = [f"{scenario}: {len(asdms)} execution blocks to the end of {order.until!r}, {cores} cores{load}"]
    with tempfile.TemporaryDirectory(dir=out) as place:
        if order.has_plain:
            serial = plainly(prepared(uid, asdms, Path(place) / "plain"))
            rows.append(f"calibrations by plain casatasks in a row   {serial:8.1f} s")
        measured = measure(uid, asdms, Path(place), order=order)
    medians = {number: median(each.whole for each in runs) for number, runs in measured.items()}
    first = medians[order.workers[0]]
    for number, runs in measured.items():
        rows += [_line(number, run) for run in runs]
        rows.append(
            f"    median {medians[number]:.1f} s, {medians[number] / first:.2f} of {order.workers[0]} worker(s)"
        )
    return rows


def _line(number: int, run: Reduced) -> str:
    jobs = ", ".join(f"{job} {seconds:.0f} s" for job, seconds in run.jobs.items())
    head = f"almared reduce --workers {number}                 {run.whole:8.1f} s"
    return f"{head}   processors {run.processors:.1f} s   ({jobs})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="tiny-mous")
    parser.add_argument("--out", type=Path, help="directory for the simulated data, kept (else a temporary one)")
    parser.add_argument("--until", default="run", help="last stage")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2, help="how often each number of workers")
    parser.add_argument("--plain", action="store_true", help="run the same scripts by plain casatasks, too")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        out = given.out or Path(place) / "mous"
        order = Order(tuple(given.workers), given.rounds, given.until, given.plain)
        print("\n".join(lines(given.scenario, out, order=order)))


if __name__ == "__main__":
    main()
