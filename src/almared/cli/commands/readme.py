"""``almared readme``: the README of the delivery, filled from what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import click

from almared.delivery.readme import write_readme
from almared.mous import read_mous


@click.command()
@click.argument("mous", type=click.Path(path_type=Path, exists=True))
@click.option("--force", "is_forced", is_flag=True, help="Replace one that was edited; it is kept as README.edited.")
@click.option("--json", "is_json", is_flag=True, help="Tell it as JSON.")
def command(mous: Path, *, is_forced: bool, is_json: bool) -> None:
    """Write the README of the MOUS from what was measured, and from mous.toml.

    One that somebody edited is left as it is. Fields that are still empty are told; with them the final
    checklist fails.

    \b
    Examples:
      almared readme uid___A001_X13e_X1fe
      almared readme uid___A001_X13e_X1fe --force

    Exit codes: 0 written, up to date, or left as it was edited; 3 no MOUS.
    """
    written = write_readme(read_mous(mous), is_forced=is_forced)
    if is_json:
        told = {"readme": str(written.path), "is_new": written.is_new, "is_edited": written.is_edited}
        click.echo(json.dumps({**told, "empty": list(written.empty)}))
        return
    if written.is_edited:
        click.echo(f"{written.path} was edited by hand and is left as it is (--force replaces it)")
    else:
        click.echo(f"{written.path} {'is written' if written.is_new else 'is up to date'}")
    if written.empty:
        click.echo(f"Still to be filled in, in mous.toml: {', '.join(written.empty)}")
