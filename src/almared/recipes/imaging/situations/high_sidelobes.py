"""A beam with sidelobes so high that sources one sidelobe apart are cleaned with care."""

from __future__ import annotations

from typing import Any

from almared.heuristics.thresholds.imaging import IMAGE_BEAM_FIT, IMAGE_PB_LEVEL
from almared.model import Choice
from almared.plan import Call, Plan
from almared.recipes.imaging.situation import ImageSituation, with_inserted
from almared.recipes.special_case import SpecialCase

AUTOMATIC = "auto-multithresh"


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the part of the peak from which the beam of an image with high sidelobes is fitted.

    References
    ----------
    docs/decisions/033.
    """
    image = situation.image
    if not image.has_high_sidelobes:
        return None
    reason = f"sidelobes of {image.psf.sidelobe:.2f} are not fitted as part of the beam"
    return Choice(IMAGE_BEAM_FIT.value, reason, rule="decision 033")


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with sidelobes kept out of the beam, and automatic masks as far as the beam is known."""

    def careful(clean: Call) -> Call:
        clean = with_inserted(clean, "pblimit", argument="psfcutoff", value=choice.value, reason=choice.reason)
        if clean.get("usemask") != AUTOMATIC or not situation.image.beam_reaches:
            return clean
        reason = "as far as the beam reaches across"
        return with_inserted(clean, "usemask", argument="pbmask", value=IMAGE_PB_LEVEL.value, reason=reason)

    return situation.with_clean(plan, careful)


HIGH_SIDELOBES = SpecialCase("", recognise, rewrite)
