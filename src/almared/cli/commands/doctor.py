"""``almared doctor``: tells whether this machine is fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from almared.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from almared.doctor import Verdict

MARKS = {"pass": "ok  ", "warn": "look", "fail": "FAIL"}
UNFIT = EnvironmentFaultError.exit_code


@click.command(name="doctor")
@click.option(
    "--work",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Where the data will be; by default the working directory.",
)
@click.option(
    "--casa-profile", "profile_only", is_flag=True, help="Look at each file of ~/.casa instead; removes none."
)
@click.option("--json", "is_json", is_flag=True, help="Print the verdicts as JSON.")
@click.pass_context
def command(context: click.Context, work: Path, *, profile_only: bool, is_json: bool) -> None:
    """Tell whether this machine is fit for a reduction, and how to repair what is not.

    \b
    Examples:
      almared doctor
      almared doctor --work /data/reductions --json
      almared doctor --casa-profile         which files of ~/.casa break plain CASA

    Looks at Python, CASA (really loaded, in a child process), measures data and their dates, ephemerides,
    packages known to interfere, table locks, disk, memory, threads. Known traps are called by their names, which
    the documentation explains. Exit code 7 when a reduction could not run.
    """
    from almared.doctor import examine, examine_profile, is_fit

    verdicts = []
    for verdict in examine_profile(Path.home()) if profile_only else examine(work):
        verdicts.append(verdict)
        if not is_json:
            _show(verdict)
    fit = is_fit(verdicts)
    if is_json:
        click.echo(_as_json(verdicts, fit=fit))
    elif not profile_only:
        click.echo("Fit for a reduction." if fit else "Not fit: repair what is marked FAIL.")
    context.exit(0 if fit else UNFIT)


def _show(verdict: Verdict) -> None:
    trap = f" [{verdict.trap}]" if verdict.trap else ""
    click.echo(f"{MARKS[verdict.state]}  {verdict.subject:21s} {verdict.found}{trap}")
    if verdict.repair:
        click.echo(f"      {'':21s} -> {verdict.repair}")


def _as_json(verdicts: Iterable[Verdict], *, fit: bool) -> str:
    return json.dumps({"fit": fit, "verdicts": [verdict.as_record() for verdict in verdicts]}, indent=1)
