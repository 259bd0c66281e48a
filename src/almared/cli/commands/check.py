"""``almared check``: the final checklist."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from almared.delivery.checklist import check_mous, stray_logs
from almared.delivery.checklist_item import ChecklistItem
from almared.delivery.placement import put_aside
from almared.mous import Mous, read_mous


@click.command()
@click.argument("mous", type=click.Path(path_type=Path, exists=True))
@click.option("--condensed", "is_condensed", is_flag=True, help="One line for each item of the checklist.")
@click.option("--tidy", "tidies", is_flag=True, help="Move logs that belong to no step into .almared next to them.")
@click.option("--dry-run", is_flag=True, help="With --tidy: list the logs; move nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(
    context: click.Context, mous: Path, *, is_condensed: bool, tidies: bool, dry_run: bool, is_json: bool
) -> None:
    """Check the final checklist of the MOUS: scripts, logs, reports, README, products, names.

    An interrupted calibration counts as one run if the journal shows that all steps succeeded in order, under one build
    of CASA, and that repeated steps started from the same flags as the first time.

    \b
    Examples:
      almared check uid___A001_X13e_X1fe
      almared check uid___A001_X13e_X1fe --condensed   one page
      almared check uid___A001_X13e_X1fe --tidy        move stray logs away first
      almared check uid___A001_X13e_X1fe --json

    Exit codes: 0 all lines passed; 3 not a MOUS; 8 a line failed.
    """
    read = read_mous(mous)
    if tidies:
        _tidy(read, dry_run=dry_run, is_quiet=is_json)
    lines = check_mous(read)
    failed = [line for line in lines if not line.passed]
    if is_json:
        click.echo(json.dumps({"passed": not failed, "lines": [line.as_record() for line in lines]}, indent=1))
    else:
        (_show_condensed if is_condensed else _show)(lines)
        click.echo(f"{len(failed)} of {len(lines)} lines failed." if failed else f"All {len(lines)} lines passed.")
    context.exit(8 if failed else 0)


def _tidy(mous: Mous, *, dry_run: bool, is_quiet: bool) -> None:
    logs = stray_logs(mous)
    moved = logs if dry_run else put_aside(logs)
    for log, place in zip(logs, moved, strict=True):
        if not is_quiet:
            click.echo(f"would move {log.name} away" if dry_run else f"{log.name} is now {place}")


def _show_condensed(lines: Sequence[ChecklistItem]) -> None:
    """Write one line per item: a short checklist with the items and states of the full one."""
    for key in dict.fromkeys(line.key for line in lines):
        same = [line for line in lines if line.key == key]
        failed = [line.place for line in same if not line.passed]
        mark = f"FAILED in {', '.join(failed)}" if failed else f"passed {len(same)} of {len(same)}"
        notes = sum(len(line.notes) for line in same)
        click.echo(f"{key:<12} {mark}{f' ({notes} notes)' if notes else ''}: {same[0].asked}")


def _show(lines: Sequence[ChecklistItem]) -> None:
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
