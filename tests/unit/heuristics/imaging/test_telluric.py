"""Strong lines of the atmosphere are no continuum."""

from __future__ import annotations

import numpy as np
import pytest

from almared.heuristics.imaging.lines import find_telluric_channels
from almared.model import SpectralWindow
from almared.stages.imaging.lines import telluric_warnings

OZONE_GHZ = (231.281, 235.710, 237.146, 239.093)
"""Lines of ozone in Band 6 (JPL catalogue, species 48004)."""


def window(centre_ghz: float, *, width_ghz: float = 1.875, n: int = 480) -> SpectralWindow:
    step = width_ghz * 1e9 / n
    return SpectralWindow(
        id=17,
        name="ALMA_RB_06#BB_1#SW-01#FULL_RES",
        baseband=1,
        sideband="USB",
        n_channels=n,
        first_channel_hz=centre_ghz * 1e9 - (n - 1) / 2 * step,
        channel_step_hz=step,
        channel_width_hz=step,
        effective_bandwidth_hz=step,
        resolution_hz=2 * step,
        ref_frequency_hz=centre_ghz * 1e9,
    )


def frequencies(centre_ghz: float, *, width_ghz: float = 1.875, n: int = 480) -> np.ndarray:
    return (centre_ghz + ((np.arange(n) + 0.5) / n - 0.5) * width_ghz) * 1e9


@pytest.mark.parametrize("line_ghz", OZONE_GHZ)
def test_lines_of_ozone_are_found_where_the_catalogue_has_them(line_ghz: float) -> None:
    found = find_telluric_channels(frequencies(line_ghz + 0.3))
    places = frequencies(line_ghz + 0.3)[found] / 1e9
    assert 0 < found.mean() < 0.3
    assert np.abs(places - line_ghz).max() < 0.25
    assert places.min() < line_ghz < places.max()


@pytest.mark.parametrize("centre_ghz", [90.5, 100.0, 220.4, 345.8])
def test_calm_windows_lose_nothing(centre_ghz: float) -> None:
    assert not find_telluric_channels(frequencies(centre_ghz)).any()


def test_continuum_in_such_a_line_is_told() -> None:
    spw = window(237.4)
    (told,) = telluric_warnings(spw, ((0, 479),), source="M100")
    assert "M100" in told
    assert "window 17" in told
    assert "237.1" in told
    assert telluric_warnings(spw, ((300, 479),), source="M100") == []
