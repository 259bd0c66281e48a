"""Measures how much of the water path the radiometers left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable, read_caltable
from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.truth import Truth
from almared.simulate.verify.comparison import Comparison

LEFT_LIMIT_PERCENT = 10.0
"""Largest fraction of the path rms that may be left with 0.1 K of radiometer noise (5 % without noise)."""

LEAST_PATH_M = 200e-6
"""Path rms from which the limit applies; below, the radiometers' noise is a larger part."""

KINDS = ("bandpass", "flux", "phase", "check", "target")
Real = NDArray[np.float64]


def compare_water(wvr_table: Path, truth: Truth, *, limit_percent: float = LEFT_LIMIT_PERCENT) -> Iterator[Comparison]:
    """Yield the rms path over baselines and scans (mean of each scan removed) before and after the correction.

    Parameters
    ----------
    wvr_table : Path
        Caltable of wvrgcal.
    truth : Truth
        What was put in.
    limit_percent : float, %
        How much of the rms may be left.
    """
    solutions = read_caltable(wvr_table)
    spw_id = solutions.spw_ids[0]
    window = solutions.of_spw(spw_id)
    frequency = truth.spw(spw_id).mean_frequency_hz
    before, after = [], []
    for scan in (number for kind in KINDS for number in truth.scans(kind)):
        put_in, left = _paths(window, truth, key=(scan, frequency))
        before.append(_baseline_rms(put_in))
        after.append(_baseline_rms(left))
    total, rest = (float(np.sqrt(np.mean(np.concatenate(v) ** 2))) for v in (before, after))
    if total < LEAST_PATH_M:
        return
    yield Comparison(
        quantity="water path rms left by wvrgcal",
        selection="all baselines and scans",
        put_in=1e6 * total,
        found=1e6 * rest,
        unit="um",
        deviation=100 * rest / total,
        limit=limit_percent,
        deviation_unit="% left",
    )


def _paths(window: CalTable, truth: Truth, *, key: tuple[int, float]) -> tuple[Real, Real]:
    """Return the true path of a scan and what is left of it (m; time, antenna_name), at the science integrations."""
    scan, frequency = key
    water, times = truth.water_path(scan), truth.times(scan)
    margin = 2 * float(window.interval_s.max())
    near = window.where((window.time_mjd_s >= times.min() - margin) & (window.time_mjd_s <= times.max() + margin))
    found = np.array([_found_path(near, antenna, where=(times, frequency)) for antenna in range(water.shape[1])]).T
    turn = LIGHT_M_S / frequency
    # Phases give paths modulo whole turns: take the turn nearest to the true path, after the common offset.
    offset = np.angle(np.mean(np.exp(2j * np.pi * (water - found) / turn))) * turn / (2 * np.pi)
    left = (water - found - offset + turn / 2) % turn - turn / 2
    return water, left


def _found_path(window: CalTable, antenna: int, *, where: tuple[Real, float]) -> Real:
    """Return the path (m) of an antenna's solutions at times, interpolated as applycal does."""
    times, frequency = where
    mine = window.where(window.antenna1 == antenna)
    order = np.argsort(mine.time_mjd_s)
    phase = np.unwrap(np.angle(mine.param[order, 0, 0]))
    return np.asarray(np.interp(times, mine.time_mjd_s[order], -phase / (2 * np.pi) * LIGHT_M_S / frequency))


def _baseline_rms(path: Real) -> Real:
    """Return the rms over time of the path difference of every baseline, its mean removed."""
    first, second = np.triu_indices(path.shape[1], 1)
    return np.asarray((path[:, first] - path[:, second]).std(axis=0))
