"""Robust figures against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from almared.physics.robust import GAUSSIAN_SIGMA_PER_MAD, median_absolute_deviation, robust_sigma


def test_the_factor_is_that_of_a_gaussian_to_five_figures() -> None:
    assert pytest.approx(1 / stats.norm.ppf(0.75), rel=2e-6) == GAUSSIAN_SIGMA_PER_MAD


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_deviations_are_those_of_scipy(values: list[float]) -> None:
    array = np.array(values)
    assert median_absolute_deviation(array) == stats.median_abs_deviation(array)
    assert robust_sigma(array) == pytest.approx(stats.median_abs_deviation(array, scale="normal"), rel=2e-6)


def test_gaps_do_not_count_and_nothing_is_nan() -> None:
    assert robust_sigma(np.array([1.0, np.nan, 3.0, np.inf])) == pytest.approx(GAUSSIAN_SIGMA_PER_MAD)
    assert np.isnan(robust_sigma(np.array([])))
    assert np.isnan(robust_sigma(np.array([np.nan])))
