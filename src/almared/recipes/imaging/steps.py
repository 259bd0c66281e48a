"""Steps that make images: tclean, primary-beam correction, FITS files (domain D.3, D.4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from almared.basics.select import id_ranges
from almared.heuristics.imaging.chunks import (
    BASE_BYTES,
    CHUNK_DISK,
    CHUNK_MARGIN,
    SECONDS_PER_PLANE_PIXEL,
    with_margins,
)
from almared.heuristics.imaging.clean import Automask, automask_arguments, choose_cycle_factor
from almared.heuristics.imaging.spectral import CubeAxis
from almared.heuristics.thresholds.imaging import IMAGE_BEAM_FIT, IMAGE_PB_LEVEL
from almared.physics.beams import HOLE_M
from almared.plan import Action, Argument, Call, Routine, Step, StepNeeds
from almared.recipes.building import call, check_made, routine
from almared.recipes.imaging.choices import ImageChoices
from almared.recipes.imaging.facts import round_threshold

KINDS = ("residual", "psf", "model", "pb", "sumwt", "mask", "weight")
"""Images of a chunk that are joined."""

RESTORED = ("image", "image.pbcor")
TERMS = ("residual", "psf", "model", "sumwt", "image", "weight")
"""Images of which mtmfs makes one for each term."""

SCRATCH = "work.temp"
"""Image that mtmfs holds while it computes the spectral index; one of a killed tclean stops all later ones."""

SECONDS_FIXED = 10.0
"""Time of an image without pixels, on two cores."""


def products(image: ImageChoices) -> tuple[str, ...]:
    """Return the images that tclean and the corrections surely make."""
    if image.deconvolver.value == "mtmfs":
        made = [f"residual.tt{n}" for n in (0, 1)] + [f"image.tt{n}" for n in (0, 1)]
        return tuple(f"{image.name}.{kind}" for kind in (*made, "image.tt0.pbcor", "pb.tt0", "psf.tt0"))
    return tuple(f"{image.name}.{kind}" for kind in (*_gridded(image), *RESTORED))


def _gridded(image: ImageChoices) -> tuple[str, ...]:
    """Return what a clean leaves before it restores; a dirty image has no model."""
    return ("residual", "psf", "pb", "sumwt", *(("model",) if image.niter else ()))


def fits_products(image: ImageChoices, *, pb_name: str) -> dict[str, str]:
    """Return the FITS file of each image that is exported (domain D.4, J)."""
    term = ".tt0" if image.deconvolver.value == "mtmfs" else ""
    return {
        f"{image.name}.image{term}": f"{image.name}.image.fits",
        f"{image.name}.image{term}.pbcor": f"{image.name}.pbcor.fits",
        f"{image.name}.pb{term}": f"{image.name}.{pb_name}.fits",
        f"{image.name}.mask": f"{image.name}.mask.fits",
    }


@dataclass(frozen=True, slots=True)
class ImageInputs:
    """An image and the data that it is made from.

    Parameters
    ----------
    image : ImageChoices
        The image.
    vis : str
        The MS.
    spws : tuple of int
        Its windows in that MS.
    after : tuple of int
        Steps that it builds on.
    """

    image: ImageChoices
    vis: str
    spws: tuple[int, ...]
    after: tuple[int, ...]


def image_steps(placed: ImageInputs, *, first: int, pb_name: str) -> tuple[Step, ...]:
    """Return the steps of one image: one, or one for each chunk of channels and one that joins them.

    Parameters
    ----------
    placed : ImageInputs
        The image and its data.
    first : int
        Number of the first step.
    pb_name : str
        ``flux`` or ``pb``.
    """
    image, vis, spws, after = placed.image, placed.vis, placed.spws, placed.after
    counts = image.chunks.value
    if image.axis is None or len(counts) == 1:
        return (_whole(image, _clean_call(image, vis, spws=spws), first=first, after=after, pb_name=pb_name),)
    pieces = with_margins(counts, margin=CHUNK_MARGIN if image.niter else 0)
    names = [f"{image.name}.chunk{n:02d}" for n in range(len(counts))]
    steps = [
        _chunk(image, _clean_call(image, vis, spws=spws), name=name, axis=image.axis.value.part(begin, count))
        for name, (begin, count, _, _) in zip(names, pieces, strict=True)
    ]
    numbered = [step.placed(first + n, after=after) for n, step in enumerate(steps)]
    chunk_numbers = tuple(step.number for step in numbered)
    kept = {name: (low, high) for name, (_, _, low, high) in zip(names, pieces, strict=True)}
    joined = _join(image, _clean_call(image, vis, spws=spws), kept=kept, pb_name=pb_name)
    return (*numbered, joined.placed(first + len(counts), after=chunk_numbers))


def _whole(image: ImageChoices, clean: Call, *, first: int, after: tuple[int, ...], pb_name: str) -> Step:
    if image.axis is not None:
        clean = clean.with_argument("restoringbeam", "common", reason="one beam for all channels")
    clean = clean.with_argument("pbcor", True)
    pattern, table, clean = _with_pattern(image, clean)
    actions: list[Action] = [
        _cleared(image.name), *pattern, _kept(clean), _record(image.name), check_made(*products(image))
    ]  # fmt: skip
    exported, names = _exports(image, pb_name)
    made = (*products(image), *table, f"{image.name}.clean.json", *names)
    kind = "Continuum image" if image.kind == "cont" else "Cube"
    return Step(
        first,
        f"{kind} {image.name}",
        (*actions, *exported),
        makes=made,
        after=after,
        needs=_needs(image, 1.0, disk=1.0),
    )


def _chunk(image: ImageChoices, clean: Call, *, name: str, axis: CubeAxis) -> Step:
    clean = _with_axis(clean.with_argument("imagename", name), axis).with_argument(
        "restoration", False, reason="the joined cube is restored with one beam"
    )
    pattern, table, clean = _with_pattern(image, clean)
    made = (*(f"{name}.{kind}" for kind in _gridded(image)), *table)
    actions: tuple[Action, ...] = (_cleared(name), *pattern, _kept(clean), _record(name), check_made(*made))
    share = axis.n_channels / image.size.n_channels
    title = f"Cube {image.name}, {axis.n_channels} channels from {axis.start_hz / 1e9:.6f} GHz"
    return Step(
        0,
        title,
        actions,
        makes=(*made, f"{name}.clean.json"),
        needs=_needs(image, share, disk=CHUNK_DISK * share),
    )


def _join(image: ImageChoices, clean: Call, *, kept: Mapping[str, tuple[int, int]], pb_name: str) -> Step:
    kinds = KINDS if image.gridder.value == "mosaic" else KINDS[:-1]
    join = routine("join_chunks", image.name, chunks=tuple(kept), kinds=kinds, channels=tuple(kept.values()))
    restore = (
        _without_masks(clean)
        .with_argument("niter", 0)
        .with_argument(
            "calcpsf", False, reason="nothing is gridded again: residuals and models are those of the chunks"
        )
        .with_argument("calcres", False)
        .with_argument("restoringbeam", "common", reason="one beam over all chunks")
        .with_argument("pbcor", True)
    )
    exported, fits = _exports(image, pb_name)
    actions = (_cleared(image.name), join, restore, check_made(*products(image)), *exported)
    made = (*products(image), f"{image.name}.clean.json", *fits)
    return Step(0, f"Cube {image.name} from its chunks", actions, makes=made, needs=_needs(image, 0.2, disk=1.0))


def _with_pattern(image: ImageChoices, clean: Call) -> tuple[tuple[Routine, ...], tuple[str, ...], Call]:
    """Return what makes the voltage pattern of the dishes, its table, and the call of tclean with it."""
    aperture = image.aperture_m
    if aperture is None:
        return (), (), clean
    table, vis = f"{clean.get('imagename')}.vp", str(clean.get("vis"))
    made = routine("write_voltage_pattern", table, vis=vis, aperture_m=aperture.value, hole_m=HOLE_M)
    return (made,), (table,), clean.with_argument("vptable", table, reason=aperture.reason)


def _clean_call(image: ImageChoices, vis: str, *, spws: Sequence[int]) -> Call:
    """Return the call of tclean without what tells a whole image from a chunk."""
    is_mosaic = image.gridder.value == "mosaic"
    arguments: dict[str, object] = {
        "vis": vis,
        "imagename": image.name,
        "field": id_ranges(image.field_ids),
        "spw": id_ranges(spws),
        "datacolumn": "data",
        **_spectral(image),
        "gridder": image.gridder,
        **({"mosweight": True, "usepointing": False} if is_mosaic else {}),
        "phasecenter": image.phase_centre,
        "imsize": image.imsize,
        "cell": Argument("", f"{image.cell_arcsec.value:g}arcsec", reason=image.cell_arcsec.reason),
        "pblimit": IMAGE_PB_LEVEL.value,
        **_beam_fit(image),
        **_weighting(image),
        **_cleaning(image),
        "parallel": False,
    }
    return call("tclean", **arguments)


def _spectral(image: ImageChoices) -> dict[str, object]:
    if image.axis is None:
        nterms = {"nterms": 2} if image.deconvolver.value == "mtmfs" else {}
        return {"specmode": "mfs", "deconvolver": image.deconvolver, **nterms}
    is_moving = image.phase_centre.value == "TRACKFIELD"
    axis = image.axis.value
    return {
        "specmode": "cubesource" if is_moving else "cube",
        "outframe": "" if is_moving else "LSRK",
        "veltype": "radio",
        "restfreq": f"{axis.rest_hz / 1e9:.9f}GHz",
        "start": _hertz(axis.start_hz),
        "width": Argument("", _hertz(axis.width_hz), reason=f"{axis.width_km_s:.4g} km/s: {image.axis.reason}"),
        "nchan": axis.n_channels,
        "interpolation": "linear",
        "deconvolver": image.deconvolver,
    }


def _with_axis(clean: Call, axis: CubeAxis) -> Call:
    return clean.with_argument("start", _hertz(axis.start_hz)).with_argument("nchan", axis.n_channels)


def _hertz(value: float) -> str:
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


def _beam_fit(image: ImageChoices) -> dict[str, object]:
    """Return what keeps sidelobes out of the beam that is fitted, by which images are restored."""
    if not image.has_high_sidelobes:
        return {}
    reason = f"sidelobes of {image.psf.sidelobe:.2f} are not fitted as part of the beam"
    return {"psfcutoff": Argument("", IMAGE_BEAM_FIT.value, reason=reason)}


def _cleaning(image: ImageChoices) -> dict[str, object]:
    threshold = Argument("", round_threshold(image.threshold_jy.value), reason=image.threshold_jy.reason)
    found: dict[str, object] = {"niter": image.niter, "threshold": threshold}
    if not image.niter:
        return found
    found["nsigma"] = Argument(
        "", 2.0, reason="where sidelobes or calibration errors are above the noise, they stop it"
    )
    factor = choose_cycle_factor(image.psf.sidelobe, reaches=image.beam_reaches)
    if factor.value != 1.0 or not image.beam_reaches:
        found["cyclefactor"] = factor
    if image.mask:
        return {**found, "usemask": "user", "mask": Argument("", image.mask, reason="a mask made by hand")}
    masking: dict[str, object] = {"usemask": Argument("", "auto-multithresh", reason=image.automask.reason)}
    if image.has_high_sidelobes and image.beam_reaches:
        masking["pbmask"] = Argument("", IMAGE_PB_LEVEL.value, reason="as far as the beam reaches across")
    return {**found, **masking, **automask_arguments(image.automask.value)}


def _without_masks(clean: Call) -> Call:
    """Return the call without what only cleaning uses."""
    left_out = {"usemask", "mask", "pbmask", "nsigma", "threshold", "cyclefactor", *Automask.__slots__}
    return replace(clean, arguments=tuple(a for a in clean.arguments if a.name not in left_out))


def _kept(clean: Call) -> Call:
    return replace(clean, result="cleaned")


def sensitivity_step(number: int, images: Sequence[ImageInputs], *, after: tuple[int, ...]) -> Step:
    """Return the step that computes the noise of all images by the weights that are left.

    One step does it for all: apparentsens has names of its own for what it leaves behind, which would clash. Of a cube
    it computes the noise of one channel of the data.
    """
    actions: list[Action] = []
    for placed in images:
        clean = _clean_call(placed.image, placed.vis, spws=placed.spws)
        spw = id_ranges(placed.spws)
        if placed.image.axis is not None:
            spw = ",".join(f"{n}:{placed.image.middle_channel}" for n in placed.spws)
        shared = ("vis", "field", "imsize", "cell", "weighting", "robust", "uvtaper")
        given = {name: clean.get(name) for name in shared if clean.get(name) is not None}
        sensitivity = call("apparentsens", **given, spw=spw, specmode="mfs")
        left = tuple(f"{placed.vis}.apparentsens.{kind}" for kind in ("psf", "sumwt"))
        kept = Routine(
            "keep_theory", (Argument("", placed.image.name), Argument("sensitivity", variable="sensitivity"))
        )
        actions += [replace(sensitivity, result="sensitivity"), kept, routine("remove", *left)]
    made = tuple(f"{placed.image.name}.theory.json" for placed in images)
    needs = StepNeeds(memory_bytes=BASE_BYTES, seconds=SECONDS_FIXED * len(images))
    return Step(number, "Noise by the weights", tuple(actions), makes=made, after=after, needs=needs)


def _record(name: str) -> Routine:
    return Routine("keep_clean_record", (Argument("", name), Argument("result", variable="cleaned")))


def _cleared(name: str) -> Routine:
    """Return the removal of all images of a name: tclean would go on from them, or fail over half-made ones."""
    terms = [f"{kind}.tt{n}" for kind in TERMS for n in (0, 1, 2)]
    corrected = ["image.tt0.pbcor", "image.tt1.pbcor", "alpha", "alpha.error"]
    kinds = [*KINDS, *RESTORED, *terms, "pb.tt0", "pb.tt1", *corrected, SCRATCH]
    return routine("remove_images", name, kinds=tuple(kinds))


def _exports(image: ImageChoices, pb_name: str) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    is_cube = image.kind == "cube"
    exports = [
        call("exportfits", imagename=name, fitsimage=fits, velocity=is_cube, overwrite=True)
        for name, fits in fits_products(image, pb_name=pb_name).items()
        if not (name.endswith(".mask") and not image.niter)
    ]
    return tuple(exports), tuple(str(export.get("fitsimage")) for export in exports)


def _needs(image: ImageChoices, share: float, *, disk: float) -> StepNeeds:
    size = image.size
    planes = max(1.0, share * size.n_channels)
    seconds = SECONDS_FIXED + SECONDS_PER_PLANE_PIXEL * planes * size.pixels
    memory = size.part(math.ceil(planes)).memory_bytes if image.kind == "cube" else BASE_BYTES + 100.0 * size.pixels
    return StepNeeds(disk_bytes=disk * size.disk_bytes, memory_bytes=memory, seconds=seconds)


def steps_of(images: Sequence[ImageInputs], *, first: int, pb_name: str) -> Iterator[Step]:
    """Yield the steps of all images, numbered from the first."""
    for placed in images:
        steps = image_steps(placed, first=first, pb_name=pb_name)
        first += len(steps)
        yield from steps
