"""Constants of nature, units and instrument stand in `almared.physics` alone (docs/decisions/038)."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from functools import cache

import pytest
from support.places import ROOT

from almared.basics.times import DAY_S
from almared.physics import bands, beams, constants, correlator, robust

SOURCES = ROOT / "src" / "almared"
HOMES = ("physics", "script/parts")
"""Parts are carried into scripts, which cannot import almared."""

GUARDED = {
    "light": constants.LIGHT_M_S,
    "light in km/s": constants.LIGHT_M_S / 1e3,
    "Planck": constants.PLANCK_J_S,
    "Boltzmann": constants.BOLTZMANN_J_K,
    "Boltzmann in Jy": constants.BOLTZMANN_JY_M2_K,
    "background": constants.BACKGROUND_K,
    "arcsec per radian": constants.ARCSEC_PER_RAD,
    "astronomical unit": constants.ASTRONOMICAL_UNIT_M,
    "zero of MJD": constants.MJD_ZERO_JD,
    "J2000": constants.J2000_MJD,
    "turns of the Earth": constants.EARTH_TURNS_PER_DAY,
    "rate of the Earth": constants.EARTH_TURN_RAD_S,
    "sigma per MAD": robust.GAUSSIAN_SIGMA_PER_MAD,
    "sigma to width": beams.FWHM_PER_SIGMA,
    "primary beam": beams.PRIMARY_BEAM_FACTOR,
    "Hanning": correlator.HANNING_EFFECTIVE,
    "timing event": correlator.TIMING_EVENT_S,
    "day": DAY_S,
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Name and tree of each module outside the homes."""
    places = {path.relative_to(SOURCES).as_posix(): path for path in sorted(SOURCES.rglob("*.py"))}
    kept = (name for name in places if not name.startswith(HOMES) and name != "basics/times.py")
    return tuple((name, ast.parse(places[name].read_text())) for name in kept)


def numbers_in(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Yield line and value of all finite numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and math.isfinite(node.value):
            yield node.lineno, float(node.value)


@cache
def numbers() -> tuple[tuple[str, float], ...]:
    return tuple((f"{name}:{line}", value) for name, tree in modules() for line, value in numbers_in(tree))


@pytest.mark.parametrize("name", GUARDED)
def test_no_constant_stands_twice(name: str) -> None:
    assert [place for place, value in numbers() if math.isclose(value, GUARDED[name], rel_tol=1e-6)] == []


def test_no_other_table_of_bands() -> None:
    edges = {edge for limits in bands.BANDS_GHZ.values() for edge in limits}
    tables = (
        (f"{name}:{node.lineno}", edges & {value for _, value in numbers_in(node)})
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict | ast.Tuple | ast.List)
    )
    assert [place for place, shared in tables if len(shared) > 5] == []
