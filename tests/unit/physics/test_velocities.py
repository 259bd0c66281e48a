"""Velocities against astropy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.physics.velocities import radio_frequency_hz, radio_velocity_m_s, width_hz, width_m_s

CO_HZ = 115.2712018e9


def test_velocities_are_those_of_astropy() -> None:
    from astropy import units

    frequencies = np.linspace(114.0e9, 116.5e9, 11)
    ours = radio_velocity_m_s(frequencies, CO_HZ)
    theirs = (frequencies * units.Hz).to_value(units.m / units.s, units.doppler_radio(CO_HZ * units.Hz))
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-6)
    assert width_m_s(1e6, CO_HZ) == pytest.approx(2600.76, rel=1e-5)


@given(st.floats(-3e7, 3e7), st.floats(3e10, 1e12))
def test_velocity_and_frequency_are_inverse(velocity: float, rest_hz: float) -> None:
    assert radio_velocity_m_s(radio_frequency_hz(velocity, rest_hz), rest_hz) == pytest.approx(velocity, abs=1e-6)
    assert width_m_s(width_hz(velocity, rest_hz), rest_hz) == pytest.approx(velocity, rel=1e-12)
