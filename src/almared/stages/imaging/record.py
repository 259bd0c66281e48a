"""images.json: what was imaged, how, why so, and what was reached.

One object per image; the report, the README and the package read it. The keys are in docs/reference/image.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from almared.basics.wholefile import write_whole
from almared.heuristics.imaging.clean import automask_arguments
from almared.measure.reached import ImageQuality
from almared.plan import Call, Plan
from almared.recipes.imaging.choices import ImageChoices
from almared.recipes.imaging.facts import ImageWishes
from almared.recipes.imaging.steps import fits_products
from almared.stages.imaging.measured import Measurement, measured_anew, read_measured, write_measured

if TYPE_CHECKING:
    from almared.stages.imaging.stage import ChosenImages, ImagingOrder

RECORD = "images.json"
FORMAT = 1
GROWN = "peak residual increased"
"""How tclean names the end of a clean that made things worse (casatasks 6.7.0.31, stop codes 5 and 6)."""

RMS_ABOVE = 1.2
"""Noise over theory, or request, from which it is told."""


def record_images(order: ImagingOrder, chosen: ChosenImages) -> dict[str, Any]:
    """Measure all images, write ``images.json`` beside them, and return what it holds.

    Raises
    ------
    InputError
        A FITS file cannot be read.
    """
    measured = read_measured(order.directory)
    entries = [_entry(order, image, plan=chosen.plan, measured=measured) for image in chosen.imaging.images]
    write_measured(order.directory, {name: measured[name] for name in (entry["name"] for entry in entries)})
    document = {
        "format": FORMAT,
        "uid": order.uid,
        "script": chosen.plan.script,
        "casatasks": chosen.plan.build,
        "inputs": [each.vis for each in chosen.imaging.inputs],
        "continuum_ranges": chosen.ranges.source,
        "warnings": list(chosen.plan.warnings),
        "images": entries,
    }
    write_whole(order.directory / RECORD, json.dumps(document, indent=1, allow_nan=False) + "\n")
    return document


def _entry(order: ImagingOrder, image: ImageChoices, *, plan: Plan, measured: dict[str, Measurement]) -> dict[str, Any]:
    """Return the entry of an image; it is measured only when its files are not those that were measured before."""
    files = _files(image, order.wishes.pb_name)
    made_from = {kind: order.directory / files[kind] for kind in ("image", "pbcor", "pb", "mask")}
    picture = order.directory / files["preview"]
    found = measured_anew(measured.get(image.name), made_from, picture=picture, title=partial(_title, image))
    measured[image.name], reached = found, found.reached
    record = json.loads((order.directory / f"{image.name}.clean.json").read_text(encoding="utf-8"))
    told = json.loads((order.directory / f"{image.name}.theory.json").read_text(encoding="utf-8"))
    theory = _theory(image, told)
    requested = _requested(image, order.wishes)
    return {
        **_facts(image),
        "files": {kind: name for kind, name in files.items() if (order.directory / name).exists()},
        **_figures(reached),
        "theory_rms_jy": theory,
        "apparent_rms_jy": told["apparent_sensitivity_jy"],
        "requested_rms_jy": requested,
        "iterations": record["iterations"],
        "stopped_because": record["stopped_because"],
        "is_cleaned": record["iterations"] > 0,
        "parameters": _parameters(image, plan),
        "reasons": {entry.name.rpartition(": ")[2]: entry.choice.reason for entry in image.named_choices()},
        "warnings": [
            *cleaning_warnings(str(record["stopped_because"])),
            *_warnings(reached, theory=theory, requested=requested),
        ],
    }


def _facts(image: ImageChoices) -> dict[str, Any]:
    axis = image.axis.value if image.axis else None
    channels = {
        "number": axis.n_channels,
        "start_hz": axis.start_hz,
        "width_hz": axis.width_hz,
        "width_km_s": axis.width_km_s,
        "rest_hz": axis.rest_hz,
        "frame": "LSRK",
        "chunks": list(image.chunks.value),
    } if axis else None  # fmt: skip
    return {
        "name": image.name,
        "source": image.source,
        "kind": image.kind,
        "field_ids": list(image.field_ids),
        "spw_ids": list(image.spw_ids),
        "frequency_hz": image.frequency_hz,
        "channels": channels,
        "is_continuum_subtracted": image.is_line_only,
    }


def _figures(reached: ImageQuality) -> dict[str, Any]:
    beam = reached.beam
    numbers = ("rms_jy", "peak_jy", "peak_snr", "flux_jy", "flux_error_jy", "line_flux_jy_km_s")
    return {
        "beam": beam
        and {"major_arcsec": beam.major_arcsec, "minor_arcsec": beam.minor_arcsec, "angle_deg": beam.angle_deg},
        **{key: _finite(getattr(reached, key)) for key in numbers},
        "line_free_channels": reached.n_line_free,
    }


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
    """Return the arguments of the call of tclean that made the image."""
    calls = [a for step in plan.steps for a in step.actions if isinstance(a, Call) and a.task == "tclean"]
    mine = next(call for call in calls if call.get("imagename") == image.name)
    given = {argument.name: argument.value for argument in mine.arguments}
    return given if image.mask or not image.niter else {**given, **automask_arguments(image.automask.value)}


def _theory(image: ImageChoices, record: Mapping[str, Any]) -> float:
    """Return the noise by apparentsens (Jy), scaled from a channel of the data to one of the cube."""
    apparent = float(record["apparent_sensitivity_jy"]) * image.noise_scale
    return apparent if image.axis is None else apparent * float((image.width_hz / image.axis.value.width_hz) ** 0.5)


def cleaning_warnings(stopped_because: str) -> list[str]:
    """Return what to say of a clean that ran away from its solution: tclean stops it, and keeps what it made."""
    because = next((why for why in stopped_because.split("; ") if GROWN in why), "")
    repair = "use a smaller mask, a larger image, or a higher cyclefactor"
    return [f"diverged: tclean stopped as its {because}; {repair}"] if because else []


def _warnings(reached: ImageQuality, *, theory: float, requested: float | None) -> list[str]:
    found = []
    if reached.rms_jy > RMS_ABOVE * theory:
        found.append(f"its noise is {reached.rms_jy / theory:.2g} times the theory")
    if requested is not None and reached.rms_jy > RMS_ABOVE * requested:
        found.append(f"its noise is {reached.rms_jy / requested:.2g} times what was asked for")
    return found


def read_record(directory: Path) -> dict[str, Any]:
    """Return what ``images.json`` holds, nothing when there is none."""
    path = directory / RECORD
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
