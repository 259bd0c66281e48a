"""Constants against CODATA, astropy and erfa, and those of the parts of scripts, which cannot import ours."""

from __future__ import annotations

import ast
import math
from importlib.resources import files

import erfa
import pytest
from scipy import constants as codata
from scipy.special import jn_zeros

from almared.basics.quantities import UNITS
from almared.basics.times import DAY_S, MJD_ZERO
from almared.physics import constants


def test_constants_of_nature_are_those_of_codata() -> None:
    assert codata.c == constants.LIGHT_M_S
    assert codata.h == constants.PLANCK_J_S
    assert codata.k == constants.BOLTZMANN_J_K
    assert codata.au == constants.ASTRONOMICAL_UNIT_M
    assert pytest.approx(codata.k * 1e26, rel=1e-15) == constants.BOLTZMANN_JY_M2_K


def test_units_are_those_of_erfa() -> None:
    assert pytest.approx(erfa.DAS2R, rel=1e-15) == constants.ARCSEC_RAD
    assert pytest.approx(erfa.DR2AS, rel=1e-15) == constants.ARCSEC_PER_RAD
    assert erfa.DAYSEC == DAY_S
    assert constants.MJD_ZERO_JD == erfa.DJM0
    assert constants.J2000_MJD + constants.MJD_ZERO_JD == erfa.DJ00
    assert erfa.cal2jd(MJD_ZERO.year, MJD_ZERO.month, MJD_ZERO.day) == (constants.MJD_ZERO_JD, 0.0)


def test_units_in_text_are_the_same() -> None:
    assert UNITS["angle"]["arcsec"] == pytest.approx(constants.ARCSEC_RAD, rel=1e-15)
    assert UNITS["duration"]["d"] == DAY_S


@pytest.mark.parametrize("days", [0.0, 0.3, 5000.75, 9000.125])
def test_the_earth_turns_as_in_erfa(days: float) -> None:
    turns = constants.EARTH_TURNS_AT_J2000 + constants.EARTH_TURNS_PER_DAY * days
    assert 2 * math.pi * (turns % 1.0) == pytest.approx(erfa.era00(erfa.DJ00, days), abs=1e-9)


def test_the_rate_of_the_earth_is_that_of_its_angle() -> None:
    rate = 2 * math.pi * constants.EARTH_TURNS_PER_DAY / DAY_S
    assert pytest.approx(rate, rel=3e-8) == constants.EARTH_TURN_RAD_S


def test_sidereal_days_are_those_of_erfa() -> None:
    def sidereal(days: float) -> float:
        return float(erfa.gmst06(erfa.DJ00, days, erfa.DJ00, days))

    first, last = 8000.0, 8001.0
    turned = 1 + (sidereal(last) - sidereal(first)) / (2 * math.pi)
    assert pytest.approx(turned, abs=1e-9) == constants.SIDEREAL_DAYS_PER_DAY


def test_the_apex_of_the_standard_of_rest_is_18_h_30_deg_of_b1900() -> None:
    from astropy.coordinates import FK4, FK5, SkyCoord

    apex = SkyCoord("18h", "30d", frame=FK4(equinox="B1900", obstime="B1900")).transform_to(FK5(equinox="J2000"))
    ours = SkyCoord(*constants.SOLAR_APEX_J2000_RAD, unit="rad", frame=FK5(equinox="J2000"))
    assert apex.separation(ours).arcsec < 30


def test_parts_of_scripts_have_the_same_constants() -> None:
    # Parts need CASA: their text is read.
    module = ast.parse((files("almared.script.parts") / "imaging.py").read_text())
    (pattern,) = (n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == "write_voltage_pattern")
    numbers = [n.value for n in ast.walk(pattern) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    assert [value for value in numbers if 0.29 < value < 0.31] == [constants.LIGHT_M_S / 1e9] * 2
    assert [value for value in numbers if 3.8 < value < 3.9] == pytest.approx([jn_zeros(1, 1)[0]], rel=2e-6)
