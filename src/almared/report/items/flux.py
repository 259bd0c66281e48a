"""The fluxes that fluxscale found."""

from __future__ import annotations

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.formats.fluxtable import read_fluxscale
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.fluxes import fluxes_text


def make(context: EbContext) -> ItemProducts:
    """Make flux.txt.

    Raises
    ------
    InputError
        There is no log of fluxscale, or no flux in it.

    References
    ----------
    domain.md B.2, C.2.
    """
    name = context.products.of_split("fluxscale")
    scale = read_fluxscale(context.path(name))
    if not scale.measured:
        raise InputError("fluxscale found no flux", where=name, repair="look at what it says there")
    numbers = {f"{flux.source}_spw{flux.spw_id}_jy": flux.flux_jy for flux in scale.measured}
    text = context.write("flux.txt", fluxes_text(scale))
    return ItemProducts((), (text,), run_checks(scale), numbers)


ITEM = Item(
    key="flux",
    title="Fluxes of the calibrators",
    look_for="Fluxes are plausible against the catalogue, and agree between windows.",
    files=("flux.txt",),
    make=make,
    place=120,
)
