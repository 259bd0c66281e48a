"""Where the antennas stand."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.plots.observation import draw_antennas
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item


def make(context: EbContext) -> ItemProducts:
    """Make antenna_config.png.

    References
    ----------
    domain.md C.2.
    """
    antennas, refant = context.eb.antennas, context.refant
    places = np.array([antenna.position_m for antenna in antennas])
    lengths = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)[np.triu_indices(len(places), 1)]
    figure = context.draw(
        "antenna_config.png",
        partial(draw_antennas, antennas=antennas, refant=refant),
        caption=f"Antennas, to scale; {refant}, the reference antenna, is ringed. Triangles are 7-m dishes",
        alt=f"{len(antennas)} antennas, baselines from {lengths.min():.0f} to {lengths.max():.0f} m.",
    )
    return ItemProducts(
        (figure,), numbers={"shortest_baseline_m": float(lengths.min()), "longest_baseline_m": float(lengths.max())}
    )


ITEM = Item(
    key="antennas",
    title="Antennas",
    look_for="The reference antenna is central; outliers; pairs so close that one may shadow the other.",
    files=("antenna_config.png",),
    make=make,
    part=1,
    place=40,
)
