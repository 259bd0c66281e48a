"""``almared combine``: bring the execution blocks of a MOUS to one flux scale and concatenate them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click


@click.command(name="combine")
@click.argument("mous", type=click.Path(path_type=Path))
@click.option("--no-scale", "is_unscaled", is_flag=True, help="Concatenate only; keep each flux scale.")
@click.option("--dirtol", metavar="ARCSEC", type=click.FloatRange(min=0, min_open=True), help="Merge closer fields.")
@click.option("--average", "averaged", multiple=True, metavar="EB", help="Average only these (X36f), in a new table.")
@click.option(
    "--weights",
    type=click.Choice(["scatter", "errors"]),
    help="Weights of the means: errors plus scatter (default), or errors alone; makes a new table.",
)
@click.option("--flux", "fluxes", multiple=True, metavar="NAME=Jy@GHz,alpha", help="A known flux to compare with.")
@click.option(
    "--catalogue",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of measurements to compare with (name,frequency_ghz,flux_jy,error_jy,date).",
)
@click.option("--few-days", metavar="DAYS", type=click.FloatRange(min=0), help="Warn when further apart in time (3).")
@click.option("--no-run", is_flag=True, help="Write allFluxes.txt and the script; run nothing.")
@click.option("--force", "is_forced", is_flag=True, help="Accept allFluxes.txt unchanged; replace an edited script.")
@click.option("--break-lock", "should_break_lock", is_flag=True, help="Take the lock of a run on another machine.")
@click.option("--dry-run", is_flag=True, help="Show the fluxes and choices; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print everything as one JSON object.")
def command(mous: Path, *, is_unscaled: bool, dry_run: bool, no_run: bool, is_json: bool, **given: Any) -> None:
    """Scale the execution blocks of MOUS, its directory, to common fluxes and concatenate them.

    The calibrated data are copied to Combination/calibrated. The fluxes of the phase calibrators from each
    execution block are averaged into allFluxes.txt, scriptForFluxCalibration.py is made from that table and run,
    and the fields and windows of calibrated.ms are counted. To use other fluxes, edit the fifth column of
    allFluxes.txt and run this again: an existing table is never overwritten. With a single execution block
    there is nothing to do.

    \b
    Examples:
      almared combine uid___A001_X1_X2 --dry-run             fluxes, means and warnings
      almared combine uid___A001_X1_X2                       scale, concatenate, count
      almared combine uid___A001_X1_X2 --no-run              write table and script, to edit the table
      almared combine uid___A001_X1_X2 --no-scale            only concatenate
      almared combine uid___A001_X1_X2 --average X36f --average X5b2
      almared combine uid___A001_X1_X2 --dry-run --flux J1922+1530=0.15@225,-0.7
      almared combine uid___A001_X1_X2 --dry-run --catalogue measured.csv

    \b
    Exit codes: 0 done, or nothing to do; 3 bad input; 4 no valid table or script; 5 cannot start (locked,
    disk, memory); 6 a step failed.
    """
    from almared.cli.show import combine as combine_display
    from almared.cli.show.run import display
    from almared.mous import read_mous
    from almared.recipes import parse_flux
    from almared.run.display import no_display
    from almared.stages.combination.make import Extent, make_combination, why_nothing
    from almared.stages.combination.stage import order_of_mous

    found = read_mous(mous)
    told = why_nothing(found)
    if told:
        click.echo(json.dumps({"nothing_because": told}) if is_json else f"Nothing to do: {told}.")
        return
    known = dict(parse_flux(text) for text in given.pop("fluxes"))
    should_scale = False if is_unscaled else None
    order = order_of_mous(found, should_scale=should_scale, dirtol_arcsec=given.pop("dirtol"), known=known, **given)
    extent = Extent.CHOICES if dry_run else Extent.SCRIPT if no_run else Extent.RUN
    outcome = make_combination(
        order,
        extent,
        on_choices=combine_display.show_nothing if is_json else combine_display.show_fluxes,
        display=no_display if is_json else partial(display, is_json=False),
    )
    if is_json:
        click.echo(json.dumps(outcome.record, indent=1, allow_nan=False))
        return
    if outcome.was_done:
        click.echo("Everything is done; nothing to run.")
    if extent is Extent.RUN:
        combine_display.show_contents(outcome.record)
    else:
        wrote = f"Wrote allFluxes.txt and the script in {order.directory}; nothing was run."
        click.echo(wrote if extent is Extent.SCRIPT else "Nothing was written.")
