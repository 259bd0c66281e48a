"""Visibilities per second of the simulator, everything of a scenario switched on, data written.

    python benchmarks/simulator_rate.py [--scenario b3-quasar] [--out DIR]

A visibility is one polarisation product of one channel, integration and baseline.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from almared.simulate import simulate


def lines(scenario: str, out: Path) -> list[str]:
    """Simulate the scenario and return the table to print."""
    with tempfile.TemporaryDirectory() as place:
        # Compiles the kernel and fills the caches.
        simulate("tiny", Path(place) / "tiny", seed=1)
    moments: list[tuple[float, int]] = []
    start = time.perf_counter()
    made = simulate(
        scenario, out, seed=1, force=True, progress=lambda done, _: moments.append((time.perf_counter(), done))
    )
    seconds = time.perf_counter() - start
    # From the first to the last piece of data: without the model of the air and the metadata.
    (first, before), (last, after) = moments[0], moments[-1]
    rate = (after - before) / (last - first) / 1e6
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    size = f"{made.visibilities / 1e6:.1f} million visibilities, {made.eb.raw_bytes / 1e6:.0f} MB"
    speed = f"{rate:.1f} million visibilities per second while data are made and written"
    return [f"{scenario}: {size} in {seconds:.1f} s on {cores} cores; {speed}"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="b3-quasar")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        print("\n".join(lines(given.scenario, given.out or Path(place) / "eb")))


if __name__ == "__main__":
    main()
