"""The flux calibrator: corrected data and model."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.errors import InputError
from almared.heuristics.calibration.calibrators import choose_flux_fields, field_name
from almared.measure.averages import Averages
from almared.physics.robust import median
from almared.plots.visibility_page import draw_flux_calibrator
from almared.records.report import ItemProducts, ReportFigure
from almared.report.item import EbContext, Item


def make(context: EbContext) -> ItemProducts:
    """Make ampcal_uvdist.png, one more (2, 3 ...) for each further flux calibrator.

    Raises
    ------
    InputError
        There is no flux calibrator with data.

    References
    ----------
    domain.md C.2.
    """
    figures: list[ReportFigure] = []
    numbers: dict[str, float] = {}
    for field_id in choose_flux_fields(context.eb).value:
        averages = context.averages(field_id)
        if averages:
            figures.append(_figure(context, averages, number=len(figures) + 1))
            name = field_name(context.eb, field_id)
            numbers |= {f"data_over_model_{name}_spw{one.spw_id}": _ratio(one) for one in averages}
    if not figures:
        raise InputError("no flux calibrator has data", where=context.eb.name)
    return ItemProducts(tuple(figures), numbers=numbers)


def _figure(context: EbContext, averages: tuple[Averages, ...], *, number: int) -> ReportFigure:
    name = field_name(context.eb, averages[0].field_id)
    ratios = ", ".join(f"spw {one.spw_id} {_ratio(one):.3f}" for one in averages)
    return context.draw(
        f"ampcal_uvdist{number if number > 1 else ''}.png",
        partial(draw_flux_calibrator, averages=averages, name=name),
        caption=f"{name}: corrected amplitudes (averages of 30 s and all channels) and model (left), and their ratio "
        "(right), over the projected baseline",
        alt=f"Points per window over the baseline. Median of data over model: {ratios}.",
    )


def _ratio(one: Averages) -> float:
    """Return the median of data over model; NaN without a model."""
    return float("nan") if one.model is None else median(np.abs(one.vis / one.model).ravel())


ITEM = Item(
    key="flux_calibrator",
    title="Flux calibrator",
    look_for="The model follows the data; how much of the source is resolved out.",
    files=("ampcal_uvdist.png",),
    make=make,
    part=3,
    place=130,
)
