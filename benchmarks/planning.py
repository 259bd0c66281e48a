"""Seconds that the commands before CASA take, each in a fresh process: help, inspect, plan.

    python benchmarks/planning.py DIR [--repeat 5]

DIR holds a simulated execution block.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def seconds_of(action: Callable[[], object], repeat: int) -> float:
    """Return the median time of an action (s)."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def command(*words: object) -> Callable[[], object]:
    """Return an action that runs Python with these words."""
    return lambda: subprocess.run([sys.executable, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def lines(out: Path, *, repeat: int = 5) -> list[str]:
    """Return the table to print."""
    raw = next(path.parent for path in out.glob("*/ASDM.xml"))
    actions = {
        "python, nothing imported": command("-c", "pass"),
        "import almared": command("-c", "import almared"),
        "almared --help": command("-m", "almared", "--help"),
        "almared inspect EB": command("-m", "almared", "inspect", raw),
        "almared plan EB": command("-m", "almared", "plan", raw, "--antpos", out / "antennapos.csv"),
        "import casatasks (for comparison)": command("-c", _CASATASKS),
    }
    return [f"{name:<40} {seconds_of(action, repeat):>8.3f} s" for name, action in actions.items()]


_CASATASKS = """
import pathlib
from almared.engine.configure import configure_casa
configure_casa(pathlib.Path("/dev/null"))
import casatasks
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args(arguments)
    print("\n".join(lines(given.out, repeat=given.repeat)))


if __name__ == "__main__":
    main()
