"""Tells how much of the path of the water the radiometers left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.caltable import CalTable, read_caltable
from almared.simulate.truth import Truth
from almared.simulate.verify.comparison import Comparison

LIGHT_M_S = 299_792_458.0
LEFT_LIMIT_PERCENT = 10.0
"""Most of the path rms that may be left with 0.1 K of radiometer noise (5 % without noise)."""

LEAST_PATH_M = 200e-6
"""Path rms from which on the limit is meant; below, the radiometers' noise is a larger part."""

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
        put_in, left = _paths(window, truth, (scan, frequency))
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


def _paths(window: CalTable, truth: Truth, key: tuple[int, float]) -> tuple[Real, Real]:
    """Return the true path and what is left of it (m; time, antenna_name) at the solutions' times in a scan."""
    scan, frequency = key
    times = truth.times(scan)
    inside = window.where((window.time_mjd_s >= times.min()) & (window.time_mjd_s <= times.max()))
    wanted = np.unique(inside.time_mjd_s)
    water = np.array([np.interp(wanted, times, column) for column in truth.water_path(scan).T]).T
    corrected = np.zeros_like(water)
    for row in range(len(inside)):
        when = int(np.searchsorted(wanted, inside.time_mjd_s[row]))
        antenna = int(inside.antenna1[row])
        phase = np.angle(inside.param[row, 0, 0])
        # The phase of the gain is that of the path, whole turns apart; the turn nearest to the true path is meant.
        turn = LIGHT_M_S / frequency
        path = -phase / (2 * np.pi) * turn
        corrected[when, antenna] = path + turn * np.round((water[when, antenna] - path) / turn)
    return water, water - corrected


def _baseline_rms(path: Real) -> Real:
    """Return the rms over time of the path difference of every baseline, its mean removed."""
    first, second = np.triu_indices(path.shape[1], 1)
    return np.asarray((path[:, first] - path[:, second]).std(axis=0))
