"""The imaging as one call: from what is named and asked for to the record of all images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from almared.errors import InputError
from almared.mous import read_mous
from almared.mous.places import IMAGING
from almared.plan import Plan
from almared.records.images import ImagesRecord
from almared.run.display import Display, no_display
from almared.stages.imaging.record import record_images
from almared.stages.imaging.stage import (
    ImagingOrder,
    choose_images,
    order_of_mous,
    prepare_images,
    run_images,
)


def imaging_order(
    mous: Path | None, measurement_sets: Sequence[Path], *, given: Mapping[str, Any], out: Path | None = None
) -> ImagingOrder:
    """Return what is imaged, and how; what is given goes before ``mous.toml``.

    Parameters
    ----------
    mous : Path, optional
        A MOUS.
    measurement_sets : sequence of Path
        Calibrated MSs in place of a MOUS.
    given : mapping of str to object
        Options of ``almared image``, by name.
    out : Path, optional
        Directory of the images of measurement sets.

    Raises
    ------
    InputError
        There are both a MOUS and measurement sets, or neither; or one of them is not there.
    """
    if bool(mous) == bool(measurement_sets):
        raise InputError("give either a MOUS or calibrated MSs", repair="almared image MOUS, or almared image --ms MS")
    if mous is not None:
        return _with_options(order_of_mous(read_mous(mous)), given)
    missing = [path for path in measurement_sets if not path.is_dir()]
    if missing:
        raise InputError("there is no MS", where=str(missing[0]), repair="correct the path after --ms")
    return _with_options(ImagingOrder(directory=out or Path(IMAGING), inputs=tuple(measurement_sets)), given)


def _with_options(order: ImagingOrder, given: Mapping[str, Any]) -> ImagingOrder:
    changes = {
        "cell_arcsec": given["cell"],
        "imsize": (given["imsize"], given["imsize"]) if given["imsize"] else None,
        "robust": given["robust"],
        "threshold_jy": given["threshold"],
        "niter": given["niter"],
        "chunks": given["chunks"],
    }
    wishes = replace(
        order.wishes,
        has_cubes=order.wishes.has_cubes and not given["no_cubes"],
        has_continuum=order.wishes.has_continuum and not given["no_continuum"],
        pb_name=given["pb_name"] or order.wishes.pb_name,
    )
    return replace(
        order,
        fields=given["fields"] or order.fields,
        wishes=wishes,
        overrides=replace(order.overrides, **{name: value for name, value in changes.items() if value is not None}),
        workers=given["workers"],
        scheduler=given["scheduler"],
        memory_bytes=given["memory"] * 1e9 if given["memory"] else None,
        keeps_continuum=given["no_contsub"] or order.keeps_continuum,
        is_forced=given["is_forced"],
        should_break_lock=given["should_break_lock"],
    )


def make_images(
    order: ImagingOrder, *, on_choices: Callable[[Plan], None], display: Display = no_display
) -> ImagesRecord:
    """Prepare the data, choose, make and measure all images.

    Parameters
    ----------
    order : ImagingOrder
        What is imaged, and how.
    on_choices : callable
        Hears the plan before it is run.
    display : callable
        Shows the runs.

    Raises
    ------
    AlmaredError
        The input cannot be used, there is nothing to image, or a step failed.
    """
    prepare_images(order, display=display)
    chosen = choose_images(order)
    on_choices(chosen.plan)
    run_images(order, chosen, display=display)
    return record_images(order, chosen)
