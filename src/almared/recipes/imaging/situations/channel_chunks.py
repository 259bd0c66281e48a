"""A cube in chunks of channels: each is cleaned alone, then they are joined and restored with one beam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from almared.heuristics.imaging.chunks import CHUNK_DISK, CHUNK_MARGIN, with_margins
from almared.heuristics.imaging.clean import Automask
from almared.heuristics.imaging.spectral import CubeAxis
from almared.model import Choice
from almared.plan import Action, Call, Plan, Routine, Step
from almared.recipes.building import check_made, routine
from almared.recipes.imaging import roles
from almared.recipes.imaging.situation import ImageSituation, clean_record, without_arguments
from almared.recipes.imaging.situations.mosaic import GRIDDER as MOSAIC
from almared.recipes.imaging.steps import (
    KINDS,
    RESTORED,
    clear_images,
    hertz,
    image_needs,
    keep_record,
)
from almared.recipes.special_case import SpecialCase

WHOLE_ONLY = ("restoringbeam", "pbcor")
"""Arguments of what restores: not of a chunk."""

CLEANING = ("usemask", "mask", "pbmask", "nsigma", "threshold", "cyclefactor", *Automask.__slots__)
"""Arguments that only cleaning uses."""


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the channels of each chunk of a cube that is cut.

    References
    ----------
    docs/decisions/030; domain.md D.7.
    """
    image = situation.image
    return image.chunks if image.axis is not None and len(image.chunks.value) > 1 else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with a step for each chunk, and one that joins them, in the place of one step."""
    image = situation.image
    if image.axis is None:
        return plan
    whole = situation.step(plan)
    pieces = with_margins(choice.value, margin=CHUNK_MARGIN if image.niter else 0)
    names = chunk_names(image.name, len(pieces))
    axes = [image.axis.value.part(begin, count) for begin, count, _, _ in pieces]
    chunks = [_chunk(whole, situation, name=name, axis=axis) for name, axis in zip(names, axes, strict=True)]
    numbered = [chunk.placed(whole.number + n, after=whole.after or ()) for n, chunk in enumerate(chunks)]
    kept = tuple((low, high) for _, _, low, high in pieces)
    joined = _joined(whole, situation, names=names, kept=kept)
    joined = joined.placed(whole.number + len(chunks), after=tuple(step.number for step in numbered))
    return _in_place(plan, whole.number, new=(*numbered, joined))


def chunk_names(image: str, number: int) -> tuple[str, ...]:
    """Return the base names of the files of each chunk."""
    return tuple(f"{image}.chunk{n:02d}" for n in range(number))


def _clean_of(step: Step) -> Call:
    return next(a for a in step.actions if isinstance(a, Call) and a.role is roles.CLEAN_WHOLE)


def _products_of(step: Step) -> tuple[str, ...]:
    check = next(a for a in step.actions if isinstance(a, Routine) and a.name == "check_made")
    return tuple(str(given.value) for given in check.arguments)


def _chunk(whole: Step, situation: ImageSituation, *, name: str, axis: CubeAxis) -> Step:
    image = situation.image
    clean = without_arguments(replace(_clean_of(whole), role=roles.CLEAN_CHUNK), *WHOLE_ONLY)
    clean = clean.with_argument("imagename", name)
    clean = clean.with_argument("start", hertz(axis.start_hz)).with_argument("nchan", axis.n_channels)
    clean = clean.with_argument("restoration", False, reason="the joined cube is restored with one beam")
    restored = {f"{image.name}.{kind}" for kind in RESTORED}
    made = tuple(f"{name}{each.removeprefix(image.name)}" for each in _products_of(whole) if each not in restored)
    share = axis.n_channels / image.size.n_channels
    return Step(
        whole.number,
        f"Cube {image.name}, {axis.n_channels} channels from {axis.start_hz / 1e9:.6f} GHz",
        (clear_images(name), clean, keep_record(name), check_made(*made)),
        makes=(*made, clean_record(name)),
        needs=image_needs(image, share, disk=CHUNK_DISK * share),
    )


def _joined(
    whole: Step, situation: ImageSituation, *, names: tuple[str, ...], kept: tuple[tuple[int, int], ...]
) -> Step:
    image, clean = situation.image, _clean_of(whole)
    kinds = KINDS if clean.get("gridder") == MOSAIC else tuple(kind for kind in KINDS if kind != "weight")
    join = routine("join_chunks", image.name, chunks=names, kinds=kinds, channels=kept)
    again = "nothing is gridded again: residuals and models are those of the chunks"
    restore = (
        replace(without_arguments(clean, *CLEANING, *WHOLE_ONLY), role=roles.RESTORE, result="")
        .with_argument("niter", 0)
        .with_argument("calcpsf", False, reason=again)
        .with_argument("calcres", False)
        .with_argument("restoringbeam", "common", reason="one beam over all chunks")
        .with_argument("pbcor", True)
    )
    exports: Sequence[Action] = [a for a in whole.actions if isinstance(a, Call) and a.role is roles.EXPORT]
    actions = (clear_images(image.name), join, restore, check_made(*_products_of(whole)), *exports)
    needs = image_needs(image, 0.2, disk=1.0)
    return replace(whole, title=f"Cube {image.name} from its chunks", actions=actions, needs=needs)


def _in_place(plan: Plan, number: int, *, new: Sequence[Step]) -> Plan:
    """Return the plan with several steps in the place of one; steps after it count on."""
    more = len(new) - 1

    def moved(step: Step) -> Step:
        after = None if step.after is None else tuple(n + more * (n > number) for n in step.after)
        return replace(step, number=step.number + more, after=after)

    before = [step for step in plan.steps if step.number < number]
    return replace(plan, steps=(*before, *new, *(moved(step) for step in plan.steps if step.number > number)))


CHANNEL_CHUNKS = SpecialCase("", recognise, rewrite)
