"""Noise of images whose neighbouring channels have correlated noise.

The weights of visibilities hold the noise of one channel. After Hanning smoothing that is the noise of 8/3 channels'
width, and a sum over many channels counts this width for each of them: ``apparentsens`` predicts sqrt(8/3) less noise
for a continuum image than it has. A channel of a cube is interpolated between channels, which lowers its noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Neighbours = tuple[float, float]
"""Correlation coefficients of channels one and two apart: (2/3, 1/6) after Hanning smoothing."""

INDEPENDENT: Neighbours = (0.0, 0.0)
N_PLACES = 21


def continuum_excess(neighbours: Neighbours) -> float:
    """Return the variance of the mean of many channels over that of as many independent ones.

    Examples
    --------
    >>> round(continuum_excess((2 / 3, 1 / 6)), 3)
    2.667
    """
    return 1.0 + 2.0 * sum(neighbours)


def channel_excess(neighbours: Neighbours, *, channels: float) -> float:
    """Return the variance of a channel of a cube over that of the mean of as many independent channels of the data.

    Parameters
    ----------
    neighbours : tuple of float
        Correlation of neighbours.
    channels : float
        Width of a channel of the cube over that of the data.

    Notes
    -----
    With linear interpolation tclean takes the mean of the spectrum at as many places, one channel apart, as a channel
    of the cube is wide; each lies between two channels of the data, at a position that changes during an observation.

    Examples
    --------
    >>> round(channel_excess((0.0, 0.0), channels=1), 2)
    0.67
    """
    n = max(1, round(channels))
    correlation = _correlation(n + 1, neighbours)
    shares = [np.concatenate([[1 - place], np.ones(n - 1), [place]]) / n for place in np.linspace(0, 1, N_PLACES)]
    edges = np.ones(N_PLACES)
    # The trapezoid rule: both ends of the range are the same place.
    edges[[0, -1]] = 0.5
    variances = [float(share @ correlation @ share) for share in shares]
    return n * float(np.average(variances, weights=edges))


def _correlation(n: int, neighbours: Neighbours) -> NDArray[np.float64]:
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return np.asarray(np.select([apart == 0, apart == 1, apart == 2], [1.0, *neighbours], 0.0))
