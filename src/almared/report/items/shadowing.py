"""Which antennas were in the shadow of others."""

from __future__ import annotations

from almared.checks.registry import run_checks
from almared.measure.calibration import ShadowMeasurement
from almared.measure.shadows import find_shadows
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.flags import shadow_text


def make(context: EbContext) -> ItemProducts:
    """Make shadowed_ant.txt.

    References
    ----------
    domain.md C.2; flagdata's mode shadow: an antenna is in the shadow of another when their projected distance is
    less than the mean of their diameters and the other is in front.
    """
    shadows = find_shadows(context.path(context.products.split))
    text = context.write("shadowed_ant.txt", shadow_text(shadows))
    return ItemProducts((), (text,), run_checks(ShadowMeasurement(shadows)))


ITEM = Item(
    key="shadowing",
    title="Shadowing",
    look_for="Antennas that were in shadow for much of the time.",
    files=("shadowed_ant.txt",),
    make=make,
    place=80,
)
