"""``almared doctor``: tells whether this machine is fit."""

from __future__ import annotations

import json
from pathlib import Path

import click

MARKS = {"pass": "ok  ", "warn": "look", "fail": "FAIL"}
UNFIT = 7


@click.command(name="doctor")
@click.option("--work", type=click.Path(exists=True, path_type=Path), default=Path(), help="Where the data will be.")
@click.option("--json", "is_json", is_flag=True, help="Print the verdicts as JSON.")
@click.pass_context
def command(context: click.Context, work: Path, *, is_json: bool) -> None:
    r"""Tell whether this machine is fit for a reduction, and how to repair what is not.

    \b
    Examples:
      almared doctor
      almared doctor --work /data/reductions --json

    Looks at Python, CASA (loaded in a child process), measures data and their dates, ephemerides, packages
    known to interfere, disk, memory and file system. Exit code 7 when a reduction could not run.
    """
    from almared.doctor import examine, is_fit

    verdicts = []
    for verdict in examine(work):
        verdicts.append(verdict)
        if not is_json:
            click.echo(f"{MARKS[verdict.state]}  {verdict.subject:26s} {verdict.found}")
            if verdict.repair:
                click.echo(f"      {'':26s} -> {verdict.repair}")
    fit = is_fit(verdicts)
    if is_json:
        click.echo(json.dumps({"fit": fit, "verdicts": [v.as_record() for v in verdicts]}, indent=1))
    else:
        click.echo("Fit for a reduction." if fit else "Not fit: repair what is marked FAIL.")
    context.exit(0 if fit else UNFIT)
