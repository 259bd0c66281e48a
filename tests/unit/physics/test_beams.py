"""Beams against the Technical Handbook, scipy and the aperture that CASA takes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from almared.physics.beams import (
    FWHM_PER_SIGMA,
    HOLE_M,
    LIT_APERTURE_M,
    gaussian_area,
    gaussian_response,
    gaussian_width,
    primary_beam_arcsec,
    primary_beam_rad,
)


@pytest.mark.parametrize(
    ("ghz", "dish_m", "arcsec"), [(300, 12, 19.4), (100, 12, 58.3), (230, 12, 25.3), (300, 7, 33.3)]
)
def test_primary_beams_are_those_of_the_handbook(ghz: float, dish_m: float, arcsec: float) -> None:
    assert primary_beam_arcsec(ghz * 1e9, dish_m) == pytest.approx(arcsec, rel=3e-3)


@pytest.mark.parametrize("dish_m", LIT_APERTURE_M)
def test_the_lit_aperture_has_nearly_that_beam(dish_m: float) -> None:
    """Decision 035: 1.15 wavelengths over 12 m; the 7-m dishes as near."""

    def voltage(angle: float) -> float:
        x, hole = (np.pi * np.sin(angle) * d * 1e11 / 299792458.0 for d in (LIT_APERTURE_M[dish_m], HOLE_M))
        ratio = (HOLE_M / LIT_APERTURE_M[dish_m]) ** 2
        return float((2 * special.j1(x) / x - ratio * 2 * special.j1(hole) / hole) / (1 - ratio))

    half = optimize.brentq(lambda angle: voltage(angle) ** 2 - 0.5, 1e-6, 5e-4)
    assert 2 * half == pytest.approx(primary_beam_rad(1e11, dish_m), rel=0.025)


def test_widths_of_a_gaussian_are_those_of_scipy() -> None:
    half = stats.norm.pdf(FWHM_PER_SIGMA / 2) / stats.norm.pdf(0)
    assert half == pytest.approx(0.5, rel=1e-12)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 0.999))
def test_a_gaussian_falls_to_the_level_at_its_width(fwhm: float, level: float) -> None:
    assert float(gaussian_response(gaussian_width(fwhm, level=level) / 2, fwhm)) == pytest.approx(level, rel=1e-9)
    assert gaussian_width(fwhm, level=0.5) == fwhm


def test_the_area_is_the_integral() -> None:
    def beam(y: float, x: float) -> float:
        return float(gaussian_response(math.hypot(x / 3.0, y / 2.0), 1.0))

    found, _ = integrate.dblquad(beam, -15, 15, -10, 10)
    assert gaussian_area(3.0, 2.0) == pytest.approx(found, rel=1e-6)
