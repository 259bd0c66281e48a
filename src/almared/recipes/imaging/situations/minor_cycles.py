"""How deep a minor cycle goes, where sidelobes or a small image ask for another depth than the usual one."""

from __future__ import annotations

from typing import Any

from almared.heuristics.imaging.clean import choose_cycle_factor
from almared.model import Choice
from almared.plan import Plan
from almared.recipes.imaging.situation import ImageSituation, with_inserted
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the cycle factor of an image that is cleaned, where it is not the usual one or the image is small.

    References
    ----------
    docs/decisions/033.
    """
    image = situation.image
    if not image.niter:
        return None
    factor = choose_cycle_factor(image.psf.sidelobe, reaches=image.beam_reaches)
    return factor if factor.value != 1.0 or not image.beam_reaches else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with that factor."""
    return situation.with_clean(
        plan,
        lambda clean: with_inserted(clean, "nsigma", argument="cyclefactor", value=choice.value, reason=choice.reason),
    )


MINOR_CYCLES = SpecialCase("", recognise, rewrite)
