"""A cube of a source that moves: channels follow it, too."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.plan import Plan
from almared.recipes.imaging.situation import ImageSituation
from almared.recipes.special_case import SpecialCase

FOLLOWING = "TRACKFIELD"
"""Phase centre of an image that follows the ephemeris of its field."""


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the mode of a cube whose image follows an ephemeris.

    References
    ----------
    domain.md D.3, D.4.
    """
    image = situation.image
    if image.axis is None or image.phase_centre.value != FOLLOWING:
        return None
    return Choice("cubesource", image.phase_centre.reason, rule="domain D.4")


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with frequencies in the frame of the source."""
    return situation.with_clean(
        plan, lambda clean: clean.with_argument("specmode", choice.value).with_argument("outframe", "")
    )


MOVING_SOURCE = SpecialCase("", recognise, rewrite)
