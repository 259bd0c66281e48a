"""The imaging stage: prepare the data, find what is free of lines, choose, write the script, run it, measure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from almared.errors import PlanError
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.targets import group_targets, read_calibrated
from almared.heuristics.imaging.spectral import LineWish, choose_averaging
from almared.model import Choice, Finding
from almared.model.finding import warning
from almared.model.targets import CalibratedMs, Target
from almared.mous import Mous
from almared.mous.places import IMAGING_SCRIPT, MousTree
from almared.mous.settings import ImagingTable, RequestTable
from almared.physics.constants import ARCSEC_PER_RAD
from almared.plan import Plan
from almared.recipes.imaging.choices import Chooser, ImageChoices, image_radius_arcsec
from almared.recipes.imaging.choose import ImagingPlan, plan_imaging, plan_preparation
from almared.recipes.imaging.continuum import LineFree
from almared.recipes.imaging.facts import ImageWishes, Machine, Overrides, TargetFacts
from almared.recipes.imaging.prepare import FINAL
from almared.records.inputs import changed_inputs, product_fingerprint, write_inputs
from almared.records.state import StepState, script_states
from almared.run.display import Display, no_display
from almared.run.execute import RunOptions, RunResult, edited_lines, run_script
from almared.run.resources import available_memory
from almared.script.read import read_script
from almared.script.written import write_script
from almared.stages.imaging.facts import describe_input, find_calibrated, gather_facts, select_targets
from almared.stages.imaging.lines import ContinuumRanges, continuum_ranges, forget_ranges, write_ranges

PREPARATION = (0, 1)
"""Steps that run before the continuum ranges are measured."""

EDITED = "the script was edited by hand and runs unchanged; --force backs it up and makes a new one"

KEPT = "the continuum is kept, as requested"


@dataclass(frozen=True, slots=True)
class ImagingOrder:
    """What is imaged, where, and how.

    Parameters
    ----------
    directory : Path
        Directory of the script and all images.
    inputs : tuple of Path
        Calibrated MSs.
    uid : str
        Of the MOUS, empty for an MS alone.
    fields : tuple of str
        Sources, all when empty.
    wishes : ImageWishes
        What is to be made.
    overrides : Overrides
        What a person set.
    workers : int
        Processes side by side.
    memory_bytes : float, bytes, optional
        Memory that may be used, what is free when None.
    keeps_continuum : bool or tuple of str
        Whether the cubes of all sources, or of which, keep their continuum.
    is_forced : bool
        Replace a script that was edited by hand.
    scheduler : str
        Address of the Dask scheduler, empty for this machine.
    should_break_lock : bool
        Take the lock of a run on another machine.
    """

    directory: Path
    inputs: tuple[Path, ...]
    uid: str = ""
    fields: tuple[str, ...] = ()
    wishes: ImageWishes = field(default_factory=ImageWishes)
    overrides: Overrides = field(default_factory=Overrides)
    workers: int = 1
    memory_bytes: float | None = None
    keeps_continuum: bool | tuple[str, ...] = False
    is_forced: bool = False
    scheduler: str = ""
    should_break_lock: bool = False


@dataclass(frozen=True, slots=True)
class ChosenImages:
    """The choices, before anything is imaged.

    Parameters
    ----------
    ms : CalibratedMs
        What they rest on.
    facts : tuple of TargetFacts
        The sources.
    imaging : ImagingPlan
        Images with their choices.
    plan : Plan
        The whole script.
    ranges : ContinuumRanges
        What is free of lines.
    """

    ms: CalibratedMs
    facts: tuple[TargetFacts, ...]
    imaging: ImagingPlan
    plan: Plan
    ranges: ContinuumRanges


def order_of_mous(mous: Mous) -> ImagingOrder:
    """Return the imaging that ``mous.toml`` asks for.

    Raises
    ------
    InputError
        There is no calibrated MS, or there are two different ones.
    """
    settings = mous.settings
    return ImagingOrder(
        directory=mous.tree.imaging,
        inputs=(find_calibrated(mous),),
        uid=settings.uid,
        fields=settings.imaging.fields,
        wishes=_wishes(settings.request, settings.imaging),
        overrides=_overrides(settings.imaging, mous.tree),
        keeps_continuum=settings.imaging.keep_continuum,
    )


def _wishes(request: RequestTable, imaging: ImagingTable) -> ImageWishes:
    beam = request.beam_rad
    return ImageWishes(
        beam_arcsec=(beam[0] * ARCSEC_PER_RAD, beam[1] * ARCSEC_PER_RAD) if beam else None,
        rms_jy=request.rms_jy,
        rms_bandwidth_hz=request.bandwidth_hz,
        lines=tuple(
            LineWish(line.name, line.rest_frequency_hz, line.channel_width_m_s, line.velocity_m_s)
            for line in request.line
        ),
        has_continuum=imaging.continuum,
        has_cubes=imaging.cubes,
        pb_name=imaging.pb_name,
    )


def _overrides(imaging: ImagingTable, tree: MousTree) -> Overrides:
    # Paths in mous.toml start from the MOUS, those in the script from its directory.
    masks = {name: os.path.relpath(tree.root / path, tree.imaging) for name, path in imaging.masks.items()}
    return Overrides(
        cell_arcsec=imaging.cell_rad * ARCSEC_PER_RAD if imaging.cell_rad else None,
        imsize=imaging.imsize,
        robust=imaging.robust,
        gridder=imaging.gridder,
        phase_centre=imaging.phase_center,
        weighting=imaging.weighting,
        taper_arcsec=imaging.uv_taper_rad * ARCSEC_PER_RAD if imaging.uv_taper_rad else None,
        threshold_jy=imaging.threshold_jy,
        niter=imaging.niter,
        masks=masks,
    )


def prepare_images(order: ImagingOrder, *, display: Display = no_display) -> RunResult:
    """Make calibrated_final.ms, or find that it is there and up to date.

    Raises
    ------
    AlmaredError
        The input cannot be used, or a step failed.
    """
    order.directory.mkdir(parents=True, exist_ok=True)
    fingerprints = {str(path): product_fingerprint(path.parent, path.name) for path in order.inputs}
    steps = ",".join(str(n) for n in PREPARATION)
    if is_prepared(order) and not changed_inputs(order.directory, fingerprints):
        return RunResult(())
    sets = [read_calibrated(OpenMs(path)) for path in order.inputs]
    inputs = tuple(describe_input(each, order.directory, fields=order.fields) for each in sets)
    _write(order, plan_preparation(ImagingPlan(order.uid, inputs)))
    result = _run(order, RunOptions(steps=steps, should_break_lock=order.should_break_lock), display=display)
    write_inputs(order.directory, fingerprints)
    forget_ranges(order.directory)
    return result


def is_prepared(order: ImagingOrder) -> bool:
    """Tell whether calibrated_final.ms was made by the script there."""
    script = order.directory / IMAGING_SCRIPT
    if not script.is_file() or not (order.directory / FINAL).is_dir():
        return False
    states = {status.number: status.state for status in script_states(read_script(script))}
    return all(states.get(number) is StepState.DONE for number in PREPARATION)


def choose_images(order: ImagingOrder) -> ChosenImages:
    """Return all choices; from calibrated_final.ms, or from the input before that is made.

    Raises
    ------
    AlmaredError
        The input cannot be used, or there is nothing to image.
    """
    opened = [OpenMs(path) for path in order.inputs]
    sets = [read_calibrated(each) for each in opened]
    inputs = tuple(describe_input(each, order.directory, fields=order.fields) for each in sets)
    data, ms = opened[0], sets[0]
    if is_prepared(order):
        data = OpenMs(order.directory / FINAL)
        ms = read_calibrated(data)
    targets = [t for t in group_targets(ms) if not order.fields or t.name in order.fields]
    facts = gather_facts(data, ms, targets=targets)
    machine = Machine(order.workers, order.memory_bytes or available_memory() or 4e9)
    chooser = Chooser(ms, order.wishes, _with_masks(order), machine)
    images = tuple(image for each in facts for image in chooser.images_of(each))
    if not images:
        raise PlanError(
            "there is nothing to image: no continuum, and no cube of a line in these windows",
            where=str(ms.path),
            repair="ask for continuum or cubes, or correct the lines of mous.toml",
        )
    ranges = continuum_ranges(data, ms, facts=facts, directory=order.directory)
    kept = _kept_continuum(order, targets)
    images = tuple(replace(i, is_line_only=i.source not in kept and _is_free(i, ranges.line_free)) for i in images)
    imaging = ImagingPlan(
        uid=order.uid,
        inputs=inputs,
        images=chooser.with_chunks(images),
        line_free=ranges.line_free,
        averaging=_averaging(ms, images),
        keep_continuum=KEPT if kept >= {image.source for image in images if image.kind == "cube"} else "",
        pb_name=order.wishes.pb_name,
        findings=_findings(ranges, is_changed=is_edited(order)),
        data_bytes=sum(each.n_bytes for each in inputs),
    )
    return ChosenImages(ms, facts, imaging, plan_imaging(imaging), ranges)


def _findings(ranges: ContinuumRanges, *, is_changed: bool) -> tuple[Finding, ...]:
    edited = (warning("IMAG01", EDITED),) if is_changed else ()
    return (*(warning("LINE01", text) for text in ranges.warnings), *edited)


def _kept_continuum(order: ImagingOrder, targets: Sequence[Target]) -> set[str]:
    """Return the sources whose cubes keep their continuum."""
    keeps = order.keeps_continuum
    return {t.name for t in (targets if keeps is True else select_targets(targets, keeps) if keeps else ())}


def _is_free(image: ImageChoices, line_free: Sequence[LineFree]) -> bool:
    """Tell whether all windows of an image have channels from which the continuum is known."""
    known = {(number, entry.spw_id) for entry in line_free if entry.ranges for number in entry.field_ids}
    return {(number, spw) for number in image.field_ids for spw in image.spw_ids} <= known


def _with_masks(order: ImagingOrder) -> Overrides:
    """Return the overrides with the masks in ``masks`` next to the script, ``<image>.mask``."""
    folder = order.directory / "masks"
    found: Mapping[str, str] = {
        path.stem: f"masks/{path.name}"
        for path in sorted(folder.glob("*"))
        if path.suffix in (".mask", ".crtf", ".image")
    }
    return replace(order.overrides, masks={**found, **order.overrides.masks})


def _averaging(ms: CalibratedMs, images: tuple[ImageChoices, ...]) -> dict[int, Choice[int]]:
    found: dict[int, Choice[int]] = {}
    for image in (image for image in images if image.kind == "cont"):
        for spw in image.spw_ids:
            window = ms.windows[spw]
            choice = choose_averaging(
                window.n_channels,
                window.channel_width_hz,
                frequency_hz=window.mean_frequency_hz,
                beam_arcsec=image.psf.minor_arcsec,
                radius_arcsec=image_radius_arcsec(image, ms.smallest_dish_m),
            )
            # One MS serves all sources: the finest channels that one of them asks for.
            found[spw] = min(choice, found.get(spw, choice), key=lambda c: c.value)
    return found


def run_images(order: ImagingOrder, chosen: ChosenImages, *, display: Display = no_display) -> RunResult:
    """Write the whole script and run what of it is left.

    Raises
    ------
    AlmaredError
        Resources will not do, or a step failed.
    """
    write_ranges(chosen.ranges, order.directory)
    _write(order, chosen.plan)
    options = RunOptions(workers=order.workers, scheduler=order.scheduler, should_break_lock=order.should_break_lock)
    return _run(order, options, display=display)


def is_edited(order: ImagingOrder) -> bool:
    """Tell whether a person edited the script; it is then run as it is, unless that is forced away."""
    script = order.directory / IMAGING_SCRIPT
    return script.is_file() and not order.is_forced and bool(edited_lines(script))


def _write(order: ImagingOrder, plan: Plan) -> None:
    if not is_edited(order):
        write_script(plan, order.directory, is_forced=order.is_forced)


def _run(order: ImagingOrder, options: RunOptions, *, display: Display) -> RunResult:
    script = order.directory / IMAGING_SCRIPT
    with display(read_script(script)) as listener:
        return run_script(script, options, listener=listener)
