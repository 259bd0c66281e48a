"""Means of fluxes and the warnings that go with them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almared.heuristics.combination.equalise import (
    OwnFlux,
    chance,
    equalise,
    measure_mean,
    scale_ratios,
    smooth_residuals,
)

DAY = 86400.0


def own(source: str, spw: int, ms: str, flux: float, *, error: float = 0.003, ghz: float = 90.0) -> OwnFlux:
    return OwnFlux(source, spw, ms, ghz * 1e9, flux, error)


def test_mean_is_weighted_by_the_inverse_variances() -> None:
    found = measure_mean([1.00, 1.02], [0.01, 0.02])
    assert found.value == found.by_errors == pytest.approx((1.00 / 1e-4 + 1.02 / 4e-4) / (1 / 1e-4 + 1 / 4e-4))
    assert found.error == pytest.approx(1 / math.sqrt(1 / 1e-4 + 1 / 4e-4))
    assert found.chi_square == pytest.approx(0.02**2 / (1e-4 + 4e-4))
    assert found.scatter == 0.0


def test_values_that_differ_by_more_than_their_errors_weigh_nearly_the_same() -> None:
    found = measure_mean([1.05, 0.95], [0.002, 0.004])
    assert found.value == pytest.approx(1.0, abs=1e-3)
    assert found.by_errors == pytest.approx(1.03)
    assert found.scatter == pytest.approx(0.1 / math.sqrt(2), rel=0.01)
    assert found.error == pytest.approx(0.05, rel=0.01)
    assert measure_mean([1.05, 0.95], [0.002, 0.004], adds_scatter=False).value == pytest.approx(1.03)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(1e-4, 1e3), st.floats(1e-6, 10)), min_size=1, max_size=6),
    st.floats(1e-3, 1e3),
)
def test_mean_lies_between_the_values_and_scales_with_them(pairs: list[tuple[float, float]], factor: float) -> None:
    values, errors = zip(*pairs, strict=True)
    found = measure_mean(values, errors)
    assert min(values) * (1 - 1e-9) <= found.value <= max(values) * (1 + 1e-9)
    scaled = measure_mean([factor * v for v in values], [factor * e for e in errors])
    assert scaled.value == pytest.approx(factor * found.value, rel=1e-6)
    assert scaled.chi_square == pytest.approx(found.chi_square, rel=1e-6, abs=1e-6)


def test_error_of_zero_divides_nothing() -> None:
    assert measure_mean([1.0, 3.0], [0.0, 0.0]).value == 2.0
    assert measure_mean([1.0, 3.0], [0.0, 0.0]).error is None
    # One of two errors is not known: it is taken as the same part of the value.
    found = measure_mean([1.0, 1.01], [0.0, 0.0101])
    assert found.by_errors == pytest.approx(
        (1.0 / 0.01**2 + 1.01 / 0.0101**2) / (1 / 0.01**2 + 1 / 0.0101**2), rel=1e-2
    )
    assert measure_mean([2.5], [float("nan")]).value == 2.5


def test_chance_is_the_survival_of_the_chi_square() -> None:
    assert chance(2 * math.log(1000), 2) == pytest.approx(1e-3)  # exp(-x/2) for two degrees of freedom
    assert chance(5.0, 0) == 1.0


def test_five_percent_up_and_down_meets_in_the_middle() -> None:
    fluxes = equalise(own("J1", spw, ms, flux) for spw in (0, 1) for ms, flux in (("a", 1.05), ("b", 0.95)))
    assert [flux.mean.value for flux in fluxes] == pytest.approx([1.0, 1.0])
    assert {r.ms: round(r.ratio, 3) for r in scale_ratios(fluxes)} == {"a": 1.05, "b": 0.95}


@settings(max_examples=50)
@given(st.floats(-1.4, 0.4), st.floats(0.01, 30), st.integers(0, 4), st.floats(0.1, 0.9))
def test_residuals_of_a_power_law_are_nil_but_where_it_is_broken(
    index: float, flux: float, wrong: int, part: float
) -> None:
    ghz = np.array([86.0, 88.0, 98.0, 100.0, 101.0])
    jy = flux * (ghz / 90) ** index
    assert smooth_residuals(ghz * 1e9, jy, steepest=1.5, rising=0.5) == pytest.approx(0, abs=2e-3)
    jy[wrong] *= part
    found = smooth_residuals(ghz * 1e9, jy, steepest=1.5, rising=0.5)
    assert np.argmax(np.abs(found)) == wrong
    assert found[wrong] == pytest.approx(part - 1, abs=0.12)
