"""Steps that make images: tclean, primary-beam correction, FITS files (domain D.3, D.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from almared.basics.select import id_ranges
from almared.heuristics.imaging.chunks import BASE_BYTES, SECONDS_PER_PLANE_PIXEL
from almared.heuristics.imaging.clean import automask_arguments
from almared.heuristics.thresholds.imaging import IMAGE_PB_LEVEL
from almared.plan import Action, Argument, Call, Plan, Routine, Step, StepNeeds
from almared.recipes.building import call, check_made, routine
from almared.recipes.imaging import roles
from almared.recipes.imaging.choices import ImageChoices
from almared.recipes.imaging.continuum import CONTINUUM, SUBTRACTED
from almared.recipes.imaging.facts import round_threshold
from almared.recipes.imaging.situation import clean_record

KINDS = ("residual", "psf", "model", "pb", "sumwt", "mask", "weight")
"""Images of a chunk that are joined."""

GRIDDED = ("residual", "psf", "pb", "sumwt", "model")
"""What a clean leaves before it restores."""

SHARED = ("vis", "field", "imsize", "cell", "weighting", "robust", "uvtaper")
"""Arguments that apparentsens has in common with tclean."""

RESTORED = ("image", "image.pbcor")
TERMS = ("residual", "psf", "model", "sumwt", "image", "weight")
"""Images of which mtmfs makes one for each term."""

SCRATCH = "work.temp"
"""Image that mtmfs holds while it computes the spectral index; one of a killed tclean stops all later ones."""

SECONDS_FIXED = 10.0
"""Time of an image without pixels, on two cores."""


def products(image: ImageChoices) -> tuple[str, ...]:
    """Return the images that tclean surely makes."""
    return tuple(f"{image.name}.{kind}" for kind in (*GRIDDED, *RESTORED))


def fits_products(image: ImageChoices, *, pb_name: str) -> dict[str, str]:
    """Return the FITS file of each image that is exported (domain D.4, J)."""
    return {
        f"{image.name}.image": f"{image.name}.image.fits",
        f"{image.name}.image.pbcor": f"{image.name}.pbcor.fits",
        f"{image.name}.pb": f"{image.name}.{pb_name}.fits",
        f"{image.name}.mask": f"{image.name}.mask.fits",
    }


def image_step(image: ImageChoices, number: int, *, averaged: Sequence[int], pb_name: str) -> Step:
    """Return the plain step of an image: one clean of a single field, automatic masks, all channels at once.

    Parameters
    ----------
    image : ImageChoices
        The image.
    number : int
        Of the step.
    averaged : sequence of int
        Windows of calibrated_final.ms in the continuum MS, which counts them from 0.
    pb_name : str
        ``flux`` or ``pb``.
    """
    clean = _clean_call(image, averaged)
    if image.axis is not None:
        clean = clean.with_argument("restoringbeam", "common", reason="one beam for all channels")
    clean = clean.with_argument("pbcor", True)
    exports = [
        call(
            "exportfits",
            role=roles.EXPORT,
            imagename=name,
            fitsimage=fits,
            velocity=image.kind == "cube",
            overwrite=True,
        )
        for name, fits in fits_products(image, pb_name=pb_name).items()
    ]
    made = products(image)
    kind = "Continuum image" if image.kind == "cont" else "Cube"
    return Step(
        number,
        f"{kind} {image.name}",
        (clear_images(image.name), clean, keep_record(image.name), check_made(*made), *exports),
        makes=(*made, clean_record(image.name), *(str(export.get("fitsimage")) for export in exports)),
        after=(3, 4) if image.kind == "cube" else (4,),
        needs=image_needs(image, 1.0, disk=1.0),
    )


def _clean_call(image: ImageChoices, averaged: Sequence[int]) -> Call:
    """Return the call of tclean."""
    is_cube = image.kind == "cube"
    # split numbers the windows again when it leaves some out.
    spws = image.spw_ids if is_cube else [averaged.index(spw) for spw in image.spw_ids if spw in averaged]
    arguments: dict[str, object] = {
        "vis": SUBTRACTED if is_cube else CONTINUUM,
        "imagename": image.name,
        "field": id_ranges(image.field_ids),
        "spw": id_ranges(spws),
        "datacolumn": "data",
        **_spectral(image),
        "gridder": image.gridder,
        "phasecenter": image.phase_centre,
        "imsize": image.imsize,
        "cell": Argument("", f"{image.cell_arcsec.value:g}arcsec", reason=image.cell_arcsec.reason),
        "pblimit": IMAGE_PB_LEVEL.value,
        **_weighting(image),
        **_cleaning(image),
        "parallel": False,
    }
    return replace(call("tclean", role=roles.CLEAN_WHOLE, **arguments), result="cleaned")


def _spectral(image: ImageChoices) -> dict[str, object]:
    if image.axis is None:
        return {"specmode": "mfs", "deconvolver": image.deconvolver}
    axis = image.axis.value
    return {
        "specmode": "cube",
        "outframe": "LSRK",
        "veltype": "radio",
        "restfreq": f"{axis.rest_hz / 1e9:.9f}GHz",
        "start": hertz(axis.start_hz),
        "width": Argument("", hertz(axis.width_hz), reason=f"{axis.width_km_s:.4g} km/s: {image.axis.reason}"),
        "nchan": axis.n_channels,
        "interpolation": "linear",
        "deconvolver": image.deconvolver,
    }


def hertz(value: float) -> str:
    """Return a frequency of whole Hz as CASA reads it, every figure kept."""
    return f"{value / 1e9:.9f}GHz"


def _weighting(image: ImageChoices) -> dict[str, object]:
    found: dict[str, object] = {"weighting": image.weighting}
    if image.weighting.startswith("briggs"):
        found["robust"] = image.robust
    if image.kind == "cube":
        found["perchanweightdensity"] = Argument(
            "", True, reason="each channel is weighted alone, in a chunk as in the whole"
        )
    if image.taper_arcsec:
        found["uvtaper"] = (f"{image.taper_arcsec:g}arcsec",)
    return found


def _cleaning(image: ImageChoices) -> dict[str, object]:
    """Return how deep and where it is cleaned."""
    return {
        "niter": image.niter,
        "threshold": Argument("", round_threshold(image.threshold_jy.value), reason=image.threshold_jy.reason),
        "nsigma": Argument("", 2.0, reason="where sidelobes or calibration errors are above the noise, they stop it"),
        "usemask": Argument("", "auto-multithresh", reason=image.automask.reason),
        **automask_arguments(image.automask.value),
    }


def sensitivity_step(number: int, plan: Plan, *, images: Sequence[ImageChoices]) -> Step:
    """Return the step that computes the noise of all images by the weights that are left.

    One step does it for all: apparentsens has names of its own for what it leaves behind, which would clash. Of a cube
    it computes the noise of one channel of the data.
    """
    made_by = {call.get("imagename"): call for call in plan.calls(roles.CLEAN, roles.RESTORE)}
    actions: list[Action] = []
    for image in images:
        clean = made_by[image.name]
        spw = clean.get("spw")
        if image.axis is not None:
            spw = ",".join(f"{n}:{image.middle_channel}" for n in image.spw_ids)
        given = {name: clean.get(name) for name in SHARED if clean.get(name) is not None}
        sensitivity = replace(call("apparentsens", **given, spw=spw, specmode="mfs"), result="sensitivity")
        left = tuple(f"{clean.get('vis')}.apparentsens.{kind}" for kind in ("psf", "sumwt"))
        kept = Routine("keep_theory", (Argument("", image.name), Argument("sensitivity", variable="sensitivity")))
        actions += [sensitivity, kept, routine("remove", *left)]
    made = tuple(f"{image.name}.theory.json" for image in images)
    needs = StepNeeds(memory_bytes=BASE_BYTES, seconds=SECONDS_FIXED * len(images))
    return Step(number, "Noise by the weights", tuple(actions), makes=made, after=(3, 4), needs=needs)


def keep_record(name: str) -> Routine:
    """Return what keeps the iterations of a clean and why it ended."""
    return Routine("keep_clean_record", (Argument("", name), Argument("result", variable="cleaned")))


def clear_images(name: str) -> Routine:
    """Return the removal of all images of a name: tclean would go on from them, or fail over half-made ones."""
    terms = [f"{kind}.tt{n}" for kind in TERMS for n in (0, 1, 2)]
    corrected = ["image.tt0.pbcor", "image.tt1.pbcor", "alpha", "alpha.error"]
    kinds = [*KINDS, *RESTORED, *terms, "pb.tt0", "pb.tt1", *corrected, SCRATCH]
    return routine("remove_images", name, kinds=tuple(kinds))


def image_needs(image: ImageChoices, share: float, *, disk: float) -> StepNeeds:
    """Return what a part of an image takes.

    Parameters
    ----------
    image : ImageChoices
        The image.
    share : float
        Part of its channels.
    disk : float
        Part of its disk.
    """
    size = image.size
    planes = max(1.0, share * size.n_channels)
    seconds = SECONDS_FIXED + SECONDS_PER_PLANE_PIXEL * planes * size.pixels
    memory = size.part(math.ceil(planes)).memory_bytes if image.kind == "cube" else BASE_BYTES + 100.0 * size.pixels
    return StepNeeds(disk_bytes=disk * size.disk_bytes, memory_bytes=memory, seconds=seconds)
