"""Antennas in the shadow of others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from casacore import tables


@dataclass(frozen=True, slots=True)
class Shadow:
    """An antenna that was in shadow.

    Parameters
    ----------
    antenna : str
        Its name.
    behind : tuple of str
        The antennas that stood before it.
    seconds : float, s
        For how long, over all sources.
    first_mjd_s, last_mjd_s : float, s
        First and last time, MJD seconds UTC.
    """

    antenna: str
    behind: tuple[str, ...]
    seconds: float
    first_mjd_s: float
    last_mjd_s: float


def find_shadows(ms: Path) -> tuple[Shadow, ...]:
    """Return the antennas that were in shadow, in the order of their ids.

    Two antennas overlap on the sky when their projected distance is less than the mean of their diameters; the one
    that is farther from the source is in shadow.

    Parameters
    ----------
    ms : Path
        MeasurementSet; its UVW point from antenna 2 to antenna 1, as CASA has them.

    References
    ----------
    CASA, flagdata mode 'shadow' with tolerance 0.
    """
    with tables.table(str(ms), ack=False) as table:
        one, two, times, intervals, uvw = (
            table.getcol(name) for name in ("ANTENNA1", "ANTENNA2", "TIME", "INTERVAL", "UVW")
        )
    with tables.table(f"{ms}/ANTENNA", ack=False) as table:
        names, diameters = table.getcol("NAME"), np.asarray(table.getcol("DISH_DIAMETER"))
    near = (one != two) & (np.hypot(uvw[:, 0], uvw[:, 1]) < (diameters[one] + diameters[two]) / 2)
    hidden = np.where(uvw[near, 2] > 0, two[near], one[near])
    front = np.where(uvw[near, 2] > 0, one[near], two[near])
    return tuple(
        _shadow(
            str(names[antenna]),
            times[near][hidden == antenna],
            intervals=intervals[near][hidden == antenna],
            behind=tuple(str(names[n]) for n in np.unique(front[hidden == antenna])),
        )
        for antenna in np.unique(hidden)
    )


def _shadow(antenna: str, times: np.ndarray, *, intervals: np.ndarray, behind: tuple[str, ...]) -> Shadow:
    # Windows have rows of their own for the same time.
    moments, places = np.unique(times, return_index=True)
    return Shadow(antenna, behind, float(intervals[places].sum()), float(moments[0]), float(moments[-1]))
