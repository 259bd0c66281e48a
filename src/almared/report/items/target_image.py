"""A quick continuum image of one target, its beam, its uv coverage, and the rms that was expected."""

from __future__ import annotations

from functools import partial

from almared.checks.registry import run_checks
from almared.heuristics.calibration.calibrators import field_name
from almared.measure.calibration import QuickImageMeasurement
from almared.measure.point_sources import SensitivityFacts
from almared.measure.quickimage import QuickImage, make_quick_images
from almared.measure.quicklook import (
    choose_quick_setup,
    choose_quick_target,
    pointing_text,
    quick_request,
    sensitivity_facts,
)
from almared.plots.image_page import draw_quick_image
from almared.plots.visibility_page import draw_uv_page
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.columns import quantity_text
from almared.report.tables.sensitivity import sensitivity_text


def make(context: EbContext) -> ItemProducts:
    """Make sensitivity.txt, target_image.png, target_psf.png and target_uv.png.

    Raises
    ------
    InputError
        No target was observed, or nothing is left unflagged.
    StepError
        CASA made no image.

    References
    ----------
    domain.md C.3, target check.
    """
    eb, field_id = context.eb, choose_quick_target(context.eb)
    name = field_name(eb, field_id)
    calibrators = sorted({group.calibrator_field_id for group in context.groups})
    setup = choose_quick_setup(eb, context.averages(*calibrators))
    ms = context.path(context.products.calibrated)
    (quick,) = make_quick_images([quick_request(ms, "target", eb=eb, field_id=field_id, setup=setup)], context.work)
    facts = sensitivity_facts(eb, quick, setup=setup)
    peak, rms = quantity_text(quick.peak_jy, "Jy/beam"), quantity_text(quick.rms_jy, "Jy/beam")
    beam = f"{quick.beam[0]:.2f} x {quick.beam[1]:.2f} arcsec"
    figures = (
        context.draw(
            "target_image.png",
            partial(draw_quick_image, quick=quick, title=f"{name}: peak {peak}, rms {rms}"),
            caption=f"Quick continuum image of {name} (natural weights, 100 iterations; scale "
            f"linear near zero, logarithmic above; the ellipse is the beam){pointing_text(eb, field_id)}",
            alt=f"Image with peak {peak}, rms {rms} in the corners, beam {beam}.",
        ),
        context.draw(
            "target_psf.png",
            partial(draw_quick_image, quick=quick, title=f"Point-spread function of {name}", is_psf=True),
            caption=f"Point-spread function of the quick image of {name}",
            alt=f"Image of the response to a point; main lobe {beam}.",
        ),
        context.draw(
            "target_uv.png",
            partial(draw_uv_page, averages=context.averages(field_id), name=name),
            caption=f"uv coverage of {name}: averages of 60 s; the conjugates are crosses",
            alt=f"Tracks in the uv plane out to {setup.longest_m:.0f} m baselines.",
        ),
    )
    text = context.write("sensitivity.txt", sensitivity_text(facts, quick))
    return ItemProducts(figures, (text,), run_checks(QuickImageMeasurement(facts, quick)), _numbers(facts, quick))


def _numbers(facts: SensitivityFacts, quick: QuickImage) -> dict[str, float]:
    return {
        "rms_jy_per_beam": quick.rms_jy,
        "peak_jy_per_beam": quick.peak_jy,
        "expected_rms_jy_per_beam": facts.expected_jy,
        "expected_rms_from_weights_jy_per_beam": facts.weights_jy,
        "beam_major_arcsec": quick.beam[0],
        "beam_minor_arcsec": quick.beam[1],
        "beam_angle_deg": quick.beam[2],
        "recommended_cell_arcsec": facts.cell_arcsec,
        "recommended_size_pixels": float(facts.size),
    }


ITEM = Item(
    key="target_image",
    title="Quick image of the target",
    look_for="Beam, rms and artefacts; the rms near the expected one where the image is not limited by dynamic range.",
    files=("target_image.png", "target_psf.png", "target_uv.png", "sensitivity.txt"),
    make=make,
    part=3,
    place=160,
)
