"""A continuum image over a wide band: a spectral index is fitted, and there is an image of each term."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from almared.model import Choice
from almared.plan import Action, Call, Plan, Step
from almared.recipes.imaging import roles
from almared.recipes.imaging.situation import ImageSituation, with_inserted, with_products
from almared.recipes.special_case import SpecialCase

FITTING = "mtmfs"
N_TERMS = 2
MADE = ("residual.tt0", "residual.tt1", "image.tt0", "image.tt1", "image.tt0.pbcor", "pb.tt0", "psf.tt0")
"""Images that mtmfs surely makes."""

OF_TERM = {"image": "image.tt0", "image.pbcor": "image.tt0.pbcor", "pb": "pb.tt0"}
"""Images that are exported, and those of the first term in their place."""


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the number of terms of an image whose spectrum is fitted.

    References
    ----------
    domain.md D.4.
    """
    deconvolver = situation.image.deconvolver
    return Choice(N_TERMS, deconvolver.reason, rule=deconvolver.rule) if deconvolver.value == FITTING else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with two terms, and the images of the first one exported."""
    name = situation.image.name
    plan = situation.with_clean(
        plan, lambda clean: with_inserted(clean, "deconvolver", argument="nterms", value=choice.value)
    )
    renamed = {f"{name}.{old}": f"{name}.{new}" for old, new in OF_TERM.items()}

    def exported(action: Action) -> Action:
        if not isinstance(action, Call) or action.role is not roles.EXPORT:
            return action
        old = str(action.get("imagename"))
        return action.with_argument("imagename", renamed.get(old, old))

    def changed(step: Step) -> Step:
        step = with_products(step, lambda _: tuple(f"{name}.{kind}" for kind in MADE))
        return replace(step, actions=tuple(map(exported, step.actions)))

    return situation.with_step(plan, changed)


WIDE_BAND = SpecialCase("", recognise, rewrite)
