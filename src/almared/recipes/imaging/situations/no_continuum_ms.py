"""A continuum image without a continuum MS: nothing is averaged, and no channel has a line."""

from __future__ import annotations

from typing import Any

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.plan import Plan
from almared.recipes.imaging.continuum import CONTINUUM_STEP
from almared.recipes.imaging.prepare import FINAL
from almared.recipes.imaging.situation import ImageSituation
from almared.recipes.special_case import SpecialCase


def recognise(plan: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the MS that a continuum image is made from where there is none of its own."""
    why = plan.step(CONTINUUM_STEP).nothing_because
    return Choice(FINAL, why) if situation.image.kind == "cont" and why else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with the image made from calibrated_final.ms, whose windows keep their numbers."""
    spws = id_ranges(situation.image.spw_ids)
    return situation.with_clean(plan, lambda clean: clean.with_argument("vis", choice.value).with_argument("spw", spws))


NO_CONTINUUM_MS = SpecialCase("", recognise, rewrite)
