"""Arrays with few antennas: high sidelobes are predicted, the image is wide enough for them, divergence is told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from almared.heuristics.imaging.clean import choose_cycle_factor
from almared.heuristics.imaging.geometry import Pointings, choose_imsize
from almared.heuristics.imaging.psf import WeightedPoints, predict_psf
from almared.heuristics.thresholds.imaging import IMAGE_FAR_SIDELOBE

ARCSEC = math.pi / 180 / 3600
CELL_ARCSEC, PIXELS = 0.5, 96
ONE = Pointings(((1.58, -0.4917),), (0,), "ICRS", (12.0,))


def snapshot(antennas: int) -> WeightedPoints:
    """The uv points of some antennas within 60 m at 3 mm, seen once."""
    x, y = np.random.default_rng(1).uniform(-20_000, 20_000, (2, antennas))
    first, second = np.triu_indices(antennas, 1)
    u, v = x[first] - x[second], y[first] - y[second]
    return WeightedPoints(u, v, np.ones(len(u)))


@pytest.mark.parametrize("antennas", [5, 6, 8])
def test_the_predicted_sidelobe_is_that_of_the_sum_over_the_visibilities(antennas: int) -> None:
    """Without a grid: each visibility is a wave over the image."""
    points = snapshot(antennas)
    offsets = (np.arange(PIXELS) - PIXELS // 2) * CELL_ARCSEC * ARCSEC
    waves = [
        np.cos(2 * np.pi * np.add.outer(v * offsets, u * offsets)) for u, v in zip(points.u, points.v, strict=True)
    ]
    beam = np.mean(waves, axis=0)
    predicted = predict_psf(points, robust=2.0, cell_arcsec=CELL_ARCSEC, pixels=PIXELS)
    # Far from the main lobe, so that it does not matter what is fitted to that.
    far = np.hypot(*np.meshgrid(offsets, offsets)) > 2 * predicted.major_arcsec * ARCSEC
    assert predicted.sidelobe >= beam[far].max() - 0.05
    assert predicted.scatter == pytest.approx(1.4826 * np.median(np.abs(beam - np.median(beam))), rel=0.1)


def test_a_beam_that_is_cut_off_has_no_solution_above_the_limit() -> None:
    """Sources in a row, each on a sidelobe of the next: what the threshold's origin says."""
    row = np.eye(200, k=1) + np.eye(200, k=-1)
    for sidelobe, is_sound in ((0.99 * IMAGE_FAR_SIDELOBE.value, True), (1.05 * IMAGE_FAR_SIDELOBE.value, False)):
        assert (np.linalg.eigvalsh(np.eye(200) + sidelobe * row).min() > 0) == is_sound


def test_with_high_sidelobes_the_image_is_twice_its_field() -> None:
    usual, wide = (choose_imsize(ONE, cell_arcsec=0.5, frequency_hz=92e9, sidelobe=s) for s in (0.3, 0.9))
    # The primary beam of 12 m at 92 GHz is 63 arcsec wide; its 0.2 level lies at 1.52 times that.
    field = 63.3 * math.sqrt(math.log2(5)) / 0.5
    assert usual.value[0] == pytest.approx(1.1 * field, rel=0.03)
    assert wide.value[0] >= 2 * field
    assert wide.value[0] == pytest.approx(2 * field, rel=0.08)
    assert "sidelobes of 0.90" in wide.reason


def test_minor_cycles_are_short_where_the_beam_does_not_reach() -> None:
    assert choose_cycle_factor(0.1).value == 1.0
    assert choose_cycle_factor(0.9).value == pytest.approx(0.28, abs=0.01)
    short = choose_cycle_factor(0.9, reaches=False)
    assert short.value == 1.0
    assert "too small" in short.reason
    # With low sidelobes nothing needs to reach anywhere.
    assert choose_cycle_factor(0.3, reaches=False) == choose_cycle_factor(0.3)
