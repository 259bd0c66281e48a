"""``almared readme``: the README of the delivery, filled from the measured values."""

from __future__ import annotations

import json
from pathlib import Path

import click

from almared.delivery.readme import write_readme
from almared.mous import read_mous


@click.command()
@click.argument("mous", type=click.Path(path_type=Path, exists=True))
@click.option("--force", "is_forced", is_flag=True, help="Replace an edited README; it is kept as README.edited.")
@click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")
def command(mous: Path, *, is_forced: bool, is_json: bool) -> None:
    """Write the README of the MOUS from the measured values and mous.toml.

    An edited README is left unchanged. Required fields that are still empty are listed; with them the final
    checklist fails.

    \b
    Examples:
      almared readme uid___A001_X13e_X1fe
      almared readme uid___A001_X13e_X1fe --force

    Exit codes: 0 written, up to date, or edited and left unchanged; 3 not a MOUS.
    """
    written = write_readme(read_mous(mous), is_forced=is_forced)
    if is_json:
        document = {"readme": str(written.path), "is_new": written.is_new, "is_edited": written.is_edited}
        click.echo(json.dumps({**document, "empty": list(written.empty)}))
        return
    if written.is_edited:
        click.echo(f"{written.path} was edited by hand and is left unchanged (--force replaces it)")
    else:
        click.echo(f"{written.path} {'is written' if written.is_new else 'is up to date'}")
    if written.empty:
        click.echo(f"Still to be filled in, in mous.toml: {', '.join(written.empty)}")
