"""``almared image``: image a MOUS, or any calibrated MS."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

PLACE = click.Path(path_type=Path)


@click.command(name="image")
@click.argument("mous", type=PLACE, required=False)
@click.option("--ms", "measurement_sets", multiple=True, type=PLACE, help="A calibrated MS instead of a MOUS.")
@click.option("--out", type=PLACE, help="With --ms: directory for the images (./Imaging).")
@click.option("--field", "fields", multiple=True, metavar="SOURCE", help="Sources to image (all).")
@click.option("--cell", type=click.FloatRange(min=0, min_open=True), metavar="ARCSEC", help="Size of a pixel.")
@click.option("--imsize", type=click.IntRange(min=8), metavar="PIXELS", help="Pixels along each side.")
@click.option("--robust", type=click.FloatRange(-2, 2), help="Robust parameter of Briggs' weighting.")
@click.option("--threshold", type=click.FloatRange(min=0), metavar="JY", help="Level to clean to, Jy per beam.")
@click.option("--niter", type=click.IntRange(min=0), help="Maximum number of iterations; 0 makes dirty images.")
@click.option("--chunks", type=click.IntRange(min=1), metavar="N", help="Chunks of each cube; more if memory requires.")
@click.option("--no-cubes", is_flag=True, help="Continuum alone.")
@click.option("--no-continuum", is_flag=True, help="Cubes alone.")
@click.option("--no-contsub", is_flag=True, help="Keep the continuum in the cubes, for absorption lines.")
@click.option("--pb-name", type=click.Choice(["flux", "pb"]), help="Ending of FITS primary beams (mous.toml, or flux).")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Parallel processes.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Dask scheduler whose workers run the processes.")
@click.option("--memory", type=click.FloatRange(min=0.5), metavar="GB", help="Memory for all processes (free memory).")
@click.option("--force", "is_forced", is_flag=True, help="Replace a script that was edited by hand; a backup is kept.")
@click.option("--break-lock", "should_break_lock", is_flag=True, help="Take the lock of a run on another machine.")
@click.option("--dry-run", is_flag=True, help="Show the choices; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print the choices, or the results, as one JSON object.")
def command(mous: Path | None, *, dry_run: bool, is_json: bool, **given: Any) -> None:
    """Image the science targets of MOUS, its directory; or with --ms those of any calibrated MS.

    The target data are split into calibrated_final.ms, the channels without lines are measured and written to
    cont.dat (an edited one is kept unchanged), every parameter is chosen with its reason, and
    scriptForImaging.py is written and run. Finished images are kept. Each image is then measured; images.json
    compares noise, beam and peak with theory and request. Put your own masks in masks/IMAGE.mask or
    mous.toml.

    \b
    Examples:
      almared image uid___A001_X1_X2                    the whole imaging
      almared image uid___A001_X1_X2 --dry-run          the choices
      almared image uid___A001_X1_X2 --workers 4        images and channel chunks in parallel
      almared image uid___A001_X1_X2 --robust 0 --pb-name pb
      almared image --ms calibrated.ms --out images     an MS only

    \b
    Exit codes: 0 done; 3 bad input; 4 no valid plan; 5 cannot start (locked, disk, memory); 6 a step failed.
    """
    from almared.cli.show import image as image_display
    from almared.cli.show.run import display
    from almared.plan import plan_document
    from almared.run.display import no_display
    from almared.stages.imaging.make import imaging_order, make_images
    from almared.stages.imaging.stage import choose_images, is_prepared

    order = imaging_order(mous, given.pop("measurement_sets"), out=given.pop("out"), given=given)
    if dry_run:
        chosen = choose_images(order)
        if is_json:
            click.echo(json.dumps(plan_document(chosen.plan), indent=1, allow_nan=False))
        else:
            image_display.show_choices(chosen.plan)
            if not is_prepared(order):
                click.echo("Fields and windows have the ids of the input; calibrated_final.ms numbers its own from 0.")
            click.echo("Nothing was written.")
        return
    record = make_images(
        order,
        on_choices=image_display.show_nothing if is_json else image_display.show_choices,
        display=no_display if is_json else partial(display, is_json=False),
    )
    if is_json:
        click.echo(json.dumps(record.as_record(), indent=1, allow_nan=False))
        return
    image_display.show_results(record)
    if mous is not None:
        from almared.delivery.checklist import check_mous
        from almared.mous import read_mous

        image_display.show_open_lines(check_mous(read_mous(mous)))
