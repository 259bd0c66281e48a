"""A mask that a person made, in place of the automatic one."""

from __future__ import annotations

from typing import Any

from almared.heuristics.imaging.clean import Automask
from almared.model import Choice
from almared.plan import Call, Plan
from almared.recipes.imaging.situation import ImageSituation, with_inserted, without_arguments
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the mask that is given for an image that is cleaned."""
    image = situation.image
    return Choice(image.mask, "a mask made by hand") if image.mask and image.niter else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with that mask."""

    def masked(clean: Call) -> Call:
        clean = without_arguments(clean, *Automask.__slots__).with_argument("usemask", "user")
        return with_inserted(clean, "usemask", argument="mask", value=choice.value, reason=choice.reason)

    return situation.with_clean(plan, masked)


MASK_BY_HAND = SpecialCase("", recognise, rewrite)
