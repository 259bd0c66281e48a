"""``almared measures``: shows which measures CASA uses, imports and updates them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from almared.formats.measures import Measures


@click.command(name="measures")
@click.option(
    "--import",
    "source",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Import the measures from a tarball or a directory.",
)
@click.option("--update", "should_update", is_flag=True, help="Fetch the newest from the network with casaconfig.")
@click.option("--reset", "should_reset", is_flag=True, help="Go back to the measures of the package casadata.")
@click.option("--dry-run", is_flag=True, help="Only check whether the measures to import are valid.")
@click.option("--json", "is_json", is_flag=True, help="Print the state as JSON.")
def command(source: Path | None, *, should_update: bool, should_reset: bool, dry_run: bool, is_json: bool) -> None:
    """Show the measures that CASA uses here, their dates, and the observations they cover.

    Without options nothing is changed. Imported measures are kept in almared's cache (or ALMARED_MEASURES);
    every run then uses them without CASA's configuration. They are validated first; broken or foreign ones
    leave the current ones unchanged.

    \b
    Examples:
      almared measures
      almared measures --import WSRT_Measures_20261130-160001.ztar
      almared measures --import /data/casarundata --dry-run
      almared measures --update
      almared measures --reset

    Exit codes: 0 done; 3 the measures to import are broken or foreign; 5 another import is running; 7 no network, or
    the measures in use are missing.
    """
    from almared.cli.show import measures as show
    from almared.doctor.measures_state import read_state

    if sum((source is not None, should_update, should_reset)) > 1:
        raise click.UsageError("give one of --import, --update and --reset")
    if dry_run and source is None and not should_update:
        raise click.UsageError("use --dry-run with --import or --update")
    found = _changed(source, should_update=should_update, should_reset=should_reset, is_dry_run=dry_run)
    if dry_run:
        click.echo(json.dumps({"version": found.version, "is_sound": True}) if is_json else f"Sound: {found.version}.")
        return
    state = read_state(found)
    click.echo(json.dumps(state.as_record(), indent=1) if is_json else "\n".join(show.lines(state)))


def _changed(source: Path | None, *, should_update: bool, should_reset: bool, is_dry_run: bool) -> Measures:
    """Apply the options and return the measures in use."""
    from almared.doctor.measures_import import import_measures, reset_measures, update_measures
    from almared.formats.measures import measures_in_use

    if source is not None:
        return import_measures(source, is_dry_run=is_dry_run)
    if should_update:
        return update_measures(is_dry_run=is_dry_run)
    return reset_measures() if should_reset else measures_in_use()
