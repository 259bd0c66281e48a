"""Calibration tables as arrays, made up for tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable


def made_up_table(
    param: NDArray[np.generic],
    *,
    antenna: list[int],
    spw: list[int],
    scan: list[int] | None = None,
    kind: str = "G Jones",
) -> CalTable:
    """Return a table of rows (row, frequency, polarization), NaN flagged; windows lie at 100 GHz, 1 MHz channels."""
    n_rows, n_channels = len(antenna), param.shape[1]
    names = tuple(f"DA{41 + n}" for n in range(max(antenna) + 1))
    scans = np.array(scan if scan is not None else [1] * n_rows)
    numbers = np.array(spw)
    return CalTable(
        kind=kind,
        vis="made-up.ms",
        antenna_names=names,
        field_names=("J0423-0120",),
        time_mjd_s=5.0e9 + 60.0 * scans,
        interval_s=np.full(n_rows, 6.0),
        field_id=np.zeros(n_rows, dtype=int),
        spw_id=numbers,
        antenna1=np.array(antenna),
        antenna2=np.zeros(n_rows, dtype=int),
        scan=scans,
        n_channels=np.full(n_rows, n_channels),
        param=param,
        error=np.zeros(param.shape),
        flag=np.isnan(param),
        snr=np.full(param.shape, 100.0),
        weight=np.ones(param.shape),
        frequencies_hz=tuple(100e9 + 1e6 * np.arange(n_channels) for _ in range(int(numbers.max()) + 1)),
    )
