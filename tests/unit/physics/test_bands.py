"""Receiver bands as the Technical Handbook has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.physics.bands import BANDS_GHZ, band_at, nearest_band, nominal_tsys_k


@pytest.mark.parametrize(
    ("ghz", "band"),
    [(34.9, None), (35, 1), (50, None), (67, 2), (83.9, 2), (84, 3), (100, 3), (116, None), (125, 4), (150, 4),
     (160, 4), (162.9, 4), (163, 5), (183.3, 5), (211, 6), (230, 6), (274.9, 6), (275, 7), (290, 7), (345, 7),
     (373, None), (380, None), (410, 8), (500, None), (602, 9), (690, 9), (787, 10), (870, 10), (950, None)],
)  # fmt: skip
def test_frequencies_belong_to_the_receivers(ghz: float, band: int | None) -> None:
    assert band_at(ghz * 1e9) == band
    assert band is None or nearest_band(ghz * 1e9) == band


@pytest.mark.parametrize(
    ("ghz", "band"), [(1, 1), (116, 3), (120, 3), (121, 4), (376, 7), (382, 8), (550, 8), (2000, 10)]
)
def test_between_bands_it_is_the_nearer_one(ghz: float, band: int) -> None:
    assert nearest_band(ghz * 1e9) == band


@given(st.floats(1e9, 2e12))
def test_every_frequency_has_a_band_and_a_system_temperature(frequency_hz: float) -> None:
    assert nearest_band(frequency_hz) in BANDS_GHZ
    assert nominal_tsys_k(frequency_hz) >= 75.0
    found = band_at(frequency_hz)
    assert found is None or found == nearest_band(frequency_hz)


@pytest.mark.parametrize(
    ("ghz", "kelvin"), [(40, 75), (70, 75), (100, 75), (160, 86), (230, 90), (280, 150), (870, 1515)]
)
def test_nominal_system_temperatures_are_those_of_the_expected_rms(ghz: float, kelvin: float) -> None:
    assert nominal_tsys_k(ghz * 1e9) == kelvin
