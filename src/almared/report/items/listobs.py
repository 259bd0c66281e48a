"""A summary of the execution block as text."""

from __future__ import annotations

from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.observation import listobs_text


def make(context: EbContext) -> ItemProducts:
    """Make NewListObs.txt.

    References
    ----------
    domain.md C.2.
    """
    return ItemProducts((), (context.write("NewListObs.txt", listobs_text(context.eb)),))


ITEM = Item(
    key="listobs",
    title="Summary of the observation",
    look_for="Scans, fields, windows and antennas are those of the request.",
    files=("NewListObs.txt",),
    make=make,
    place=70,
)
