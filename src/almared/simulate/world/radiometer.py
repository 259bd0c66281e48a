"""Readings of the 183 GHz water-vapour radiometers: one layer of water, both sidebands, spill-over behind it.

References
----------
Rosenkranz 1998, Radio Science 33, 919 (lines and continuum of water vapour); asdm-facts 6 (bands and coupling that
wvrgcal assumes; it fits column, temperature and pressure of one layer itself).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.physics.constants import BACKGROUND_K, BOLTZMANN_J_K, PLANCK_J_S
from almared.simulate.scenario.models import RadiometerPart

FloatArray = NDArray[np.float64]

LINE_GHZ = 183.31
OFFSETS_GHZ = (1.25, 3.25, 5.5, 7.25)
WIDTHS_GHZ = (1.5, 2.5, 2.0, 1.5)
SAMPLES = 25
PLANCK_OVER_BOLTZMANN_K_PER_GHZ = 1e9 * PLANCK_J_S / BOLTZMANN_J_K
CUTOFF_SQUARE_GHZ = 562500.0
DENSITY = 0.3183e-4 * 3.335e16
VAPOUR_HPA_PER_DENSITY_AND_K = 1.0 / 217.0

LINES = np.array(
    [
        (22.2351, 0.1310e-13, 2.144, 0.00281, 0.69),
        (183.3101, 0.2273e-11, 0.668, 0.00281, 0.64),
        (321.2256, 0.8036e-13, 6.179, 0.00230, 0.67),
        (325.1529, 0.2694e-11, 1.541, 0.00278, 0.68),
        (380.1974, 0.2438e-10, 1.048, 0.00287, 0.54),
        (439.1508, 0.2179e-11, 3.595, 0.00210, 0.63),
        (443.0183, 0.4624e-12, 5.048, 0.00186, 0.60),
        (448.0011, 0.2562e-10, 1.405, 0.00263, 0.66),
        (470.8890, 0.8369e-12, 3.597, 0.00215, 0.66),
        (474.6891, 0.3263e-11, 2.379, 0.00236, 0.65),
        (488.4911, 0.6659e-12, 2.852, 0.00260, 0.69),
        (556.9360, 0.1531e-08, 0.159, 0.00321, 0.69),
        (620.7008, 0.1707e-10, 2.391, 0.00244, 0.71),
        (752.0332, 0.1011e-08, 0.396, 0.00306, 0.68),
        (916.1712, 0.4227e-10, 1.441, 0.00267, 0.70),
    ]
)
"""Frequency (GHz), strength at 300 K, its temperature coefficient, width (GHz/hPa), exponent of the width."""


@dataclass(frozen=True, slots=True)
class Radiometer:
    """Sky temperatures of the four channels as a function of the slant water column.

    Parameters
    ----------
    part : RadiometerPart
        Layer, coupling and spill-over.
    frequency_ghz : ndarray of float, GHz, shape (channel, sample)
        Where each channel is sampled, both sidebands.
    tau_per_m : ndarray of float, neper/m, shape (channel, sample)
        Opacity per water column.
    """

    part: RadiometerPart
    frequency_ghz: FloatArray
    tau_per_m: FloatArray

    def temperatures(self, slant_pwv_m: FloatArray) -> FloatArray:
        """Return the readings of the radiometers.

        Parameters
        ----------
        slant_pwv_m : ndarray of float, m
            Water column along the line of sight, any shape.

        Returns
        -------
        ndarray of float, K, shape (*slant, channel)
        """
        layer = _rayleigh_jeans(self.part.layer_temperature, self.frequency_ghz)
        background = _rayleigh_jeans(BACKGROUND_K, self.frequency_ghz)
        column = np.maximum(slant_pwv_m, 0.0)[..., None, None]
        sky = np.mean(layer - (layer - background) * np.exp(-self.tau_per_m * column), axis=-1)
        return np.asarray(self.part.coupling * sky + (1.0 - self.part.coupling) * self.part.spill_temperature)


def make_radiometer(part: RadiometerPart) -> Radiometer:
    """Return the model of the radiometers."""
    places = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5
    offsets = np.array([o + w * places for o, w in zip(OFFSETS_GHZ, WIDTHS_GHZ, strict=True)])
    frequency = LINE_GHZ + np.concatenate((-offsets, offsets), axis=1)
    tau = water_opacity(frequency, temperature_k=part.layer_temperature, pressure_pa=part.layer_pressure)
    return Radiometer(part, frequency, 1e3 * tau)


def water_opacity(frequency_ghz: FloatArray, *, temperature_k: float, pressure_pa: float) -> FloatArray:
    """Return the opacity (neper) of a millimetre of water vapour in a thin layer.

    Parameters
    ----------
    frequency_ghz : ndarray of float, GHz
        Any shape.
    temperature_k, pressure_pa : float, K, Pa
        Of the layer; broadening by the vapour itself is left out.
    """
    inverse, dry_hpa = 300.0 / temperature_k, pressure_pa / 100.0
    centre, strength, slope, width, exponent = LINES.T
    strength = strength * inverse**2.5 * np.exp(slope * (1.0 - inverse))
    width = width * dry_hpa * inverse**exponent
    f = frequency_ghz[..., None]
    shape = sum(
        width / ((f + sign * centre) ** 2 + width**2) - width / (CUTOFF_SQUARE_GHZ + width**2) for sign in (-1, 1)
    )
    lines = DENSITY * np.sum(strength * shape * (f / centre) ** 2, axis=-1)
    vapour = temperature_k * VAPOUR_HPA_PER_DENSITY_AND_K
    continuum = 5.43e-10 * dry_hpa * inverse**3 * vapour * frequency_ghz**2
    return np.asarray(lines + continuum)


def _rayleigh_jeans(temperature_k: float, frequency_ghz: FloatArray) -> FloatArray:
    quantum = PLANCK_OVER_BOLTZMANN_K_PER_GHZ * frequency_ghz
    return np.asarray(quantum / np.expm1(quantum / temperature_k))
