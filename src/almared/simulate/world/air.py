"""Opacity and brightness of the sky from CASA's atmosphere tool.

References
----------
casatools ``atmosphere`` (ATM, Pardo et al. 2001).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.engine.configure import configure_casa
from almared.model import SpectralWindow
from almared.simulate.scenario.models import AtmospherePart

FloatArray = NDArray[np.float64]

ALTITUDE_M = 5059.0
AIRMASSES = np.concatenate((np.arange(1.0, 2.0, 0.1), np.arange(2.0, 4.01, 0.25)))
FINEST_HZ = 2e6
"""The tool's own spacing is no finer; the narrowest lines here (stratospheric ozone) are wider."""


@dataclass(frozen=True, slots=True)
class WindowAir:
    """The sky in one spectral window.

    Parameters
    ----------
    tau : ndarray of float, neper, shape (frequency,)
        Zenith opacity, dry and wet.
    sky_k : ndarray of float, K, shape (airmass, frequency)
        Rayleigh-Jeans brightness on the grid `AIRMASSES`.
    """

    tau: FloatArray
    sky_k: FloatArray

    def sky(self, airmass: float) -> FloatArray:
        """Return the sky brightness (K) at an airmass, shape (frequency,)."""
        place = float(np.interp(airmass, AIRMASSES, np.arange(AIRMASSES.size)))
        low = min(int(place), AIRMASSES.size - 2)
        return np.asarray(self.sky_k[low] + (place - low) * (self.sky_k[low + 1] - self.sky_k[low]))


def make_window_air(air: AtmospherePart, spws: Sequence[SpectralWindow]) -> dict[int, WindowAir]:
    """Return the sky of each correlator window by id; transparent and dark when opacity is off."""
    wanted = [spw for spw in spws if spw.processor == "CORRELATOR" and spw.n_channels > 1]
    if not air.opacity:
        return {
            spw.id: WindowAir(np.zeros(spw.n_channels), np.zeros((AIRMASSES.size, spw.n_channels))) for spw in wanted
        }
    tool = _tool(air)
    made: dict[tuple[float, float, int], WindowAir] = {}
    for spw in wanted:
        if _grid(spw) not in made:
            made[_grid(spw)] = _window(tool, air, spw=spw)
    return {spw.id: made[_grid(spw)] for spw in wanted}


def _grid(spw: SpectralWindow) -> tuple[float, float, int]:
    """Return a key that identifies a channel grid."""
    return spw.first_channel_hz, spw.channel_step_hz, spw.n_channels


def _window(tool: Any, air: AtmospherePart, *, spw: SpectralWindow) -> WindowAir:
    step_hz = max(spw.channel_width_hz, min(FINEST_HZ, spw.bandwidth_hz / 4.0))
    tool.initSpectralWindow(1, _q(spw.mean_frequency_hz, "Hz"), _q(spw.bandwidth_hz, "Hz"), _q(step_hz, "Hz"))
    tool.setUserWH2O(_q(air.pwv * 1e3, "mm"))
    tau = np.asarray(tool.getDryOpacitySpec(0)[1]) + np.asarray(tool.getWetOpacitySpec(0)[1]["value"])
    sky = np.array([_sky(tool, airmass) for airmass in AIRMASSES])
    step = slice(None, None, -1 if spw.channel_step_hz < 0 else 1)
    return WindowAir(_fitted(tau, spw)[step], np.array([_fitted(row, spw)[step] for row in sky]))


def _sky(tool: Any, airmass: float) -> FloatArray:
    tool.setAirMass(float(airmass))
    return np.asarray(tool.getTrjSkySpec(0)[1]["value"], dtype=float)


def _fitted(values: FloatArray, spw: SpectralWindow) -> FloatArray:
    """Return the tool's values on the channels of a window; fine windows are computed on fewer channels."""
    if values.size == spw.n_channels:
        return values
    places = (np.arange(spw.n_channels) + 0.5) / spw.n_channels * values.size - 0.5
    return np.asarray(np.interp(places, np.arange(values.size), values))


def _tool(air: AtmospherePart) -> Any:
    configure_casa(Path(os.devnull))
    from casatools import atmosphere

    tool = atmosphere()
    tool.initAtmProfile(
        humidity=100.0 * air.humidity,
        temperature=_q(air.temperature, "K"),
        altitude=_q(ALTITUDE_M, "m"),
        pressure=_q(air.pressure / 100.0, "mbar"),
        atmType=1,
    )
    return tool


def _q(value: float, unit: str) -> dict[str, object]:
    return {"value": float(value), "unit": unit}
