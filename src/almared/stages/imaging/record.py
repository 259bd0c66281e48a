"""images.json: what was imaged, how, why so, and what was reached.

One object per image; the report, the README and the package read it. The keys are in docs/reference/image.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from almared.checks.registry import run_checks
from almared.heuristics.imaging.clean import automask_arguments
from almared.measure.reached import ImageQuality
from almared.plan import Call, Plan
from almared.recipes.imaging.choices import ImageChoices
from almared.recipes.imaging.facts import ImageWishes
from almared.recipes.imaging.steps import fits_products
from almared.records.images import CubeChannels, ImageRecord, ImagesRecord, write_images
from almared.stages.imaging.measured import Measurement, measured_anew, read_measured, write_measured

if TYPE_CHECKING:
    from almared.stages.imaging.stage import ChosenImages, ImagingOrder


def record_images(order: ImagingOrder, chosen: ChosenImages) -> ImagesRecord:
    """Measure all images, write ``images.json`` next to them, and return what it holds.

    Raises
    ------
    InputError
        A FITS file cannot be read.
    """
    measured = read_measured(order.directory)
    entries = tuple(_entry(order, image, plan=chosen.plan, measured=measured) for image in chosen.imaging.images)
    write_measured(order.directory, {entry.name: measured[entry.name] for entry in entries})
    record = ImagesRecord(
        uid=order.uid,
        script=chosen.plan.script,
        casatasks=chosen.plan.build,
        inputs=tuple(each.vis for each in chosen.imaging.inputs),
        continuum_ranges=chosen.ranges.source,
        findings=chosen.plan.findings,
        images=entries,
    )
    write_images(order.directory, record)
    return record


def _entry(order: ImagingOrder, image: ImageChoices, *, plan: Plan, measured: dict[str, Measurement]) -> ImageRecord:
    """Return the entry of an image; it is measured only when its files are not those that were measured before."""
    files = _files(image, order.wishes.pb_name)
    made_from = {kind: order.directory / files[kind] for kind in ("image", "pbcor", "pb", "mask")}
    picture = order.directory / files["preview"]
    found = measured_anew(measured.get(image.name), made_from, picture=picture, title=partial(_title, image))
    measured[image.name], reached = found, found.reached
    clean = json.loads((order.directory / f"{image.name}.clean.json").read_text(encoding="utf-8"))
    weights = json.loads((order.directory / f"{image.name}.theory.json").read_text(encoding="utf-8"))
    theory = _theory(image, weights)
    requested = _requested(image, order.wishes)
    entry = ImageRecord(
        name=image.name,
        source=image.source,
        kind=image.kind,
        field_ids=image.field_ids,
        spw_ids=image.spw_ids,
        frequency_hz=image.frequency_hz,
        channels=_channels(image),
        is_continuum_subtracted=image.is_line_only,
        files={kind: name for kind, name in files.items() if (order.directory / name).exists()},
        beam=reached.beam,
        rms_jy=_finite(reached.rms_jy),
        peak_jy=_finite(reached.peak_jy),
        peak_snr=_finite(reached.peak_snr),
        flux_jy=_finite(reached.flux_jy),
        flux_error_jy=_finite(reached.flux_error_jy),
        line_flux_jy_km_s=_finite(reached.line_flux_jy_km_s),
        line_free_channels=reached.n_line_free,
        theory_rms_jy=theory,
        apparent_rms_jy=weights["apparent_sensitivity_jy"],
        requested_rms_jy=requested,
        iterations=clean["iterations"],
        stopped_because=clean["stopped_because"],
        parameters=_parameters(image, plan),
        reasons={entry.name.rpartition(": ")[2]: entry.choice.reason for entry in image.named_choices()},
    )
    return replace(entry, findings=run_checks(entry))


def _channels(image: ImageChoices) -> CubeChannels | None:
    if image.axis is None:
        return None
    axis = image.axis.value
    return CubeChannels(
        number=axis.n_channels,
        start_hz=axis.start_hz,
        width_hz=axis.width_hz,
        width_km_s=axis.width_km_s,
        rest_hz=axis.rest_hz,
        chunks=image.chunks.value,
    )


def _finite(value: float | None) -> float | None:
    """Return a number that JSON knows, None for an image without data."""
    return value if value is not None and math.isfinite(value) else None


def _files(image: ImageChoices, pb_name: str) -> dict[str, str]:
    kinds = ("image", "pbcor", "pb", "mask")
    exported = dict(zip(kinds, fits_products(image, pb_name=pb_name).values(), strict=True))
    return {**exported, "preview": f"{image.name}.png"}


def _title(image: ImageChoices, reached: ImageQuality) -> str:
    what = "continuum" if image.axis is None else "highest value over the channels"
    return f"{image.name}: {what} at {image.frequency_hz / 1e9:.2f} GHz, rms {reached.rms_jy * 1e3:.3g} mJy/beam"


def _requested(image: ImageChoices, wishes: ImageWishes) -> float | None:
    """Return the noise asked for, over the bandwidth of a channel of a cube if one was given with it (Jy)."""
    if wishes.rms_jy is None:
        return None
    if image.axis is None:
        return wishes.rms_jy if wishes.rms_bandwidth_hz is None else None
    if wishes.rms_bandwidth_hz is None:
        return None
    return wishes.rms_jy * float((wishes.rms_bandwidth_hz / image.axis.value.width_hz) ** 0.5)


def _parameters(image: ImageChoices, plan: Plan) -> Mapping[str, Any]:
    """Return the arguments of the call of tclean that made the image, as JSON knows them."""
    calls = [a for step in plan.steps for a in step.actions if isinstance(a, Call) and a.task == "tclean"]
    mine = next(call for call in calls if call.get("imagename") == image.name)
    given = {argument.name: argument.value for argument in mine.arguments}
    if image.niter and not image.mask:
        given |= automask_arguments(image.automask.value)
    # Lists in place of tuples, as the report shows them.
    return dict(json.loads(json.dumps(given)))


def _theory(image: ImageChoices, record: Mapping[str, Any]) -> float:
    """Return the noise by apparentsens (Jy), scaled from a channel of the data to one of the cube."""
    apparent = float(record["apparent_sensitivity_jy"]) * image.noise_scale
    return apparent if image.axis is None else apparent * float((image.width_hz / image.axis.value.width_hz) ** 0.5)
