"""``almared check``: the final checklist."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from almared.delivery.checklist import CheckLine, check_mous
from almared.mous import read_mous


@click.command()
@click.argument("mous", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "is_json", is_flag=True, help="Tell it as JSON.")
@click.pass_context
def command(context: click.Context, mous: Path, *, is_json: bool) -> None:
    """Go through the final checklist of the MOUS: scripts, logs, reports, README, products, names.

    A calibration that was interrupted counts as one run when the journal shows that every step ended well, in order,
    under one build of CASA, and that repeated steps started from the flags they first started from.

    \b
    Examples:
      almared check uid___A001_X13e_X1fe
      almared check uid___A001_X13e_X1fe --json

    Exit codes: 0 all lines passed; 3 no MOUS; 8 a line failed.
    """
    lines = check_mous(read_mous(mous))
    failed = [line for line in lines if not line.passed]
    if is_json:
        click.echo(json.dumps({"passed": not failed, "lines": [line.as_record() for line in lines]}, indent=1))
    else:
        _show(lines)
        click.echo(f"{len(failed)} of {len(lines)} lines failed." if failed else f"All {len(lines)} lines passed.")
    context.exit(8 if failed else 0)


def _show(lines: Sequence[CheckLine]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, soft_wrap=True)
    for line in lines:
        mark = Text("passed", style="green") if line.passed else Text("FAILED", style="bold red")
        console.print(mark, Text(f"{line.place}: {line.asked}"))
        for fault in line.faults:
            console.print(Text(f"         {fault}"))
        if line.faults and line.repair:
            console.print(Text(f"         what to do: {line.repair}"))
        for note in line.notes:
            console.print(Text(f"         note: {note}", style="dim"))
