"""The phase calibrator after calibration: amplitude and phase over baseline and frequency."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.errors import InputError
from almared.heuristics.calibration.calibrators import field_name
from almared.measure.averages import Averages
from almared.physics.robust import median, robust_sigma
from almared.plots.visibility_page import draw_frequency_page, draw_uvdist_page
from almared.records.report import ItemProducts, ReportFigure
from almared.report.item import EbContext, Item


def make(context: EbContext) -> ItemProducts:
    """Make phase_cal_uvdist.png and phase_cal_freq.png, more (2, 3 ...) for each further phase calibrator.

    Raises
    ------
    InputError
        There is no phase calibrator with data.

    References
    ----------
    domain.md C.2.
    """
    figures: list[ReportFigure] = []
    numbers: dict[str, float] = {}
    for field_id in sorted({group.calibrator_field_id for group in context.groups}):
        averages = tuple(one for one in context.averages(field_id) if np.isfinite(one.vis).any())
        if not averages:
            continue
        name, ending = field_name(context.eb, field_id), f"{len(figures) // 2 + 1 if figures else ''}.png"
        scatter = {one.spw_id: _phase_scatter_deg(one) for one in averages}
        values = ", ".join(f"spw {spw_id} {value:.1f} deg" for spw_id, value in scatter.items())
        for stem, draw, what in (
            ("phase_cal_uvdist", draw_uvdist_page, "averages of 60 s and all channels, over the projected baseline"),
            ("phase_cal_freq", draw_frequency_page, "mean over all times and baselines, over frequency"),
        ):
            figures.append(
                context.draw(
                    f"{stem}{ending}",
                    partial(draw, averages=averages, name=name),
                    caption=f"{name}: corrected amplitude (above) and phase (below): {what}",
                    alt=f"Points in a column per window. Scatter of the phases of 60 s: {values}.",
                )
            )
        numbers |= {f"amplitude_{name}_spw{one.spw_id}_jy": median(np.abs(one.vis).ravel()) for one in averages}
    if not figures:
        raise InputError("no phase calibrator has data that are not flagged", where=context.eb.name)
    return ItemProducts(tuple(figures), numbers=numbers)


def _phase_scatter_deg(one: Averages) -> float:
    return robust_sigma(np.rad2deg(np.angle(one.vis[np.isfinite(one.vis)])))


ITEM = Item(
    key="phase_calibrator",
    title="Phase calibrator",
    look_for="Flat amplitude and phase zero over the baseline; no lines in frequency.",
    files=("phase_cal_uvdist.png", "phase_cal_freq.png"),
    make=make,
    part=3,
    place=140,
)
