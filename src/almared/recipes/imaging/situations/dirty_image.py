"""A dirty image: nothing is cleaned, so there is neither mask nor model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from almared.heuristics.imaging.clean import Automask
from almared.model import Choice
from almared.plan import Action, Plan, Step
from almared.plan.actions import Call
from almared.recipes.imaging import roles
from almared.recipes.imaging.situation import ImageSituation, with_products, without_arguments
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return that an image has no iterations, as a person asked for."""
    return None if situation.image.niter else Choice(0, "set by hand")


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan without what only cleaning uses, and without its products."""
    del choice
    name = situation.image.name
    plan = situation.with_clean(plan, lambda clean: without_arguments(clean, "nsigma", "usemask", *Automask.__slots__))

    def is_mask(action: Action) -> bool:
        is_export = isinstance(action, Call) and action.role is roles.EXPORT
        return is_export and isinstance(action, Call) and action.get("imagename") == f"{name}.mask"

    def changed(step: Step) -> Step:
        step = with_products(step, lambda made: tuple(each for each in made if each != f"{name}.model"))
        files = {str(a.get("fitsimage")) for a in step.actions if is_mask(a) and isinstance(a, Call)}
        actions = tuple(action for action in step.actions if not is_mask(action))
        return replace(step, actions=actions, makes=tuple(made for made in step.makes if made not in files))

    return situation.with_step(plan, changed)


DIRTY_IMAGE = SpecialCase("", recognise, rewrite)
