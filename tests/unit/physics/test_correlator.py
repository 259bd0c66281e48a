"""What Hanning smoothing does, from its three weights."""

from __future__ import annotations

import numpy as np
import pytest

from almared.physics.correlator import HANNING_EFFECTIVE, HANNING_RESOLUTION, INDEPENDENT_LAG

WEIGHTS = np.array([0.25, 0.5, 0.25])


def test_the_effective_bandwidth_is_that_of_the_weights() -> None:
    assert pytest.approx(1 / (WEIGHTS**2).sum(), rel=1e-15) == HANNING_EFFECTIVE


def test_channels_share_noise_below_the_independent_lag_alone() -> None:
    shared = np.correlate(WEIGHTS, WEIGHTS, mode="full")[len(WEIGHTS) - 1 :]
    assert np.count_nonzero(shared) == INDEPENDENT_LAG


def test_the_resolution_is_the_width_at_half_of_a_smoothed_spike() -> None:
    places = np.arange(-1, 2)
    half = WEIGHTS.max() / 2
    width = np.interp(-half, -WEIGHTS[1:], places[1:]) - np.interp(half, WEIGHTS[:2], places[:2])
    assert width == HANNING_RESOLUTION
