"""The small tables of the sky and of Solar-System bodies; against CASA in tests/casa/test_catalogue_tables.py."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.physics.atmosphere import zenith_opacity
from almared.physics.bodies import BODIES, BodyModel, read_body_model

DAY_S = 86400.0
MODELLED = [name for name in BODIES if read_body_model(name, 57000 * DAY_S)]


def tau(ghz: float, mm: float = 1.0) -> float:
    return float(zenith_opacity(np.array([ghz * 1e9]), mm * 1e-3)[0])


@pytest.mark.parametrize(("ghz", "low", "high"), [(100.0, 0.01, 0.06), (230.0, 0.03, 0.12), (345.0, 0.1, 0.3)])
def test_windows_of_the_sky_are_clear(ghz: float, low: float, high: float) -> None:
    """Zenith opacities in 1 mm of water that the ALMA Technical Handbook plots."""
    assert low < tau(ghz) < high


@pytest.mark.parametrize(("ghz", "beside"), [(118.75, 112.0), (183.31, 175.0), (325.15, 318.0), (368.5, 365.0)])
def test_lines_of_oxygen_and_water_are_there(ghz: float, beside: float) -> None:
    assert tau(ghz) > 3 * tau(beside)


@given(st.floats(84, 950), st.floats(0.1, 5), st.floats(1.01, 3))
def test_more_water_never_clears_the_sky(ghz: float, mm: float, factor: float) -> None:
    assert tau(ghz, mm * factor) >= tau(ghz, mm) > 0


def test_frequencies_outside_take_the_nearest_value() -> None:
    assert tau(50.0) == tau(84.0)
    assert tau(1200.0) == tau(950.0)


@pytest.mark.parametrize("name", MODELLED)
def test_every_body_has_a_flux_in_all_bands(name: str) -> None:
    model = read_body_model(name, 57000 * DAY_S)
    assert model is not None
    fluxes = [model.flux_jy(ghz * 1e9) for ghz in (90.0, 150.0, 230.0, 345.0, 460.0, 680.0, 870.0)]
    assert all(flux > 0 for flux in fluxes)
    assert fluxes[-1] > fluxes[0]


def test_bodies_without_model_are_not_made_up() -> None:
    assert set(BODIES) - set(MODELLED) == {"Pluto", "Triton", "Victoria", "Davida"}
    assert read_body_model("Vulcan", 57000 * DAY_S) is None


def test_dates_outside_the_ephemerides_have_no_model() -> None:
    assert read_body_model("Titan", 50000 * DAY_S) is None
    assert read_body_model("Titan", 70000 * DAY_S) is None


@pytest.mark.parametrize(("name", "low", "high"), [("Uranus", 3.3, 4.1), ("Neptune", 2.1, 2.5), ("Titan", 0.6, 0.9)])
def test_apparent_diameters_stay_in_their_known_range(name: str, low: float, high: float) -> None:
    for mjd in range(56000, 62000, 40):
        model = read_body_model(name, mjd * DAY_S)
        assert model is not None
        assert low < math.degrees(model.diameter_rad) * 3600 < high


def test_flux_is_that_of_a_disk_above_the_background() -> None:
    """A disk of 100 K and 1 arcsec at 100 GHz, by the Rayleigh-Jeans law with its first correction."""
    body = BodyModel("Disk", math.radians(1 / 3600), (50e9, 500e9), (100.0, 100.0))
    solid_angle = math.pi / 4 * math.radians(1 / 3600) ** 2
    half_quantum = 0.5 * 6.62607015e-34 * 100e9 / 1.380649e-23
    background = 2 * half_quantum / math.expm1(2 * half_quantum / 2.725)
    kelvin = 100.0 - half_quantum - background
    expected = 2 * 1380.649 * kelvin / (299792458.0 / 100e9) ** 2 * solid_angle
    assert body.flux_jy(100e9) == pytest.approx(expected, rel=2e-4)


def test_background_alone_shines_not_at_all() -> None:
    body = BodyModel("Nothing", 1e-5, (50e9, 500e9), (2.725, 2.725))
    assert body.flux_jy(230e9) == pytest.approx(0.0, abs=1e-9)


def test_lines_of_titan_are_kept_in_the_table() -> None:
    """setjy has 1.5293 Jy at 230.0 GHz on MJD 56780, in the wing of CO 2-1; a coarse table once had 2.0 Jy there."""
    model = read_body_model("Titan", 56780 * DAY_S)
    assert model is not None
    assert model.flux_jy(230.0e9) == pytest.approx(1.5293, rel=5e-3)
    assert model.flux_jy(345.0e9) == pytest.approx(3.4683, rel=5e-3)
    assert model.flux_jy(230.54e9) > 2.5 * model.flux_jy(225e9)


def test_mars_is_near_what_setjy_says() -> None:
    """1218.3 Jy at 230 GHz on MJD 56780; its brightness changes with the season."""
    model = read_body_model("Mars", 56780 * DAY_S)
    assert model is not None
    assert model.flux_jy(230.0e9) == pytest.approx(1218.3, rel=0.08)
