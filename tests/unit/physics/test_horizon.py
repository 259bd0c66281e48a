"""The local axes of an array."""

from __future__ import annotations

import erfa
import numpy as np
import pytest

from almared.physics.horizon import east_north_up_m

SITE = np.radians(-67.754929), np.radians(-23.022886)


def test_up_is_the_height_above_the_ellipsoid() -> None:
    step = 500.0 / 6.378e6
    offsets = [(0.0, 0.0, 0.0), (step, 0.0, 0.0), (-step, 0.0, 0.0), (0.0, step, 20.0), (0.0, -step, -20.0)]
    places = np.array([erfa.gd2gc(1, SITE[0] + e / np.cos(SITE[1]), SITE[1] + n, 5000.0 + up) for e, n, up in offsets])
    found = east_north_up_m(places)
    assert found[1] - found[2] == pytest.approx([1000.0, 0.0, 0.0], abs=2.0)
    assert found[3] - found[4] == pytest.approx([0.0, 1000.0, 40.0], abs=10.0)
    assert found[:, 2] == pytest.approx([0.0, 0.0, 0.0, 20.0, -20.0], abs=0.1)
