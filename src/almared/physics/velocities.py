"""Velocities of lines in the radio convention: the shift in frequency over the rest frequency."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from almared.physics.constants import LIGHT_M_S

Number = TypeVar("Number", float, NDArray[np.float64])


def radio_velocity_m_s(frequency_hz: Number, rest_hz: float) -> Number:
    """Return the velocity (m/s) at a frequency (Hz), positive for what recedes."""
    return LIGHT_M_S * (1 - frequency_hz / rest_hz)


def radio_frequency_hz(velocity_m_s: float, rest_hz: float) -> float:
    """Return the frequency (Hz) at a velocity (m/s)."""
    return rest_hz * (1 - velocity_m_s / LIGHT_M_S)


def width_m_s(width_hz: float, rest_hz: float) -> float:
    """Return the width in velocity (m/s) of a width in frequency (Hz)."""
    return width_hz / rest_hz * LIGHT_M_S


def width_hz(width_m_s: float, rest_hz: float) -> float:
    """Return the width in frequency (Hz) of a width in velocity (m/s)."""
    return width_m_s / LIGHT_M_S * rest_hz
