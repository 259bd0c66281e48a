"""``almared simulate``: whole ASDMs with known truth."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from almared.errors import ScenarioError

if TYPE_CHECKING:
    from almared.simulate import SimulatedEb, SimulatedMous
    from almared.simulate.observe.produce import Progress


@click.command(name="simulate")
@click.argument("scenario", required=False)
@click.option("--out", type=click.Path(path_type=Path), default=Path("."), help="Directory for the ASDM and its truth.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the kernel; they do not change the bytes.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Set a key, e.g. atmosphere.pwv='2 mm'.")
@click.option("--force", is_flag=True, help="Replace existing files.")
@click.option("--like", type=click.Path(path_type=Path), help="Replicate the observation in this listobs text.")
@click.option("--metadata-only", is_flag=True, help="With --like: tables with the true numbers, no binary data.")
@click.option("--every-nth-integration", type=click.IntRange(min=1), default=1, help="With --like: thin in time.")
@click.option("--most-channels", type=click.IntRange(min=8), help="With --like: maximum number of channels per window.")
@click.option("--most-antennas", type=click.IntRange(min=2), help="With --like: maximum number of antennas.")
@click.option("--list", "is_list", is_flag=True, help="List the shipped scenarios.")
@click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")
def command(
    scenario: str | None,
    out: Path,
    *,
    like: Path | None,
    is_list: bool,
    is_json: bool,
    **options: object,
) -> None:
    """Make a whole ASDM with known truth from SCENARIO, a shipped name or a TOML file.

    A scenario of a MOUS makes a directory per execution, named after its ASDM, and mous-truth.json.

    \b
    Examples:
      almared simulate --list
      almared simulate tiny --out sim --seed 3
      almared simulate tiny-mous --out mous
      almared simulate --like uid___A002_X9cffbd_Xefe.ms.listobs --metadata-only --out replica
      almared simulate b3-quasar --out sim --set atmosphere.pwv='2.5 mm' --set noise.enabled=false
    """
    from almared.simulate import shipped_scenarios

    if is_list:
        for name, title in shipped_scenarios().items():
            click.echo(f"{name:12s} {title}")
        return
    if like is not None:
        from almared.cli.commands.simulate_like import replicate

        if scenario is not None:
            raise click.UsageError("give a SCENARIO or --like, not both")
        click.echo(replicate(like, out, is_json=is_json, options=options, showing=_progress))
        return
    if scenario is None:
        raise click.UsageError("name a SCENARIO (almared simulate --list shows the shipped ones)")
    from almared.simulate import SimulatedMous

    made = _simulated(scenario, out, options=options)
    if isinstance(made, SimulatedMous):
        click.echo(json.dumps(_mous_facts(made), indent=1) if is_json else _mous_story(made))
    else:
        click.echo(json.dumps(_facts(made), indent=1) if is_json else _story(made))


def _simulated(scenario: str, out: Path, *, options: dict[str, object]) -> SimulatedEb | SimulatedMous:
    from almared.simulate import read_executions, simulate, simulate_mous

    settings, threads = options["settings"], options["threads"]
    overrides = dict(_setting(text) for text in settings) if isinstance(settings, tuple) else {}
    executions = read_executions(scenario, overrides=overrides)
    seed, n_threads = int(str(options["seed"])), threads if isinstance(threads, int) else None
    with _progress() as progress:
        if executions[0].mous is None:
            return simulate(
                executions[0], out, seed=seed, threads=n_threads, force=bool(options["force"]), progress=progress
            )
        return simulate_mous(
            executions, out, seed=seed, threads=n_threads, force=bool(options["force"]), progress=lambda _: progress
        )


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ScenarioError(f"{text!r} is not a setting", where="--set", repair="write it as key=value")
    return key.strip(), value.strip()


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("simulate"), BarColumn(), TextColumn("{task.percentage:3.0f} %"), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("simulate", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _facts(made: SimulatedEb) -> dict[str, object]:
    return {
        "asdm": os.fspath(made.asdm),
        "truth": os.fspath(made.truth),
        "antennapos": os.fspath(made.positions),
        "antennapos_json": os.fspath(made.positions_json),
        "raw_bytes": made.eb.raw_bytes,
        "visibilities": made.visibilities,
        "minutes": round((made.eb.end_mjd_s - made.eb.start_mjd_s) / 60.0, 2),
        "antennas": len(made.eb.antennas),
        "scans": len(made.eb.scans),
    }


def _mous_facts(made: SimulatedMous) -> dict[str, object]:
    return {
        "mous": made.uid,
        "truth": os.fspath(made.truth),
        "executions": [_facts(eb) for eb in made.ebs],
    }


def _mous_story(made: SimulatedMous) -> str:
    return "\n".join((f"MOUS       {made.uid}", f"Truth      {made.truth}", *(_story(eb) for eb in made.ebs)))


def _story(made: SimulatedEb) -> str:
    facts = _facts(made)
    size = (
        f"{facts['minutes']} min, {facts['scans']} scans, {facts['antennas']} antennas, "
        f"{made.eb.raw_bytes / 1e6:.1f} MB, {made.visibilities / 1e6:.1f} million visibilities"
    )
    return "\n".join(
        (
            f"ASDM       {made.asdm}",
            f"           {size}",
            f"Truth      {made.truth}",
            f"Positions  {made.positions}, {made.positions_json}",
        )
    )
