"""A frozen screen of water vapour carried over the array by the wind, with Kolmogorov statistics.

References
----------
Taylor's frozen flow; power spectrum ``(k^2 + k0^2)^(-11/6)``, whose structure function goes as b^(5/3) below
the outer scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.simulate.scenario.models import AtmospherePart
from almared.simulate.world.array import enu_axes
from almared.simulate.world.geometry import Frame
from almared.simulate.world.seeds import generator

FloatArray = NDArray[np.float64]

MARGIN_M = 2000.0
LARGEST_PIXELS = 1 << 23


@dataclass(frozen=True, slots=True)
class PhaseScreen:
    """Zenith path above the mean, on a periodic grid whose first axis lies along the wind.

    Parameters
    ----------
    path_m : ndarray of float, m, shape (along, across)
        Extra path.
    pixel_m : float, m
        Distance of grid points.
    air : AtmospherePart
        Wind and height.
    start_mjd_s : float, s
        When the grid's origin is above the array's.
    """

    path_m: FloatArray
    pixel_m: float
    air: AtmospherePart
    start_mjd_s: float

    def paths(self, enu_m: FloatArray, frame: Frame, *, mjd_s: FloatArray) -> FloatArray:
        """Return the zenith path over each antenna along its line of sight.

        Parameters
        ----------
        enu_m : ndarray of float, m, shape (antenna_name, 3)
            Antennas.
        frame : Frame
            Where they look.
        mjd_s : ndarray of float, s, shape (time,)
            When.

        Returns
        -------
        ndarray of float, m, shape (time, antenna_name)
        """
        from scipy.ndimage import map_coordinates

        sight = frame.w @ enu_axes().T
        shift = self.air.height * sight[:, :2] / sight[:, 2:]
        place = enu_m[None, :, :2] + shift[:, None, :]
        cos, sin = np.cos(self.air.wind_angle), np.sin(self.air.wind_angle)
        blown = self.air.wind_speed * (mjd_s - self.start_mjd_s)
        along = place[..., 0] * cos + place[..., 1] * sin - blown[:, None]
        across = place[..., 1] * cos - place[..., 0] * sin
        points = np.stack((along, across)) / self.pixel_m
        return np.asarray(map_coordinates(self.path_m, points, order=1, mode="grid-wrap"))

    def averaged(self, enu_m: FloatArray, frame: Frame, *, mjd_s: FloatArray, length_s: float) -> FloatArray:
        """Return the paths averaged over integrations of a length centred on the times.

        Parameters
        ----------
        enu_m, frame, mjd_s
            As for `paths`.
        length_s : float, s
            Length of an integration; it is sampled about once a second.
        """
        count = max(2, int(np.ceil(length_s)))
        offsets = (np.arange(count) + 0.5) / count * length_s - 0.5 * length_s
        return np.asarray(np.mean([self.paths(enu_m, frame, mjd_s=mjd_s + step) for step in offsets], axis=0))


def make_screen(
    air: AtmospherePart, enu_m: FloatArray, *, start_mjd_s: float, end_mjd_s: float, seed: int
) -> PhaseScreen:
    """Return a screen large enough for the observation, scaled to the requested rms.

    Parameters
    ----------
    air : AtmospherePart
        Its statistics and wind; a screen that is switched off is zero everywhere.
    enu_m : ndarray of float, m, shape (antenna_name, 3)
        Antennas.
    start_mjd_s, end_mjd_s : float, s
        Of the observation.
    seed : int
        Of the simulation.
    """
    if not air.screen or air.path_rms == 0.0:
        return PhaseScreen(np.zeros((2, 2)), 1.0, air, start_mjd_s)
    extent = float(np.ptp(enu_m[:, :2], axis=0).max()) + MARGIN_M
    length = extent + air.wind_speed * (end_mjd_s - start_mjd_s)
    width = max(extent, min(air.outer_scale, 4000.0))
    pixel = air.inner_scale * max(1.0, np.sqrt(length * width / air.inner_scale**2 / LARGEST_PIXELS))
    path = _kolmogorov((_size(length / pixel), _size(width / pixel)), pixel, air=air, seed=seed)
    return PhaseScreen(path * (air.path_rms / _rms_at(path, air.reference_baseline / pixel)), pixel, air, start_mjd_s)


def _size(wanted: float) -> int:
    from scipy.fft import next_fast_len

    return int(next_fast_len(max(32, int(np.ceil(wanted)))))


def _kolmogorov(shape: tuple[int, int], pixel: float, *, air: AtmospherePart, seed: int) -> FloatArray:
    from scipy.fft import irfft2, rfft2

    white = generator(seed, "screen").standard_normal(shape)
    kx = np.fft.fftfreq(shape[0], pixel)[:, None]
    ky = np.fft.rfftfreq(shape[1], pixel)[None, :]
    square = kx**2 + ky**2
    amplitude = (square + air.outer_scale**-2) ** (-11.0 / 12.0) * np.exp(-square * air.inner_scale**2)
    amplitude[0, 0] = 0.0
    return np.asarray(irfft2(rfft2(white) * amplitude, s=shape))


def _rms_at(path: FloatArray, lag: float) -> float:
    """Return the rms difference at a lag (in pixels), over both axes."""
    step = max(1, round(lag))
    squares = [np.mean((np.roll(path, step, axis) - path) ** 2) for axis in (0, 1)]
    return float(np.sqrt(np.mean(squares)))
