"""Averaged visibilities of an MS, gathered in one pass, from which all figures of visibilities are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import MeasurementSetError
from almared.formats.ms.subtables import opened
from almared.measure.visibilities import choose_short_limit_m

Array = NDArray[Any]

BYTES_AT_ONCE = 64_000_000
"""Of visibilities read at a time."""

BYTES_PER_VISIBILITY = 8


@dataclass(frozen=True, slots=True)
class FieldAveraging:
    """What is averaged of one field.

    Parameters
    ----------
    bin_s : float, s
        Length of the bins of time within each scan.
    longest_m : float, m
        Longest projected baseline that goes into the spectrum, and of targets the longest that is read at all.
    is_target : bool
        Whether only baselines up to that length are read.
    """

    bin_s: float
    longest_m: float = float("inf")
    is_target: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averaged visibilities of one field in one window, cross-correlations only.

    Parameters
    ----------
    field_id, spw_id : int
        Which.
    time_mjd_s : ndarray of float, s, shape (time,)
        Mean times of the bins, MJD seconds UTC.
    scan : ndarray of int, shape (time,)
        Scans of the bins.
    antenna1, antenna2 : ndarray of int, shape (baseline_id,)
        Antennas of the baselines.
    uv_m : ndarray of float, m, shape (time, baseline_id, 2)
        Mean u and v; NaN where there are no rows.
    vis : ndarray of complex, Jy, shape (time, baseline_id, polarization)
        Weighted mean over channels and time of the parallel hands; NaN where all is flagged or was not read.
    model : ndarray of complex, Jy, shape (time, baseline_id, polarization), or None
        The same of the model, where there is one.
    weight : ndarray of float, 1/Jy2, shape (time, baseline_id, polarization)
        Sum of the weights of the unflagged visibilities.
    power, noise : ndarray of float, Jy2, shape (time, baseline_id)
        Mean over integrations of the squared amplitude of their channel averages (mean of the polarisations), and the
        part of it that is noise, from the difference of the polarisations; NaN without both.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels.
    spectrum : ndarray of complex, Jy, shape (frequency, polarization)
        Weighted mean over time and the baselines up to the limit.
    spectrum_weight : ndarray of float, 1/Jy2, shape (frequency, polarization)
        Its weight, zero where there are no data.
    correlations : tuple of str
        The parallel hands, ``("XX", "YY")``.
    limit_m : float, m
        Longest baseline in the spectrum.
    """

    field_id: int
    spw_id: int
    time_mjd_s: Array
    scan: Array
    antenna1: Array
    antenna2: Array
    uv_m: Array
    vis: Array
    model: Array | None
    weight: Array
    power: Array
    noise: Array
    frequency_hz: Array
    spectrum: Array
    spectrum_weight: Array
    correlations: tuple[str, ...]
    limit_m: float

    @property
    def uvdist_m(self) -> Array:
        """Projected lengths (m), shape (time, baseline_id)."""
        return np.asarray(np.hypot(self.uv_m[..., 0], self.uv_m[..., 1]))


@dataclass(frozen=True, slots=True)
class _Window:
    """A data description of the MS."""

    description_id: int
    spw_id: int
    frequency_hz: Array
    parallel: tuple[int, ...]
    correlations: tuple[str, ...]


CORRELATIONS = {5: "RR", 8: "LL", 9: "XX", 12: "YY"}
"""Parallel hands by their number in the MeasurementSet (Stokes of casacore)."""


def read_averages(ms: Path, fields: Mapping[int, FieldAveraging]) -> tuple[Averages, ...]:
    """Return the averages of fields in all windows that have data of them.

    Parameters
    ----------
    ms : Path
        MeasurementSet, calibrated or with a corrected column.
    fields : mapping of int to FieldAveraging
        Per field id what is wanted.

    Returns
    -------
    tuple of Averages
        By field, then window.

    Raises
    ------
    MeasurementSetError
        It cannot be read, or has no visibilities.
    """
    windows = _windows(ms)
    found = []
    with opened(ms) as main:
        columns = main.colnames()
        data = next((name for name in ("CORRECTED_DATA", "DATA") if name in columns), None)
        if data is None:
            raise MeasurementSetError("it has no visibilities", where=str(ms), repair="run the calibration again")
        rows = {name: main.getcol(name) for name in ("FIELD_ID", "DATA_DESC_ID", "ANTENNA1", "ANTENNA2")}
        cross = rows["ANTENNA1"] != rows["ANTENNA2"]
        for field_id, wanted in sorted(fields.items()):
            for window in windows:
                mine = (rows["FIELD_ID"] == field_id) & (rows["DATA_DESC_ID"] == window.description_id)
                numbers = np.flatnonzero(mine & cross)
                if numbers.size:
                    found.append(_averages(main, numbers, data=data, window=window, wanted=wanted))
    return tuple(found)


def _averages(main: Any, numbers: Array, *, data: str, window: _Window, wanted: FieldAveraging) -> Averages:
    """Return the averages of rows of one field; a target without short data takes longer baselines."""
    found = _Sums(main, numbers, window=window, wanted=wanted).averages(data)
    if not wanted.is_target or found.spectrum_weight.any():
        return found
    longer = found.uvdist_m[found.uvdist_m > wanted.longest_m]
    limit = choose_short_limit_m(longer, wanted.longest_m)
    for limit_m in (limit, np.inf):
        again = _Sums(main, numbers, window=window, wanted=replace(wanted, longest_m=float(limit_m))).averages(data)
        if again.spectrum_weight.any():
            return again
    return found


def _windows(ms: Path) -> tuple[_Window, ...]:
    """Return the windows of the data descriptions that have parallel hands."""
    with opened(ms, "POLARIZATION") as tab:
        types = [np.asarray(tab.getcell("CORR_TYPE", row)) for row in range(tab.nrows())]
    with opened(ms, "SPECTRAL_WINDOW") as tab:
        frequencies = [np.asarray(tab.getcell("CHAN_FREQ", row)) for row in range(tab.nrows())]
    with opened(ms, "DATA_DESCRIPTION") as tab:
        pairs = list(zip(tab.getcol("SPECTRAL_WINDOW_ID"), tab.getcol("POLARIZATION_ID"), strict=True))
    found = []
    for number, (spw, setup) in enumerate(pairs):
        parallel = tuple(n for n, kind in enumerate(types[setup]) if int(kind) in CORRELATIONS)
        names = tuple(CORRELATIONS[int(types[setup][n])] for n in parallel)
        if parallel:
            found.append(_Window(number, int(spw), frequencies[spw], parallel, names))
    return tuple(found)


class _Sums:
    """Sums over the rows of one field and window."""

    def __init__(self, main: Any, numbers: Array, *, window: _Window, wanted: FieldAveraging) -> None:
        self._main, self._numbers, self._window, self._wanted = main, numbers, window, wanted
        chosen = main.selectrows(numbers)
        names = ("TIME", "SCAN_NUMBER", "ANTENNA1", "ANTENNA2", "UVW")
        self._rows = {name: np.asarray(chosen.getcol(name)) for name in names}
        self._field_id = int(chosen.getcell("FIELD_ID", 0))
        chosen.close()
        self._bins, self._scan = _time_bins(self._rows["TIME"], self._rows["SCAN_NUMBER"], bin_s=wanted.bin_s)
        pairs = np.stack([self._rows["ANTENNA1"], self._rows["ANTENNA2"]], axis=1)
        self._pairs, baselines = np.unique(pairs, axis=0, return_inverse=True)
        self._shape = (len(self._scan), len(self._pairs))
        self._cells = self._bins * len(self._pairs) + baselines.ravel()
        n_pol, n_chan = len(window.parallel), len(window.frequency_hz)
        self._vis = np.zeros((*self._shape, n_pol), dtype=complex)
        self._model = np.zeros_like(self._vis) if "MODEL_DATA" in main.colnames() else None
        self._weight = np.zeros((*self._shape, n_pol))
        self._power, self._noise, self._n_seen = (np.zeros(self._shape) for _ in range(3))
        self._spectrum = np.zeros((n_chan, n_pol), dtype=complex)
        self._spectrum_weight = np.zeros((n_chan, n_pol))

    def averages(self, data: str) -> Averages:
        """Return the averages after all rows are read."""
        for piece in self._pieces(data):
            self._add(**piece)
        uv = [self._mean_of_rows(self._rows["UVW"][:, axis]) for axis in (0, 1)]
        return Averages(
            field_id=self._field_id,
            spw_id=self._window.spw_id,
            limit_m=self._wanted.longest_m,
            time_mjd_s=_mean_by(self._rows["TIME"], self._bins),
            scan=self._scan,
            antenna1=self._pairs[:, 0],
            antenna2=self._pairs[:, 1],
            uv_m=np.stack(uv, axis=-1),
            vis=_ratio(self._vis, self._weight),
            model=None if self._model is None else _ratio(self._model, self._weight),
            weight=self._weight,
            power=_ratio(self._power, self._n_seen),
            noise=_ratio(self._noise, self._n_seen),
            frequency_hz=self._window.frequency_hz,
            spectrum=_ratio(self._spectrum, self._spectrum_weight),
            spectrum_weight=self._spectrum_weight,
            correlations=self._window.correlations,
        )

    def _pieces(self, data: str) -> Iterator[dict[str, Array]]:
        """Yield the rows that are wanted, in pieces of bounded size."""
        short = np.hypot(*self._rows["UVW"][:, :2].T) <= self._wanted.longest_m
        places = np.flatnonzero(short) if self._wanted.is_target else np.arange(len(self._numbers))
        n_cells = len(self._window.frequency_hz) * max(len(self._window.parallel), 1)
        n_rows = max(1, BYTES_AT_ONCE // (n_cells * BYTES_PER_VISIBILITY))
        hands = list(self._window.parallel)
        for start in range(0, len(places), n_rows):
            here = places[start : start + n_rows]
            chosen = self._main.selectrows(self._numbers[here])
            flag = chosen.getcol("FLAG")[..., hands] | chosen.getcol("FLAG_ROW")[:, np.newaxis, np.newaxis]
            yield {
                "cells": self._cells[here],
                "is_short": short[here],
                "vis": chosen.getcol(data)[..., hands],
                "model": chosen.getcol("MODEL_DATA")[..., hands] if self._model is not None else np.zeros(0),
                "weight": np.where(flag, 0.0, chosen.getcol("WEIGHT")[:, np.newaxis, hands]),
            }
            chosen.close()

    def _add(self, *, cells: Array, is_short: Array, vis: Array, model: Array, weight: Array) -> None:
        usable = weight * np.isfinite(vis)
        weighted = np.where(usable > 0, vis, 0) * usable
        total = usable.sum(axis=1)
        summed = weighted.sum(axis=1)
        self._vis += self._collect(summed, cells)
        self._weight += self._collect(total, cells).real
        if self._model is not None:
            self._model += self._collect((np.where(usable > 0, model, 0) * usable).sum(axis=1), cells)
        self._spectrum += weighted[is_short].sum(axis=0)
        self._spectrum_weight += usable[is_short].sum(axis=0)
        if len(self._window.parallel) == 2:
            self._add_power(_ratio(summed, total), cells)

    def _add_power(self, means: Array, cells: Array) -> None:
        both = np.isfinite(means).all(axis=1)
        intensity = np.abs(means[both].mean(axis=1)) ** 2
        # Half the difference of X and Y has the noise of their mean, and neither the source nor the air's phase.
        noise = np.abs(means[both, 0] - means[both, 1]) ** 2 / 4
        for sums, values in ((self._power, intensity), (self._noise, noise), (self._n_seen, np.ones(both.sum()))):
            np.add.at(sums.reshape(-1), cells[both], values)

    def _collect(self, values: Array, cells: Array) -> Array:
        """Return sums per time and baseline of values per row and polarisation."""
        n = self._shape[0] * self._shape[1]
        columns = [
            np.bincount(cells, column.real, minlength=n) + 1j * np.bincount(cells, column.imag, minlength=n)
            for column in values.T
        ]
        return np.stack(columns, axis=-1).reshape(*self._shape, -1)

    def _mean_of_rows(self, values: Array) -> Array:
        n = self._shape[0] * self._shape[1]
        counts = np.bincount(self._cells, minlength=n)
        return _ratio(np.bincount(self._cells, values, minlength=n), counts).reshape(self._shape)


def _time_bins(time: Array, scan: Array, *, bin_s: float) -> tuple[Array, Array]:
    """Return the bin of each row, numbered in order of time, and the scans of the bins."""
    scans, which = np.unique(scan, return_inverse=True)
    starts = np.full(len(scans), np.inf)
    np.minimum.at(starts, which, time)
    within = np.floor((time - starts[which]) / bin_s + 1e-6).astype(int)
    pairs, bins = np.unique(np.stack([scan, within], axis=1), axis=0, return_inverse=True)
    return bins.ravel(), pairs[:, 0]


def _mean_by(values: Array, bins: Array) -> Array:
    return np.asarray(np.bincount(bins, values) / np.bincount(bins))


def _ratio(total: Array, weight: Array) -> Array:
    """Return means from sums, NaN where the weight is zero."""
    return np.asarray(np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan))
