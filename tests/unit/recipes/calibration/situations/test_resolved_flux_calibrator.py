"""A resolved flux calibrator: its scale on short baselines, then all antennas (domain A.8 step 15, G24)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from support.small_plan import MS
from support.special_cases import changes, plain

from almared.heuristics.calibration.flux import FluxModel, PowerLaw
from almared.model import Antenna, Choice
from almared.plan import Plan, roles
from almared.recipes.calibration.situations.resolved_flux_calibrator import RESOLVED_FLUX_CALIBRATOR

SPLIT = f"{MS}.split"
NEAR_M, FAR_M = 10.0, 1000.0
"""East of the reference antenna, times the number of an antenna: seen, and so far away that nothing is seen."""


def planet(diameter_arcsec: float | None, far: int = 2) -> tuple[Plan, Plan]:
    """Plain and changed plan with a body of that size in field 1, and so many antennas far away."""
    plan, situation = plain()
    if diameter_arcsec is None:
        model = FluxModel(1, power_law=PowerLaw(1.0, 97e9, -0.7))
    else:
        model = FluxModel(1, body="Uranus", diameter_rad=math.radians(diameter_arcsec / 3600))
    antennas: tuple[Antenna, ...] = tuple(
        replace(a, position_m=(FAR_M * n if n >= 5 - far else NEAR_M * n, 0.0, 0.0))
        for n, a in enumerate(situation.eb.antennas)
    )
    eb = replace(situation.eb, antennas=antennas)
    decided = replace(
        situation.decided, flux_model=Choice(model, "a planet"), refant=Choice("DA41", "in the middle of the near ones")
    )
    return plan, RESOLVED_FLUX_CALIBRATOR.apply(plan, replace(situation, eb=eb, decided=decided))


@pytest.mark.parametrize(("far", "subset", "baselines"), [(2, "DA41,DV02,PM03&", 2), (1, "DA41,DV02,PM03,CM01&", 3)])
def test_solutions_of_the_planet_on_the_near_antennas_then_of_all(far: int, subset: str, baselines: int) -> None:
    """2 arcsec at 100 GHz: less than 15 % of the flux is seen above some 310 m.

    Below five antennas each solution needs all its baselines but one, at a signal-to-noise of 2 (domain A.8 step 15).
    """
    before, after = planet(2.0, far)
    found = changes(before, after)
    assert set(found) == {15}
    calls = [(role, {k: arguments.get(k) for k in ("field", "antenna", "append", "minblperant", "minsnr")})
             for role, arguments in found[15]]  # type: ignore[union-attr] # fmt: skip
    near = {"field": "1", "antenna": subset, "append": None, "minblperant": baselines, "minsnr": 2.0}
    others = {"field": "0", "antenna": None, "append": True, "minblperant": None, "minsnr": None}
    nothing = dict.fromkeys(("antenna", "append", "minblperant", "minsnr"))
    assert calls[:5] == [
        ("unit_model", {"field": "0", **nothing}),
        ("phase_short_int", near),
        ("phase_short_int", others),
        ("ampli_short_inf", near),
        ("ampli_short_inf", others),
    ]
    assert [role for role, _ in calls[5:]] == ["flux_scale", "phase_int", "flux_inf"]
    assert [call.role.name for call in after.calls(roles.SOLUTION)][-3:] == ["phase_int", "flux_inf", "phase_inf"]
    assert all(name in after.step(15).makes for name in (f"{SPLIT}.flux_short_inf", f"{SPLIT}.flux_inf"))
    assert after.choices[-1].choice.value == subset


@pytest.mark.parametrize("diameter_arcsec", [0.05, None])
def test_a_point_or_a_quasar_leaves_the_very_same_plan(diameter_arcsec: float | None) -> None:
    before, after = planet(diameter_arcsec)
    assert after is before


def test_without_a_flux_calibrator_the_plan_is_the_very_same() -> None:
    plan, situation = plain(flux_model=None)
    assert RESOLVED_FLUX_CALIBRATOR.apply(plan, situation) is plan
