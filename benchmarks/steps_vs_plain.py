"""Seconds per step of a calibration under `almared run`, against the same script by plain casatasks.

    python benchmarks/steps_vs_plain.py [--scenario b3-quasar] [--out DIR] [--repeat 1]

Both run the very same script on the same raw data, each in a directory of its own, one after the other; plain is a
process with casatasks and a configuration file alone, in which almared cannot be imported. With --repeat the smallest
time of each step counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.engine.configure import site_configuration
from almared.records.journal import Journal
from almared.script.locate import find_script
from almared.script.read import CalibrationScript, read_script

PLAIN = """
import json, runpy, sys, time
sys.modules["almared"] = None
start = time.monotonic()
import casatasks
seconds = {"start": time.monotonic() - start}
for step in json.loads(sys.argv[2]):
    start = time.monotonic()
    runpy.run_path(sys.argv[1], init_globals={"mysteps": [step]}, run_name="__main__")
    seconds[step] = time.monotonic() - start
json.dump(seconds, open("seconds.json", "w"))
"""
"""What plain casatasks runs: the script step by step, in one process."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one way to run a script: per step, of the whole command, and of the processors in it."""

    steps: Mapping[int, float]
    whole: float
    processors: float

    def better(self, other: Timing) -> Timing:
        """Return the smaller time of each."""
        steps = {step: min(seconds, other.steps[step]) for step, seconds in self.steps.items()}
        return Timing(steps, min(self.whole, other.whole), min(self.processors, other.processors))


def command(
    *words: object, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> tuple[float, float]:
    """Run a command and return its seconds, on the clock and of the processors."""
    start, used = time.monotonic(), processor_seconds()
    words = (sys.executable, *map(str, words))
    done = subprocess.run(words, check=False, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
    return time.monotonic() - start, processor_seconds() - used


def processor_seconds() -> float:
    """Return what ended child processes have used (s); other load of the machine hardly changes it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def under_almared(script: Path) -> Timing:
    """Run the script by `almared run`."""
    whole = command("-m", "almared", "run", script, "--force")
    ends = [entry for entry in Journal(script.parent).entries() if entry.event == "step-end"]
    return Timing({entry.step: entry.data["seconds"] for entry in ends if entry.step is not None}, *whole)


def by_plain_casatasks(script: CalibrationScript) -> Timing:
    """Run the script by casatasks and a configuration file, with an empty home."""
    home = script.directory / "home"
    home.mkdir()
    site = home / "site.py"
    site.write_text(site_configuration(str(script.directory / "casa-plain.log")))
    environment = {**os.environ, "HOME": str(home), "CASASITECONFIG": str(site)}
    steps = json.dumps(script.numbers)
    whole = command("-I", "-c", PLAIN, script.path.name, steps, cwd=script.directory, environment=environment)
    seconds = json.loads((script.directory / "seconds.json").read_text())
    return Timing({int(step): value for step, value in seconds.items() if step != "start"}, *whole)


def copied(script: Path, raw: Path, place: Path) -> Path:
    """Return a copy of the script next to a link to the raw data, in a directory of its own."""
    place.mkdir()
    (place / raw.name).symlink_to(raw.resolve())
    return Path(shutil.copy(script, place))


def measure(out: Path, *, repeat: int = 1) -> tuple[CalibrationScript, Timing, Timing]:
    """Return the script and its times under almared and by plain casatasks.

    Parameters
    ----------
    out : Path
        Directory of an execution block that was planned.
    repeat : int
        How often each is run; the smallest times count.
    """
    script = find_script(out)
    raw = next(path.parent for path in out.glob("*/ASDM.xml"))
    timings: list[tuple[Timing, Timing]] = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            plain = by_plain_casatasks(read_script(copied(script, raw, Path(place) / "plain")))
            ours = under_almared(copied(script, raw, Path(place) / "almared"))
            timings.append((ours, plain))
    ours, plain = timings[0]
    for other_ours, other_plain in timings[1:]:
        ours, plain = ours.better(other_ours), plain.better(other_plain)
    return read_script(script), ours, plain


def lines(script: CalibrationScript, ours: Timing, plain: Timing) -> list[str]:
    """Return the table to print."""
    rows = [f"{'step':>4}  {'title':<52} {'almared s':>10} {'plain s':>10} {'ratio':>6}"]
    rows += [_line(str(s.number), s.title, ours.steps[s.number], plain.steps[s.number]) for s in script.steps]
    rows.append(_line("", "all steps", sum(ours.steps.values()), sum(plain.steps.values())))
    rows.append(_line("", "whole command, start included", ours.whole, plain.whole))
    rows.append(_line("", "processors, whole command", ours.processors, plain.processors))
    return rows


def _line(number: str, title: str, ours: float, plain: float) -> str:
    return f"{number:>4}  {title[:52]:<52} {ours:>10.2f} {plain:>10.2f} {ours / max(plain, 0.01):>6.2f}"


def planned(scenario: str, out: Path) -> Path:
    """Simulate and plan a scenario in a directory, where that has not been done."""
    if not (out / "truth.json").exists():
        command("-m", "almared", "simulate", scenario, "--out", out, "--seed", "1")
    raw = next(path.parent for path in out.glob("*/ASDM.xml"))
    command("-m", "almared", "plan", raw, "--antpos", out / "antennapos.csv")
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="b3-quasar")
    parser.add_argument("--out", type=Path, help="directory for the simulated data, kept (else a temporary one)")
    parser.add_argument("--repeat", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        out = planned(given.scenario, given.out or Path(place) / "eb")
        print("\n".join(lines(*measure(out, repeat=given.repeat))))


if __name__ == "__main__":
    main()
