"""A mosaic, or a field that is gridded as one: its pointings share one weighting."""

from __future__ import annotations

from typing import Any

from almared.model import Choice
from almared.plan import Plan
from almared.recipes.imaging.situation import ImageSituation, with_inserted
from almared.recipes.special_case import SpecialCase

GRIDDER = "mosaic"


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the gridder of an image with the primary beam of each pointing.

    References
    ----------
    domain.md D.3.
    """
    gridder = situation.image.gridder
    return gridder if gridder.value == GRIDDER else None


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with weights of each pointing, and directions of the fields in place of a table of pointings."""
    del choice
    return situation.with_clean(
        plan,
        lambda clean: with_inserted(
            with_inserted(clean, "gridder", argument="usepointing", value=False),
            "gridder", argument="mosweight", value=True,
        ),
    )  # fmt: skip


MOSAIC = SpecialCase("", recognise, rewrite)
