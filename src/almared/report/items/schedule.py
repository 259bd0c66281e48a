"""The schedule: which source was observed when, and what for."""

from __future__ import annotations

from functools import partial

from almared.plots.observation import draw_schedule, role_of_scan
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item


def make(context: EbContext) -> ItemProducts:
    """Make obs_display.png.

    References
    ----------
    domain.md C.2.
    """
    eb = context.eb
    order = ", ".join(f"{scan.number} {role_of_scan(scan.intents)}" for scan in eb.scans)
    figure = context.draw(
        "obs_display.png",
        partial(draw_schedule, eb=eb),
        caption="Scans of each source over time; colour and hatching show their intents",
        alt=f"Bars over time, a row per source. In order of scans: {order}.",
    )
    return ItemProducts(
        (figure,), numbers={"duration_min": (eb.end_mjd_s - eb.start_mjd_s) / 60, "scans": float(len(eb.scans))}
    )


ITEM = Item(
    key="schedule",
    title="Schedule",
    look_for=(
        "The order of the scans: each visit of the target between two of its phase calibrator, no long gaps, system "
        "temperatures near all sources."
    ),
    files=("obs_display.png",),
    make=make,
    part=1,
    place=10,
)
