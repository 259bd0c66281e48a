"""The pointings of the targets."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.errors import InputError
from almared.model import Intent
from almared.physics.beams import gaussian_width, primary_beam_arcsec
from almared.plots.observation import draw_pointings
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item

CIRCLE_LEVEL = 0.2
"""Level of the primary beam at which the circles are drawn (domain C.2)."""


def make(context: EbContext) -> ItemProducts:
    """Make mosaic_plot.png.

    Raises
    ------
    InputError
        No target was observed.

    References
    ----------
    domain.md C.2 (circles at the 20 % level).
    """
    eb = context.eb
    targets = [eb.fields[i] for i in eb.field_ids_with(Intent.TARGET)]
    if not targets:
        raise InputError("no target was observed", where=eb.name)
    names = list(dict.fromkeys(target.name for target in targets))
    pointings = {name: np.array([t.direction_rad for t in targets if t.name == name]) for name in names}
    diameter = float(np.median([antenna.diameter_m for antenna in eb.antennas]))
    science = [eb.spws[i] for scan in eb.scans_with(Intent.TARGET) for i in scan.spw_ids if eb.spws[i].n_channels > 4]
    frequency_hz = float(np.mean([spw.mean_frequency_hz for spw in science]))
    radius_arcsec = gaussian_width(primary_beam_arcsec(frequency_hz, diameter), level=CIRCLE_LEVEL) / 2
    figure = context.draw(
        "mosaic_plot.png",
        partial(draw_pointings, pointings=pointings, radius_arcsec=radius_arcsec),
        caption=(
            f"Pointings of each target; circles where the primary beam falls to {100 * CIRCLE_LEVEL:.0f} % "
            f"at {frequency_hz / 1e9:.1f} GHz"
        ),
        alt="; ".join(f"{name}: {len(places)} pointings" for name, places in pointings.items()) + ".",
    )
    return ItemProducts(
        (figure,), numbers={f"pointings_{name}": float(len(places)) for name, places in pointings.items()}
    )


ITEM = Item(
    key="mosaic",
    title="Pointings",
    look_for="The pattern is that of the request; no pointing is missing.",
    files=("mosaic_plot.png",),
    make=make,
    part=1,
    place=30,
)
