"""How much is flagged, at each stage of the calibration."""

from __future__ import annotations

from almared.checks.registry import run_checks
from almared.measure.calibration import FlagMeasurement
from almared.measure.flags import measure_flags
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.flags import flag_text


def make(context: EbContext) -> ItemProducts:
    """Make flag_stat.txt.

    Raises
    ------
    InputError
        There is no MS.

    References
    ----------
    domain.md C.5: each percentage is of the antenna's, window's or field's own total.
    """
    stages = measure_flags(context.path(context.products.split), context.path(context.products.calibrated))
    text = context.write("flag_stat.txt", flag_text(stages))
    numbers = {f"flagged_{stage.name}_percent": 100 * stage.all for stage in stages}
    return ItemProducts((), (text,), run_checks(FlagMeasurement(stages)), numbers)


ITEM = Item(
    key="flags",
    title="Flags",
    look_for="An antenna, window or source that is flagged far more than the others; what a stage added.",
    files=("flag_stat.txt",),
    make=make,
    place=150,
)
