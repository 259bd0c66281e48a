"""Measured noise of visibilities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowScatter:
    """Noise of the visibilities of a window.

    Parameters
    ----------
    ratio : float
        Measured scatter over the scatter that the weights predict.
    neighbours : tuple of float
        Correlation coefficients of the noise of channels one and two apart.
    """

    ratio: float
    neighbours: tuple[float, float]
