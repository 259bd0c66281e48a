"""A cube that keeps its continuum: asked for, or no line-free channels are known."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.plan import Plan
from almared.recipes.imaging.continuum import SUBTRACTION_STEP
from almared.recipes.imaging.prepare import FINAL
from almared.recipes.imaging.situation import ImageSituation
from almared.recipes.special_case import SpecialCase


def recognise(plan: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the MS that a cube with its continuum is made from.

    References
    ----------
    Requirement W139; domain.md D.6.
    """
    image = situation.image
    if image.kind != "cube":
        return None
    why = plan.step(SUBTRACTION_STEP).nothing_because
    if image.is_line_only and not why:
        return None
    return Choice(FINAL, why or "its continuum stays in, or its line-free channels are not known")


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with the cube made from the data as they are."""
    return situation.with_clean(plan, lambda clean: clean.with_argument("vis", choice.value))


KEPT_CONTINUUM = SpecialCase("", recognise, rewrite)
