"""The imaging of a MOUS as a plan: first the preparation, then with all images (docs/decisions/030)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from almared.model import Choice, Finding
from almared.mous.places import IMAGING_SCRIPT
from almared.plan import IMAGING, NamedChoice, Plan, Step, StepNeeds, check_plan, choice_findings, default_build
from almared.plan.faults import with_fault_warnings
from almared.recipes.imaging.choices import ImageChoices
from almared.recipes.imaging.continuum import (
    CONTINUUM_STEP,
    SUBTRACTION_STEP,
    LineFree,
    continuum_step,
    no_continuum_step,
    selfcal_step,
    subtraction_step,
)
from almared.recipes.imaging.prepare import CalibratedInput, prepare_steps
from almared.recipes.imaging.situation import ImageSituation
from almared.recipes.imaging.situations import SITUATIONS
from almared.recipes.imaging.steps import image_step, sensitivity_step
from almared.recipes.special_case import apply_cases

SELFCAL_STEP, NOISE_STEP, FIRST_IMAGE = 4, 5, 6
NO_LINES = "all windows have a single channel: calibrated_final.ms is imaged as it is"


@dataclass(frozen=True, slots=True)
class ImagingPlan:
    """All that the imaging script does.

    Parameters
    ----------
    uid : str
        Of the MOUS, empty for an MS alone.
    inputs : tuple of CalibratedInput
        What is imaged.
    images : tuple of ImageChoices
        The images; none before the preparation ran.
    line_free : tuple of LineFree
        Channels without lines.
    averaging : mapping of int to Choice of int
        Channels averaged for the continuum, per window of calibrated_final.ms.
    keep_continuum : str
        Why the continuum is not subtracted, empty when it is.
    pb_name : str
        ``flux`` or ``pb``.
    findings : tuple of Finding
        What to look at.
    data_bytes : float, bytes
        Size of calibrated_final.ms.
    """

    uid: str
    inputs: tuple[CalibratedInput, ...]
    images: tuple[ImageChoices, ...] = ()
    line_free: tuple[LineFree, ...] = ()
    averaging: Mapping[int, Choice[int]] = field(default_factory=dict)
    keep_continuum: str = ""
    pb_name: str = "flux"
    findings: tuple[Finding, ...] = ()
    data_bytes: float = 0.0


def plan_preparation(imaging: ImagingPlan) -> Plan:
    """Return the plan of the first steps, whose text stays the same in the whole plan.

    Raises
    ------
    PlanError
        It is not sound.
    """
    return check_plan(_stage(imaging, prepare_steps(imaging.inputs)))


def plan_imaging(imaging: ImagingPlan) -> Plan:
    """Return the whole plan.

    Raises
    ------
    PlanError
        It is not sound.
    """
    prepared = prepare_steps(imaging.inputs)
    needs = StepNeeds(disk_bytes=0.7 * imaging.data_bytes, memory_bytes=8e8, seconds=20.0)
    is_averaged = any(choice.value > 1 for choice in imaging.averaging.values())
    makes_continuum = bool(imaging.averaging) and (is_averaged or _has_lines(imaging))
    continuum = (
        continuum_step(CONTINUUM_STEP, imaging.line_free, averaging=imaging.averaging, needs=needs)
        if makes_continuum
        else no_continuum_step(CONTINUUM_STEP, NO_LINES if imaging.averaging else "there are no continuum images")
    )
    subtraction = subtraction_step(SUBTRACTION_STEP, imaging.line_free, needs=needs, reason=_why_kept(imaging))
    between = (
        replace(continuum, after=(1,)),
        # The flags of lines are in calibrated_final.ms while its continuum is averaged.
        replace(subtraction, after=(CONTINUUM_STEP,)),
        replace(selfcal_step(SELFCAL_STEP), after=(CONTINUUM_STEP,)),
    )
    plan = _with_images(_stage(imaging, (*prepared, *between)), imaging)
    return check_plan(with_fault_warnings(plan))


def _with_images(plan: Plan, imaging: ImagingPlan) -> Plan:
    """Return the plan with the steps of all images, changed for their situations, and before them their noise."""
    averaged = tuple(sorted(imaging.averaging))
    images = [
        image_step(image, FIRST_IMAGE + n, averaged=averaged, pb_name=imaging.pb_name)
        for n, image in enumerate(imaging.images)
    ]
    plan = replace(plan, steps=(*plan.steps, *images))
    for image in imaging.images:
        plan = apply_cases(plan, ImageSituation(image), cases=SITUATIONS)
    noise = sensitivity_step(NOISE_STEP, plan, images=imaging.images)
    before, after = (tuple(s for s in plan.steps if (s.number > NOISE_STEP) == is_after) for is_after in (False, True))
    return replace(plan, steps=(*before, noise, *after))


def _has_lines(imaging: ImagingPlan) -> bool:
    return any(entry.has_lines for entry in imaging.line_free)


def _why_kept(imaging: ImagingPlan) -> str:
    if not any(image.kind == "cube" for image in imaging.images):
        return "there are no cubes"
    return imaging.keep_continuum


def _stage(imaging: ImagingPlan, steps: tuple[Step, ...]) -> Plan:
    choices = tuple(choice for image in imaging.images for choice in image.named_choices())
    return Plan(
        kind=IMAGING,
        script=IMAGING_SCRIPT,
        uid=imaging.uid,
        build=default_build().version,
        steps=steps,
        choices=choices,
        findings=(*imaging.findings, *choice_findings(*(entry.choice for entry in choices))),
        head=_head(imaging, choices),
    )


def _head(imaging: ImagingPlan, choices: Sequence[NamedChoice]) -> tuple[str, ...]:
    del choices
    lines = [f"Images {each.vis}: {each.reason}" for each in imaging.inputs]
    lines += [""] if imaging.images else []
    lines += [f"- {image.name}: {image.source}, {_what(image)}" for image in imaging.images]
    return tuple(lines)


def _what(image: ImageChoices) -> str:
    fields, spws = len(image.field_ids), ", ".join(str(n) for n in image.spw_ids)
    what = "continuum" if image.axis is None else f"{image.axis.value.n_channels} channels"
    return f"{what} of {fields} field{'s' * (fields > 1)}, windows {spws}"
