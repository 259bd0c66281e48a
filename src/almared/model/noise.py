"""Noise of visibilities, as it was measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowScatter:
    """Noise of the visibilities of a window.

    Parameters
    ----------
    ratio : float
        Scatter over that which the weights tell.
    neighbours : tuple of float
        Correlation coefficients of the noise of channels one and two apart.
    """

    ratio: float
    neighbours: tuple[float, float]
