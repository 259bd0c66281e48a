"""Where visibilities lie in the uv plane, and their weights: they set the beam of an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class UvPoints:
    """Unflagged visibilities of some fields and windows, one point per row.

    Parameters
    ----------
    u, v : ndarray of float, wavelengths, shape (row,)
        At the centre of the row's window.
    weight : ndarray of float, 1/Jy2, shape (row,)
        Sum over the channels and parallel hands that are not flagged.
    length_m : ndarray of float, m, shape (row,)
        Projected length of the baseline.
    channel_weight : dict of int to ndarray of float, 1/Jy2, shape (frequency,)
        Per window, the remaining weight of each channel.
    """

    u: NDArray[np.float64]
    v: NDArray[np.float64]
    weight: NDArray[np.float64]
    length_m: NDArray[np.float64]
    channel_weight: dict[int, NDArray[np.float64]]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Length of each projected baseline in wavelengths."""
        return np.hypot(self.u, self.v)

    @property
    def natural_rms_jy(self) -> float:
        """Noise of a naturally weighted image if the weights are right, infinite without data (Jy)."""
        total = float(self.weight.sum())
        return float(1.0 / np.sqrt(total)) if total > 0 else float("inf")
