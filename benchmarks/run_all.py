"""All benchmarks in one run: simulator, planning, steps, imaging and a whole reduction against plain casatasks.

python benchmarks/run_all.py [--scenario b3-quasar] [--out DIR] [--repeat 1] [--mous tiny-mous]
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import imaging
import planning
import reduce_workers
import simulator_rate
import steps_vs_plain

from almared import __version__


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="b3-quasar")
    parser.add_argument("--out", type=Path, help="directory for the simulated data, kept (else a temporary one)")
    parser.add_argument("--repeat", type=int, default=1, help="of the steps; the smallest times count")
    parser.add_argument("--mous", default="tiny-mous", help="scenario of several execution blocks")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        out = given.out or Path(place) / "eb"
        print(f"almared {__version__}, casatasks {version('casatasks')}, Python {platform.python_version()}")
        _section("Simulator", simulator_rate.lines(given.scenario, out))
        _section("Before CASA, each in a fresh process", planning.lines(out))
        steps_vs_plain.planned(given.scenario, out)
        measured = steps_vs_plain.measure(out, repeat=given.repeat)
        _section("Steps under almared run and by plain casatasks", steps_vs_plain.lines(*measured))
        _section("Imaging side by side and serially", imaging.lines_of_eb(out, Path(place) / "images"))
        measured_mous = reduce_workers.lines(given.mous, Path(place) / "mous", order=reduce_workers.Order())
        _section("Execution blocks side by side", measured_mous)


def _section(title: str, lines: Sequence[str]) -> None:
    print(f"\n{title}\n{'-' * len(title)}")
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
