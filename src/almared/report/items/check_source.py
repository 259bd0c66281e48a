"""Check sources: what the phase calibrator's phases do to a source that was not solved for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.measure.point_sources import PointSource
from almared.measure.quickimage import make_quick_images
from almared.measure.quicklook import CELLS_PER_BEAM, POINT_MASK_BEAMS, choose_quick_setup, point_source, quick_request
from almared.model import Intent
from almared.plots.image_page import draw_point_sources
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.columns import quantity_text
from almared.report.tables.sensitivity import check_source_text


def make(context: EbContext) -> ItemProducts:
    """Make checksource.png and checksource.txt.

    Raises
    ------
    InputError
        No check source was observed.
    StepError
        CASA made no image.

    References
    ----------
    domain.md C.2: position offset, flux recovery, decorrelation, from the calibrated MS.
    """
    checks = context.eb.field_ids_with(Intent.CHECK)
    if not checks:
        raise InputError("no check source was observed", where=context.eb.name)
    serving = {g.calibrator_field_id for g in context.groups if set(g.check_field_ids) & set(checks)}
    roles = dict.fromkeys(checks, "check source") | dict.fromkeys(sorted(serving), "phase calibrator")
    averages = context.averages(*roles)
    setup = choose_quick_setup(context.eb, averages)
    ms = context.path(context.products.calibrated)
    mask = POINT_MASK_BEAMS * CELLS_PER_BEAM
    requests = [
        replace(quick_request(ms, f"point{i}", eb=context.eb, field_id=i, setup=setup), mask_pixels=mask) for i in roles
    ]
    sources = [
        point_source(context.eb, quick, role=role, averages=averages)
        for quick, role in zip(make_quick_images(requests, context.work), roles.values(), strict=True)
    ]
    figure = context.draw(
        "checksource.png",
        partial(draw_point_sources, pairs=[(_title(source), source.quick) for source in sources]),
        caption="Check source and phase calibrator: middles of their images, with the catalogue position (cross)",
        alt="; ".join(_summary(source) for source in sources) + ".",
    )
    text = context.write("checksource.txt", check_source_text(sources))
    findings = tuple(f for source in sources if source.role == "check source" for f in run_checks(source))
    return ItemProducts((figure,), (text,), findings, {k: v for source in sources for k, v in _numbers(source).items()})


def _title(source: PointSource) -> str:
    return f"{source.name} ({source.role})"


def _summary(source: PointSource) -> str:
    peak = quantity_text(source.peak_jy, "Jy/beam")
    return f"{_title(source)}: peak {peak}, {source.offset_beams:.2f} of the beam off its position"


def _numbers(source: PointSource) -> dict[str, float]:
    east, north = source.offset_arcsec
    return {
        f"{source.name}_peak_jy_per_beam": source.peak_jy,
        f"{source.name}_offset_east_arcsec": east,
        f"{source.name}_offset_north_arcsec": north,
        f"{source.name}_coherence": source.coherence,
    }


ITEM = Item(
    key="check_source",
    title="Check source",
    look_for="Offset from the catalogue position, flux recovered, decorrelation.",
    files=("checksource.png", "checksource.txt"),
    make=make,
    part=4,
    place=180,
)
