"""The first steps of an imaging script: from the calibrated MS to calibrated_final.ms (domain D.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almared.basics.select import id_ranges
from almared.names import flag_versions
from almared.plan import Action, Argument, Call, Step, StepNeeds
from almared.recipes.building import call, check_made, remove, routine

FINAL = "calibrated_final.ms"
"""The name that the packager looks for (domain D.1)."""

ORIGINAL = "original_flags"


@dataclass(frozen=True, slots=True)
class CalibratedInput:
    """A calibrated MS, and what of it is imaged.

    Parameters
    ----------
    vis : str
        Its path, relative to the directory of the script.
    datacolumn : str
        ``data`` or ``corrected``.
    field_ids, spw_ids : tuple of int
        Fields and windows of the targets.
    has_intents : bool
        Whether it identifies the data of targets.
    reason : str
        Why this MS and this column.
    n_bytes : float, bytes
        Its size.
    """

    vis: str
    datacolumn: str
    field_ids: tuple[int, ...]
    spw_ids: tuple[int, ...]
    has_intents: bool
    reason: str
    n_bytes: float = 0.0


def prepare_steps(inputs: Sequence[CalibratedInput]) -> tuple[Step, ...]:
    """Return steps 0 and 1: the target data in one MS, listed, its flags saved.

    Several MSs are only given by hand; those of a MOUS were put together by its combination.
    """
    parts = [FINAL] if len(inputs) == 1 else [f"{FINAL}.part{n}" for n in range(len(inputs))]
    splits = [_split(each, part) for each, part in zip(inputs, parts, strict=True)]
    actions: list[Action] = [remove(FINAL, flag_versions(FINAL), *(parts if len(parts) > 1 else ())), *splits]
    made = (FINAL, flag_versions(FINAL))
    if len(parts) > 1:
        actions += [call("concat", "These MSs were given by hand.", vis=tuple(parts), concatvis=FINAL), remove(*parts)]
    needs = StepNeeds(disk_bytes=sum(each.n_bytes for each in inputs), memory_bytes=6e8, seconds=10.0)
    split = Step(0, "Split of the calibrated target data", (*actions, check_made(FINAL)), makes=(FINAL,), needs=needs)
    listing = f"{FINAL}.listobs.txt"
    listed = Step(
        1,
        "Listobs, and save original flags",
        (
            remove(listing),
            call("listobs", vis=FINAL, listfile=listing),
            routine("start_from_flags", FINAL, ORIGINAL),
        ),
        makes=(listing, made[1]),
    )
    return split, listed


def _split(given: CalibratedInput, output: str) -> Call:
    intent: dict[str, object] = (
        {"intent": Argument("", "*TARGET*", reason="science targets alone")} if given.has_intents else {}
    )
    return call(
        "split",
        vis=Argument("", given.vis, reason=given.reason),
        outputvis=output,
        field=id_ranges(given.field_ids),
        spw=id_ranges(given.spw_ids),
        **intent,
        datacolumn=given.datacolumn,
        keepflags=Argument("", False, reason="rows that are flagged as a whole are of no use to images"),
    )
