"""The size of an error of the Earth's orientation: by hand, and against what CASA's old tables really missed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.physics.earth_rotation import KnownOrientation, orientation_error

KNOWN = KnownOrientation("a test", final_mjd=60000.0, last_mjd=60365.0, last_ut1_s=-0.07, last_pole_arcsec=0.3)


def test_final_values_have_no_error() -> None:
    assert orientation_error(KNOWN, 59999.0) is None
    assert orientation_error(KNOWN, 60000.0) is None


@pytest.mark.parametrize(
    ("days", "ut1_s", "pole_arcsec"),
    [(10, 0.0014, 0.0043), (40, 0.0040, 0.0130), (90, 0.0073, 0.0249), (365, 0.0209, 0.0762)],
)
def test_predictions_have_the_error_that_the_iers_gives(days: int, ut1_s: float, pole_arcsec: float) -> None:
    """Of the table of Bulletin A: error estimates of predictions of 10, 40 and 90 days, here by its formulas."""
    error = orientation_error(replace(KNOWN, last_mjd=61000.0), 60000.0 + days)
    assert error is not None
    assert not error.is_beyond
    assert error.ut1_s == pytest.approx(ut1_s, abs=1e-4)
    assert error.pole_arcsec == pytest.approx(pole_arcsec, abs=1e-4)


def test_predictions_that_missed_by_more_count_by_what_they_missed() -> None:
    error = orientation_error(replace(KNOWN, ut1_miss_s=0.029), 60011.0)
    assert error is not None
    assert error.ut1_s == 0.029
    assert error.sky_arcsec == pytest.approx(15.041 * 0.029 + 0.0046, abs=1e-4)


def test_beyond_the_tables_all_of_the_last_value_is_missing() -> None:
    error = orientation_error(KNOWN, 60365.0)
    assert error is not None
    assert error.is_beyond
    assert error.ut1_s == pytest.approx(0.07 + 0.0209, abs=1e-4)
    assert error.pole_arcsec == pytest.approx(0.3 + 0.0762, abs=1e-4)
    assert error.turn_rad == pytest.approx(math.radians(error.sky_arcsec / 3600))


@given(st.floats(0.01, 5000), st.floats(0.01, 5000))
def test_errors_only_grow(one: float, other: float) -> None:
    near, far = (orientation_error(KNOWN, KNOWN.final_mjd + days) for days in sorted((one, other)))
    assert near is not None
    assert far is not None
    assert near.sky_arcsec <= far.sky_arcsec
