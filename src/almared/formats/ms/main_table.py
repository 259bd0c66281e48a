"""What the main table of a MeasurementSet holds, per scan, subscan and data description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.ms.subtables import opened

N_ROWS_AT_ONCE = 1_000_000
KEYS = ("SCAN_NUMBER", "STATE_ID", "DATA_DESC_ID", "FIELD_ID", "PROCESSOR_ID")

Key = tuple[int, int, int, int, int]
"""Scan, state, data description, field and processor."""


@dataclass(slots=True)
class Stretch:
    """All rows that share scan, state, data description, field and processor.

    Parameters
    ----------
    start_mjd_s, end_mjd_s : float, s
        First begin and last end of an integration, MJD seconds UTC.
    integration_s : float, s
        Length of an integration, the longest where they differ.
    times : ndarray of float, s
        Distinct times.
    antennas : ndarray of int
        Distinct antennas.
    """

    start_mjd_s: float = np.inf
    end_mjd_s: float = -np.inf
    integration_s: float = 0.0
    times: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    antennas: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, rows: dict[str, NDArray[Any]]) -> None:
        """Add more rows."""
        half = rows["INTERVAL"] / 2
        self.start_mjd_s = min(self.start_mjd_s, float((rows["TIME"] - half).min()))
        self.end_mjd_s = max(self.end_mjd_s, float((rows["TIME"] + half).max()))
        self.integration_s = max(self.integration_s, float(rows["INTERVAL"].max()))
        self.times = np.union1d(self.times, rows["TIME"])
        self.antennas = np.union1d(self.antennas, np.concatenate([rows["ANTENNA1"], rows["ANTENNA2"]]))


def read_stretches(path: Path) -> dict[Key, Stretch]:
    """Return the stretches of the main table, read in pieces to bound memory.

    Raises
    ------
    MeasurementSetError
        The main table cannot be read.
    """
    found: dict[Key, Stretch] = {}
    for rows in _pieces(path):
        keys = np.stack([rows[name] for name in KEYS], axis=1)
        unique, places = np.unique(keys, axis=0, return_inverse=True)
        order = np.argsort(places.ravel(), kind="stable")
        bounds = np.searchsorted(places.ravel()[order], np.arange(len(unique) + 1))
        for n, numbers in enumerate(unique):
            scan, state, description, sky_field, processor = (int(number) for number in numbers)
            chosen = order[bounds[n] : bounds[n + 1]]
            stretch = found.setdefault((scan, state, description, sky_field, processor), Stretch())
            stretch.add({name: values[chosen] for name, values in rows.items()})
    return found


def _pieces(path: Path) -> Iterator[dict[str, NDArray[Any]]]:
    names = (*KEYS, "TIME", "INTERVAL", "ANTENNA1", "ANTENNA2")
    with opened(path) as main:
        for start in range(0, main.nrows(), N_ROWS_AT_ONCE):
            yield {name: np.asarray(main.getcol(name, start, N_ROWS_AT_ONCE)) for name in names}
