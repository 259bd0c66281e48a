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
@click.option("--ms", "measurement_sets", multiple=True, type=PLACE, help="A calibrated MS in place of a MOUS.")
@click.option("--out", type=PLACE, help="With --ms: directory of the images (./Imaging).")
@click.option("--field", "fields", multiple=True, metavar="SOURCE", help="Sources to image, all when left out.")
@click.option("--cell", type=click.FloatRange(min=0, min_open=True), metavar="ARCSEC", help="Size of a pixel.")
@click.option("--imsize", type=click.IntRange(min=8), metavar="PIXELS", help="Pixels along each side.")
@click.option("--robust", type=click.FloatRange(-2, 2), help="Of Briggs' weighting.")
@click.option("--threshold", type=click.FloatRange(min=0), metavar="JY", help="Where cleaning stops, Jy per beam.")
@click.option("--niter", type=click.IntRange(min=0), help="Most iterations; 0 leaves the dirty images.")
@click.option("--chunks", type=click.IntRange(min=1), metavar="N", help="Pieces of each cube; more if memory asks.")
@click.option("--no-cubes", is_flag=True, help="Continuum alone.")
@click.option("--no-continuum", is_flag=True, help="Cubes alone.")
@click.option("--no-contsub", is_flag=True, help="Leave the continuum in the cubes, for absorption against it.")
@click.option("--pb-name", type=click.Choice(["flux", "pb"]), help="Ending of FITS primary beams (mous.toml, or flux).")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes side by side.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Run the processes on the workers of this Dask.")
@click.option("--memory", type=click.FloatRange(min=0.5), metavar="GB", help="Memory for all processes (what is free).")
@click.option("--force", "is_forced", is_flag=True, help="Replace a script that was edited by hand; it is kept aside.")
@click.option("--break-lock", "should_break_lock", is_flag=True, help="Take the lock of a run on another machine.")
@click.option("--dry-run", is_flag=True, help="Tell the choices; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="The choices, or what was made, as one JSON object.")
def command(mous: Path | None, *, dry_run: bool, is_json: bool, **given: Any) -> None:
    """Image the science targets of MOUS, its directory; or with --ms those of any calibrated MS.

    The target data are split into calibrated_final.ms, the channels without lines are measured and written to
    cont.dat (one that you edited is taken as it is), every parameter is chosen with its reason, and
    scriptForImaging.py is written and run. What is done already stays. Each image is then measured; images.json
    tells noise, beam and peak against theory and request. Masks of your own go into masks/IMAGE.mask or
    mous.toml.

    \b
    Examples:
      almared image uid___A001_X1_X2                    the whole imaging
      almared image uid___A001_X1_X2 --dry-run          the choices
      almared image uid___A001_X1_X2 --workers 4        images and channel chunks side by side
      almared image uid___A001_X1_X2 --robust 0 --pb-name pb
      almared image --ms calibrated.ms --out images     an MS alone

    \b
    Exit codes: 0 done; 3 bad input; 4 no sound plan; 5 may not start (locked, disk, memory); 6 a step failed.
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
                click.echo("Fields and windows have the ids of the input; calibrated_final.ms counts its own from 0.")
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
