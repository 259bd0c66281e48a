"""A Solar-System body so large that long baselines see almost nothing of it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from almared.basics.select import id_ranges
from almared.model import Antenna, Choice
from almared.physics.constants import LIGHT_M_S
from almared.plan import Action, Argument, Call, Plan, Role, Routine, Step, StepId, roles
from almared.recipes.building import call, check_made, remove
from almared.recipes.calibration.plain import gain_recipe
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.steps.flag_versions import start_flags
from almared.recipes.calibration.steps.gain import GainRecipe, fluxscale_products, kept_scale
from almared.recipes.special_case import SpecialCase

FADED_DISK = 3.2445
"""pi * diameter * baseline / wavelength at which a uniform disk shows 15 % of its flux (domain A.8 step 15)."""

ENOUGH = 5
"""Antennas below which the demands of the solutions are lowered."""

FLUX_SHORT_INF = Role("flux_short_inf")
"""The table that fluxscale makes on the way."""

PLAIN_NAME = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Subset:
    """Antennas whose baselines all see the flux calibrator.

    Parameters
    ----------
    antennas : tuple of Antenna
        They.
    limit_m : float, m
        Longest baseline on which it is seen.
    """

    antennas: tuple[Antenna, ...]
    limit_m: float


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the antennas of the flux scale where the flux calibrator is resolved on some baselines.

    References
    ----------
    domain.md A.8 step 15 (resolved Solar-System reference), G24.
    """
    model = situation.decided.flux_model
    if model is None or not model.value.diameter_rad:
        return None
    subset = choose_subset(situation, model.value.diameter_rad)
    if len(subset.antennas) == len(situation.eb.antennas):
        return None
    return _choice(model.value.diameter_rad, subset)


def rewrite(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with the flux scale found on short baselines."""
    decided = situation.decided
    diameter = decided.flux_model.value.diameter_rad if decided.flux_model else 0.0
    subset = choose_subset(situation, diameter)
    recipe = gain_recipe(situation.products, decided)
    return plan.replacing(_gain_step(plan.step(StepId.GAIN), recipe, subset=subset, choice=choice))


def choose_subset(situation: Situation, diameter_rad: float) -> Subset:
    """Return the antennas near the reference antenna among which no baseline is too long."""
    decided = situation.decided
    highest_hz = max(spw.range_hz[1] for spw in situation.eb.spws if spw.id in decided.split_spws.value)
    limit = FADED_DISK * LIGHT_M_S / (math.pi * diameter_rad * highest_hz)
    refant = next(a for a in situation.eb.antennas if a.name == decided.refant.value)
    near = [a for a in situation.eb.antennas if _distance(a, refant) <= limit]
    while len(near) > 1 and max(_distance(a, b) for a, b in combinations(near, 2)) > limit:
        near.remove(max(near, key=lambda a: sum(_distance(a, b) for b in near)))
    return Subset(tuple(near), limit)


def baselines_among(antennas: Sequence[Antenna]) -> str:
    """Return the selection of the baselines among antennas; odd names are given by id."""
    return ",".join(a.name if PLAIN_NAME.fullmatch(a.name) else str(a.id) for a in antennas) + "&"


def _distance(first: Antenna, second: Antenna) -> float:
    return math.dist(first.position_m, second.position_m)


def _choice(diameter_rad: float, subset: Subset) -> Choice[str]:
    diameter = math.degrees(diameter_rad) * 3600
    reason = (
        f"the flux calibrator is {diameter:.2f} arcsec wide; on baselines above {subset.limit_m:.0f} m less than "
        f"15 % of its flux is seen"
    )
    few = "fewer than two antennas see the flux calibrator: set the flux scale by hand"
    warning = few if len(subset.antennas) < 2 else ""
    return Choice(baselines_among(subset.antennas), reason, rule="domain A.8 step 15", warning=warning)


def _gain_step(step: Step, recipe: GainRecipe, *, subset: Subset, choice: Choice[str]) -> Step:
    short = tuple(recipe.table(role) for role in (roles.PHASE_SHORT_INT, roles.AMPLI_SHORT_INF, FLUX_SHORT_INF))
    final = tuple(recipe.table(role) for role in (roles.PHASE_INT, roles.FLUX_INF, roles.PHASE_INF))
    texts = fluxscale_products(recipe.products)
    actions: tuple[Action, ...] = (
        start_flags(StepId.GAIN, recipe.products),
        remove(*short, *final, *texts),
        *_short_solutions(recipe, subset, choice=choice),
        *_derived_models(recipe),
        recipe.phases(
            roles.PHASE_INT, recipe.phase_solint, comment="All antennas now, with the fluxes just found as models."
        ),
        recipe.amplitudes(roles.FLUX_INF, "Amplitudes of each scan; the models carry the flux scale."),
        recipe.phases(roles.PHASE_INF, "inf", comment="Phases of each scan, carried over to the targets."),
        check_made(*short, *final),
    )
    return replace(step, actions=actions, makes=(*short, *final, *texts))


def _short_solutions(recipe: GainRecipe, subset: Subset, *, choice: Choice[str]) -> list[Action]:
    """Return phase and amplitude solutions: the flux calibrator on its subset, the others on all antennas."""
    reference, others = _reference(recipe), _others(recipe)
    unit = call(
        "setjy",
        "Models that an earlier run derived go first.",
        role=roles.UNIT_MODEL,
        vis=recipe.products.split,
        field=id_ranges(others),
        standard="manual",
        fluxdensity=(1, 0, 0, 0),
        usescratch=True,
    )
    made: list[Action] = [unit]
    kinds = (
        recipe.phases(
            roles.PHASE_SHORT_INT, recipe.phase_solint, comment="The flux calibrator on the baselines that see it."
        ),
        recipe.amplitudes(roles.AMPLI_SHORT_INF, "Amplitudes the same way.", phases=roles.PHASE_SHORT_INT),
    )
    for solve in kinds:
        near = _lenient(solve.with_argument("field", str(reference)), subset)
        made.append(near.with_argument("antenna", choice.value, reason=choice.reason))
        appended = solve.with_argument("field", id_ranges(others)).with_argument("append", True)
        made.append(replace(appended, comment="The other calibrators on all baselines."))
    return made


def _lenient(solve: Call, subset: Subset) -> Call:
    if len(subset.antennas) >= ENOUGH:
        return solve
    reason = f"only {len(subset.antennas)} antennas"
    fewer = solve.with_argument("minblperant", max(1, len(subset.antennas) - 1), reason=reason)
    return fewer.with_argument("minsnr", 2.0, reason=reason)


def _derived_models(recipe: GainRecipe) -> list[Action]:
    scale = call(
        "fluxscale",
        "Fluxes of the other calibrators on the scale of the flux calibrator.",
        role=roles.FLUX_SCALE,
        vis=recipe.products.split,
        caltable=recipe.table(roles.AMPLI_SHORT_INF),
        fluxtable=recipe.table(FLUX_SHORT_INF),
        reference=str(_reference(recipe)),
    )
    names = (Argument("", recipe.products.split), Argument("", variable="fluxes"), Argument("fields", _others(recipe)))
    return [
        *kept_scale(scale, recipe.products),
        Routine("set_derived_fluxes", names, "They become the models."),
    ]


def _reference(recipe: GainRecipe) -> int:
    return recipe.flux_reference.value if recipe.flux_reference else -1


def _others(recipe: GainRecipe) -> tuple[int, ...]:
    return tuple(number for number in recipe.field_ids if number != _reference(recipe))


RESOLVED_FLUX_CALIBRATOR = SpecialCase("antennas of the flux scale", recognise, rewrite)
