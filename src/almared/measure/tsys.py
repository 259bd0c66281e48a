"""System temperatures: medians per scan, per window and antenna, and antennas apart (domain C.3, Tsys)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable
from almared.heuristics.thresholds.report import (
    REPORT_OUTLIER_SIGMAS,
    TSYS_OUTLIER_LEAST,
    TSYS_SPIKE,
    TSYS_STATISTICS_BELOW,
    TSYS_STATISTICS_FROM,
    TSYS_STATISTICS_TO,
)
from almared.physics.robust import find_outliers, median, robust_sigma

FloatArray = NDArray[np.float64]

POLARIZATIONS = ("X", "Y")


@dataclass(frozen=True, slots=True)
class ScanTsys:
    """System temperatures of one scan in one window.

    Parameters
    ----------
    scan, spw_id, field_id : int
        Which.
    time_mjd_s : float, s
        Mean time of the measurement, MJD seconds UTC.
    median_k : tuple of float, K
        Per polarisation the median over antennas and inner channels.
    """

    scan: int
    spw_id: int
    field_id: int
    time_mjd_s: float
    median_k: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WindowTsys:
    """System temperatures of one window.

    Parameters
    ----------
    spw_id : int
        Which.
    antenna_names : tuple of str
        Antennas in the table.
    mean_k : ndarray of float, K, shape (antenna_name, polarization)
        Mean over scans and inner channels; NaN where all is flagged.
    median_k, rms_k, sigma_k : ndarray of float, K, shape (polarization,)
        Median over antennas; rms about it of the antennas below five times it; the same from the median absolute
        deviation, which a bad antenna does not spoil.
    is_outlier : ndarray of bool, shape (antenna_name, polarization)
        Antennas apart from the others, each polarisation against its own deviation.
    """

    spw_id: int
    antenna_names: tuple[str, ...]
    mean_k: FloatArray
    median_k: FloatArray
    rms_k: FloatArray
    sigma_k: FloatArray
    is_outlier: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TsysFault:
    """Channels of one antenna, scan and polarisation that are not usable.

    Parameters
    ----------
    kind : str
        ``spike`` or ``not above zero``.
    antenna, polarization : str
        Whose.
    scan, spw_id : int
        Where.
    channels : tuple of int
        Which.
    """

    kind: str
    antenna: str
    polarization: str
    scan: int
    spw_id: int
    channels: tuple[int, ...]


def inner_channels(n_channels: int) -> slice:
    """Return the channels of which statistics of Tsys are made.

    References
    ----------
    domain.md C.3: channels 20 to 80 per cent.
    """
    first, last = TSYS_STATISTICS_FROM.value, TSYS_STATISTICS_TO.value
    return slice(int(first * n_channels), max(int(last * n_channels), int(first * n_channels) + 1))


def measure_scans(tsys: CalTable) -> tuple[ScanTsys, ...]:
    """Return the medians of each scan and window, in order of time."""
    return tuple(sorted(_scans(tsys), key=lambda found: (found.time_mjd_s, found.spw_id)))


def _scans(tsys: CalTable) -> Iterator[ScanTsys]:
    for spw_id in tsys.spw_ids:
        window = tsys.of_spw(spw_id)
        for scan in np.unique(window.scan):
            rows = window.where(window.scan == scan)
            inner = _inner(rows)
            medians = tuple(median(inner[..., pol]) for pol in range(inner.shape[-1]))
            yield ScanTsys(int(scan), spw_id, int(rows.field_id[0]), float(rows.time_mjd_s.mean()), medians)


def measure_windows(tsys: CalTable) -> tuple[WindowTsys, ...]:
    """Return the statistics of each window over all scans."""
    return tuple(_measure_window(tsys.of_spw(spw_id), spw_id) for spw_id in tsys.spw_ids)


def _measure_window(window: CalTable, spw_id: int) -> WindowTsys:
    numbers = [int(n) for n in np.unique(window.antenna1)]
    inner = _inner(window)
    means = np.array([_means(inner[window.antenna1 == number]) for number in numbers])
    columns = [means[:, pol] for pol in range(means.shape[1])]
    return WindowTsys(
        spw_id=spw_id,
        antenna_names=tuple(window.antenna_names[n] for n in numbers),
        mean_k=means,
        median_k=np.array([median(column) for column in columns]),
        rms_k=np.array([_rms(column) for column in columns]),
        sigma_k=np.array([robust_sigma(column) for column in columns]),
        is_outlier=np.stack([_outliers(column) for column in columns], axis=1),
    )


def _inner(window: CalTable) -> FloatArray:
    return np.asarray(window.masked()[:, inner_channels(window.param.shape[1])], dtype=float)


def _means(values: FloatArray) -> list[float]:
    """Return the mean per polarisation of the finite values, NaN where there is none."""
    columns = (values[..., pol] for pol in range(values.shape[-1]))
    return [float(c[np.isfinite(c)].mean()) if np.isfinite(c).any() else float("nan") for c in columns]


def _rms(values: FloatArray) -> float:
    """Return the rms about the median of the values below five times it."""
    middle = median(values)
    kept = values[np.isfinite(values) & (np.abs(values) < TSYS_STATISTICS_BELOW.value * middle)]
    return float(np.sqrt(np.mean((kept - middle) ** 2))) if kept.size else float("nan")


def _outliers(values: FloatArray) -> NDArray[np.bool_]:
    least = TSYS_OUTLIER_LEAST.value * median(values)
    return find_outliers(values, REPORT_OUTLIER_SIGMAS.value, deviation=robust_sigma(values), least=least)


def find_tsys_faults(tsys: CalTable) -> tuple[TsysFault, ...]:
    """Return spikes, and values not above zero, of all antennas, scans and windows.

    References
    ----------
    domain.md C.2 (spikes, negative values). A spike is a channel that departs by 30 per cent from the shape that the
    other antennas have: lines of the atmosphere are in all of them and are no spikes.
    """
    found: list[TsysFault] = []
    for spw_id in tsys.spw_ids:
        window = tsys.of_spw(spw_id)
        for pol in range(window.param.shape[-1]):
            found += _faults_of(window, spw_id, pol=pol)
    return tuple(found)


def _faults_of(window: CalTable, spw_id: int, *, pol: int) -> Iterator[TsysFault]:
    values = np.asarray(window.masked()[..., pol], dtype=float)
    for kind, bad in (("not above zero", values <= 0), ("spike", _spikes(values))):
        for row in np.flatnonzero(bad.any(axis=1)):
            channels = tuple(int(n) for n in np.flatnonzero(bad[row]))
            antenna = window.antenna_names[int(window.antenna1[row])]
            yield TsysFault(kind, antenna, POLARIZATIONS[pol], int(window.scan[row]), spw_id, channels)


def _spikes(values: FloatArray) -> NDArray[np.bool_]:
    shape = np.array([median(column) for column in values.T])
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = values / shape
        own = np.array([median(row) for row in relative])[:, np.newaxis]
        return np.asarray((np.abs(relative / own - 1) > TSYS_SPIKE.value) & (values > 0))


def flagged_fraction(table: CalTable) -> dict[str, float]:
    """Return for each antenna of a table which part of its solutions is flagged."""
    numbers = [int(n) for n in np.unique(table.antenna1)]
    parts = {}
    for number in numbers:
        rows = table.where(table.antenna1 == number)
        inside = np.arange(rows.flag.shape[1]) < rows.n_channels[:, np.newaxis]
        parts[table.antenna_names[number]] = float(rows.flag[inside].mean())
    return parts
