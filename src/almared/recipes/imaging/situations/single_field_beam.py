"""The primary beam of a single field, which tclean itself takes too wide: it is given the right one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from almared.model import Choice
from almared.physics.beams import HOLE_M
from almared.plan import Action, Call, Plan, Routine, Step
from almared.recipes.building import check_made, routine
from almared.recipes.imaging import roles
from almared.recipes.imaging.situation import ImageSituation, clean_record
from almared.recipes.imaging.situations.channel_chunks import chunk_names
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: ImageSituation) -> Choice[Any] | None:
    """Return the aperture whose primary beam tclean is given.

    References
    ----------
    docs/decisions/035.
    """
    return situation.image.aperture_m


def rewrite(plan: Plan, situation: ImageSituation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with a voltage pattern written before each clean of the image, which then takes it."""
    image = situation.image
    names = {image.name, *chunk_names(image.name, len(image.chunks.value))}
    return replace(plan, steps=tuple(_with_pattern(step, names=names, aperture=choice) for step in plan.steps))


def _with_pattern(step: Step, *, names: set[str], aperture: Choice[Any]) -> Step:
    cleans = (a for a in step.actions if isinstance(a, Call) and a.role.is_one_of((roles.CLEAN,)))
    clean = next((call for call in cleans if call.get("imagename") in names), None)
    if clean is None:
        return step
    name = str(clean.get("imagename"))
    table, place = f"{name}.vp", step.makes.index(clean_record(name))
    actions = tuple(new for action in step.actions for new in _around(action, clean, table=table, aperture=aperture))
    return replace(step, actions=actions, makes=(*step.makes[:place], table, *step.makes[place:]))


def _around(action: Action, clean: Call, *, table: str, aperture: Choice[Any]) -> Iterator[Action]:
    """Yield an action, and what comes with it."""
    if action is clean:
        vis = str(clean.get("vis"))
        yield routine("write_voltage_pattern", table, vis=vis, aperture_m=aperture.value, hole_m=HOLE_M)
        yield clean.with_argument("vptable", table, reason=aperture.reason)
    elif clean.role is roles.CLEAN_CHUNK and isinstance(action, Routine) and action.name == "check_made":
        yield check_made(*(str(given.value) for given in action.arguments), table)
    else:
        yield action


SINGLE_FIELD_BEAM = SpecialCase("", recognise, rewrite)
