"""``almared status``: the state of each execution block and stage of a MOUS."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(name="status")
@click.argument("mous", type=click.Path(path_type=Path), default=Path("."))
@click.option("--json", "is_json", is_flag=True, help="Print the state as one JSON object.")
def command(mous: Path, *, is_json: bool) -> None:
    """Show the state of each execution block and stage of MOUS, its directory or any path inside.

    It only reads the disk, even while a reduction runs elsewhere, and changes nothing. A stage is old when
    its inputs were remade since.

    \b
    Examples:
      almared status uid___A001_X13e_X1fe
      almared status --json

    \b
    Exit codes: 0 done; 3 not a MOUS.
    """
    from almared.cli.show.status import status_document, status_lines
    from almared.mous import read_mous
    from almared.reduce.status import mous_status

    found = read_mous(mous)
    statuses = mous_status(found)
    click.echo(json.dumps(status_document(found, statuses), indent=1) if is_json else status_lines(found, statuses))
