"""CASA calibration tables as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

ROW_ARRAYS = (
    "time_mjd_s",
    "interval_s",
    "field_id",
    "spw_id",
    "antenna1",
    "antenna2",
    "scan",
    "n_channels",
    "param",
    "error",
    "flag",
    "snr",
    "weight",
)
"""Attributes with a value for each row."""


@dataclass(frozen=True, slots=True, eq=False)
class CalTable:
    """The solutions of a calibration table.

    When spectral windows have different numbers of channels, rows are padded: NaN, flagged. `of_spw` removes the
    padding.

    Parameters
    ----------
    kind : str
        Type of the solutions as CASA names it: ``G Jones``, ``T Jones``, ``B Jones``, ``B TSYS``, ``KAntPos Jones``.
    vis : str
        MeasurementSet they were made from, as recorded.
    antenna_names, field_names : tuple of str
        By id.
    time_mjd_s, interval_s : ndarray of float, s, shape (row,)
        Time, MJD seconds UTC, and interval.
    field_id, spw_id, antenna1, antenna2, scan, n_channels : ndarray of int, shape (row,)
        Labels of each row; antenna2 is the reference antenna, -1 when there is none.
    param : ndarray of complex or float, shape (row, frequency, polarization)
        Solutions: gains (complex), or delays in ns, temperatures in K, position offsets in m (float).
    error : ndarray of float, shape (row, frequency, polarization)
        Formal errors.
    flag : ndarray of bool, shape (row, frequency, polarization)
        True where there is no solution.
    snr, weight : ndarray of float, shape (row, frequency, polarization)
        Signal-to-noise ratio and weight; NaN where the table has none.
    frequencies_hz : tuple of ndarray of float, Hz
        Channel centres by spectral window.
    """

    kind: str
    vis: str
    antenna_names: tuple[str, ...]
    field_names: tuple[str, ...]
    time_mjd_s: Array
    interval_s: Array
    field_id: Array
    spw_id: Array
    antenna1: Array
    antenna2: Array
    scan: Array
    n_channels: Array
    param: Array
    error: Array
    flag: Array
    snr: Array
    weight: Array
    frequencies_hz: tuple[Array, ...]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.time_mjd_s)

    @property
    def spw_ids(self) -> tuple[int, ...]:
        """Spectral windows that have solutions, sorted."""
        return tuple(int(n) for n in np.unique(self.spw_id))

    def where(self, chosen: Array) -> CalTable:
        """Return the rows chosen by a mask or by row numbers."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in ROW_ARRAYS})

    def of_spw(self, spw_id: int) -> CalTable:
        """Return the rows of a spectral window, without padding."""
        rows = self.where(self.spw_id == spw_id)
        n = int(rows.n_channels.max()) if len(rows) else 0
        cut = ("param", "error", "flag", "snr", "weight")
        return replace(rows, **{name: getattr(rows, name)[:, :n] for name in cut})

    def of_antenna(self, name: str) -> CalTable:
        """Return the rows of an antenna; none when it is not in the table."""
        number = self.antenna_names.index(name) if name in self.antenna_names else -1
        return self.where(self.antenna1 == number)

    def masked(self) -> Array:
        """Return the solutions with NaN where they are flagged."""
        return np.where(self.flag, np.nan, self.param)
