"""``almared demo``: the main job in one command, and a table of true and measured values."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from almared.simulate.scenario.mous import MousTruth
    from almared.simulate.verify import Comparison

SCENARIO = "mous-demo"
RESULT = "put-in-found.json"
PROJECT = {
    "cycle": "9",
    "code": "2022.1.00000.S",
    "title": "A demonstration with known truth",
    "pi": "A. Student",
    "sb_name": "Demonstration",
}
NOT_ASKED = {"Proposed rms": "a demonstration, nothing was proposed"}


@click.command(name="demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-output"), show_default=True, help="Where.")
@click.option("--scenario", default=SCENARIO, show_default=True, help="Scenario to use, see `almared simulate --list`.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the simulation.")
@click.option("--force", is_flag=True, help="Simulate again even if the output exists.")
@click.option("--json", "is_json", is_flag=True, help="Print the table as JSON.")
@click.pass_context
def command(context: click.Context, out: Path, *, scenario: str, seed: int, force: bool, is_json: bool) -> None:
    """Simulate a MOUS or an execution block, reduce it, and compare with the truth.

    A MOUS is reduced to its package and reports, an execution block is calibrated. It runs the commands that a user
    would type, and prints each. An interrupted demo continues where it stopped. Exit code 0 if
    every measured value agrees with the true one, else 1.

    \b
    Examples:
      almared demo
      almared demo --scenario b3-quasar               # one execution block, in a minute
      almared demo --out /data/demo --scenario b6-titan --seed 2
    """
    from almared.simulate import read_executions

    begin = time.monotonic()
    is_mous = read_executions(scenario)[0].mous is not None
    if force or not (out / ("mous-truth.json" if is_mous else "truth.json")).exists():
        _type("simulate", scenario, "--out", out, "--seed", seed, *(["--force"] if force else []), quiet=is_json)
    comparisons, endings = (_reduce_mous if is_mous else _calibrate_eb)(out, quiet=is_json)
    _keep(comparisons, out / RESULT)
    if is_json:
        click.echo(json.dumps([line.as_record() for line in comparisons], indent=1))
    else:
        _show(comparisons)
        click.echo("\n" + "\n".join(endings))
        click.echo(f"This table is {out / RESULT}. The demo took {time.monotonic() - begin:.0f} s.")
    context.exit(0 if comparisons and all(line.passed for line in comparisons) else 1)


def _calibrate_eb(out: Path, *, quiet: bool) -> tuple[Sequence[Comparison], list[str]]:
    """Plan and run; return the comparisons, and the locations of the results."""
    from almared.simulate.observe.truth import read_truth
    from almared.simulate.verify import verify_calibration

    eb = out / str(json.loads((out / "truth.json").read_text(encoding="utf-8"))["asdm"])
    _type("plan", eb, "--antpos", out / "antennapos.csv", quiet=True)
    _type("run", eb, quiet=quiet)
    endings = [
        f"Results are in {out}: the calibrated data {eb.name}.ms.split.cal, the script",
        f"{eb.name}.ms.scriptForCalibration.py, and CASA's log.",
    ]
    return list(verify_calibration(out, read_truth(out), positions_given=True)), endings


def _reduce_mous(out: Path, *, quiet: bool) -> tuple[Sequence[Comparison], list[str]]:
    """Prepare and reduce; return the comparisons, and the locations of the results."""
    from almared.mous.places import MousTree
    from almared.names import Uid
    from almared.simulate.scenario.mous import read_mous_truth
    from almared.simulate.verify import verify_mous

    truth = read_mous_truth(out)
    tree = MousTree(out / Uid.parse(truth.uid).file_name)
    asdms = [out / entry["directory"] / entry["asdm"] for entry in truth.tree["executions"]]
    _type("prepare", truth.uid, *asdms, "--out", out, quiet=quiet)
    _fill_in(tree.settings, truth, out=out, quiet=quiet)
    _type("reduce", tree.root, quiet=quiet)
    endings = [
        f"Package  {tree.delivery}",
        *(f"Report   {page}" for page in sorted(tree.report.glob("*.html"))),
        f"Images   {tree.imaging}",
    ]
    return verify_mous(tree.root, truth), endings


def _fill_in(settings: Path, truth: MousTruth, *, out: Path, quiet: bool) -> None:
    """Write to ``mous.toml`` what a reducer would: the project, and the antenna positions of each EB."""
    import tomlkit

    document = tomlkit.parse(settings.read_text(encoding="utf-8"))
    entries: dict[tuple[str, str], object] = {("project", key): value for key, value in PROJECT.items()}
    entries["readme", "missing"] = NOT_ASKED
    for entry in truth.tree["executions"]:
        positions = os.path.relpath(out / entry["directory"] / "antennapos.csv", settings.parent)
        entries["plan", entry["asdm"]] = {"antpos": positions}
    for (table, key), value in entries.items():
        place = document.setdefault(table, tomlkit.table())
        if key not in place:
            place.add(key, tomlkit.item(value))
            click.echo(f"# {settings}: [{table}] {key} = {value!r}", err=quiet)
    settings.write_text(tomlkit.dumps(document), encoding="utf-8")


def _type(*words: object, quiet: bool) -> None:
    """Run a command of almared as a user would type it; end with its exit code when it fails."""
    arguments = [str(word) for word in words]
    click.echo("$ almared " + " ".join(arguments), err=quiet)
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run([sys.executable, "-m", "almared", *arguments], check=False, stdout=output)  # noqa: S603  our own words
    if done.returncode:
        sys.exit(done.returncode)


def _keep(comparisons: Sequence[Comparison], path: Path) -> None:
    text = json.dumps([line.as_record() for line in comparisons], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _show(comparisons: Sequence[Comparison]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table("quantity", "selection", title="Put in / found", box=SIMPLE)
    for heading in ("put in", "found", "deviation", "limit", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in comparisons:
        table.add_row(
            line.quantity,
            line.selection,
            f"{line.put_in:.4g} {line.unit}",
            f"{line.found:.4g} {line.unit}",
            f"{line.deviation:+.2f} {line.deviation_unit}",
            f"{line.limit:g}",
            "ok" if line.passed else "OFF",
        )
    console = Console(width=None if sys.stdout.isatty() else 132, highlight=False)
    console.print(table)
    off = sum(not line.passed for line in comparisons)
    console.print(
        f"{len(comparisons)} numbers compared, {off} off." if off else f"All {len(comparisons)} numbers agree."
    )
