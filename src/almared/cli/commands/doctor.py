"""``almared doctor``: checks whether this machine is fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from almared.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from almared.model import Finding

MARKS = {"ok": "ok  ", "info": "ok  ", "warning": "look", "severe": "FAIL"}
UNFIT = EnvironmentFaultError.exit_code


@click.command(name="doctor")
@click.option(
    "--work",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Where the data will be; the working directory by default.",
)
@click.option(
    "--casa-profile", "profile_only", is_flag=True, help="Check each file of ~/.casa instead; remove nothing."
)
@click.option("--json", "is_json", is_flag=True, help="Print the verdicts as JSON.")
@click.pass_context
def command(context: click.Context, work: Path, *, profile_only: bool, is_json: bool) -> None:
    """Check whether this machine is fit for a reduction, and say how to repair faults.

    \b
    Examples:
      almared doctor
      almared doctor --work /data/reductions --json
      almared doctor --casa-profile         which files of ~/.casa break plain CASA

    Checks Python, CASA (by loading it in a child process), measures data and their dates, ephemerides,
    packages known to interfere, table locks, disk, memory, threads. Known traps have names, which
    the documentation explains. Exit code 7 if a reduction cannot run.
    """
    from almared.doctor import examine, examine_profile, is_fit

    findings = []
    for finding in examine_profile(Path.home()) if profile_only else examine(work):
        findings.append(finding)
        if not is_json:
            _show(finding)
    fit = is_fit(findings)
    if is_json:
        click.echo(_as_json(findings, fit=fit))
    elif not profile_only:
        click.echo("Fit for a reduction." if fit else "Not fit: repair what is marked FAIL.")
    context.exit(0 if fit else UNFIT)


def _show(finding: Finding) -> None:
    from almared.doctor import trap_of

    trap = f" [{name}]" if (name := trap_of(finding)) else ""
    click.echo(f"{MARKS[finding.severity.word]}  {finding.place:21s} {finding.message}{trap}")
    if finding.repair:
        click.echo(f"      {'':21s} -> {finding.repair}")


def _as_json(findings: Iterable[Finding], *, fit: bool) -> str:
    from almared.doctor import record_of

    return json.dumps({"fit": fit, "verdicts": [record_of(finding) for finding in findings]}, indent=1)
