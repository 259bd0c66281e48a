"""Bandpass solutions: their scatter over channels and their mean over antennas (domain C.2, bandpass_rms)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable
from almared.heuristics.thresholds.report import BANDPASS_CENTRAL, REPORT_OUTLIER_SIGMAS
from almared.physics.robust import find_outliers, median, robust_sigma

FloatArray = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class WindowScatter:
    """Scatter of the bandpass amplitudes of one window.

    Parameters
    ----------
    spw_id : int
        Which.
    antenna_names : tuple of str
        Antennas in the table.
    rms : ndarray of float, shape (antenna_name, polarization)
        Rms over the central channels of the amplitude over its mean, shape of the filter included; NaN where flagged.
    noise : ndarray of float, shape (antenna_name, polarization)
        The part of it that changes from channel to channel: what more averaging would bring down.
    is_outlier : ndarray of bool, shape (antenna_name, polarization)
        Antennas whose rms is apart from the others', upwards.
    """

    spw_id: int
    antenna_names: tuple[str, ...]
    rms: FloatArray
    noise: FloatArray
    is_outlier: NDArray[np.bool_]

    @property
    def median_rms(self) -> float:
        """Median over antennas and polarisations."""
        return median(self.rms.ravel())

    @property
    def median_noise(self) -> float:
        """Median over antennas and polarisations."""
        return median(self.noise.ravel())


@dataclass(frozen=True, slots=True, eq=False)
class MeanBandpass:
    """Bandpass of one window averaged over antennas.

    Parameters
    ----------
    spw_id : int
        Which.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channels.
    amplitude : ndarray of float, shape (frequency, polarization)
        Mean amplitude over antennas, each over its own mean; NaN where all are flagged.
    phase_deg : ndarray of float, deg, shape (frequency, polarization)
        Mean phase over antennas.
    """

    spw_id: int
    frequency_hz: FloatArray
    amplitude: FloatArray
    phase_deg: FloatArray


def central_channels(n_channels: int) -> slice:
    """Return the central channels that statistics of the bandpass use (domain C.2: 90 per cent)."""
    edge = round(n_channels * (1 - BANDPASS_CENTRAL.value) / 2)
    return slice(edge, max(n_channels - edge, edge + 1))


def measure_scatter(table: CalTable) -> tuple[WindowScatter, ...]:
    """Return the scatter of every window of a bandpass table."""
    return tuple(_measure_window(table.of_spw(spw_id), spw_id) for spw_id in table.spw_ids)


def _measure_window(window: CalTable, spw_id: int) -> WindowScatter:
    numbers = [int(n) for n in np.unique(window.antenna1)]
    central = np.abs(window.masked()[:, central_channels(window.param.shape[1])])
    rows = [central[window.antenna1 == number] for number in numbers]
    rms = np.array([_per_polarization(values, _rms) for values in rows])
    apart = [_upper_outliers(rms[:, pol]) for pol in range(rms.shape[1])]
    return WindowScatter(
        spw_id=spw_id,
        antenna_names=tuple(window.antenna_names[n] for n in numbers),
        rms=rms,
        noise=np.array([_per_polarization(values, _noise) for values in rows]),
        is_outlier=np.stack(apart, axis=1),
    )


def _per_polarization(values: FloatArray, measure: Callable[[FloatArray], float]) -> list[float]:
    """Return a number per polarisation: the mean over the solutions (row, frequency) of an antenna."""
    found = []
    for pol in range(values.shape[-1]):
        each = [measure(row[np.isfinite(row)]) for row in values[..., pol]]
        good = [number for number in each if np.isfinite(number)]
        found.append(float(np.mean(good)) if good else float("nan"))
    return found


def _rms(amplitude: FloatArray) -> float:
    return float(np.std(amplitude / amplitude.mean())) if amplitude.size > 1 else float("nan")


def _noise(amplitude: FloatArray) -> float:
    # Second differences leave out slopes; their variance is six times that of one channel.
    if amplitude.size < 4:
        return float("nan")
    return float(np.std(np.diff(amplitude / amplitude.mean(), n=2)) / np.sqrt(6.0))


def _upper_outliers(values: FloatArray) -> NDArray[np.bool_]:
    apart = find_outliers(values, REPORT_OUTLIER_SIGMAS.value, deviation=robust_sigma(values))
    with np.errstate(invalid="ignore"):
        return np.asarray(apart & (values > median(values)))


def measure_mean_bandpass(table: CalTable, spw_id: int) -> MeanBandpass:
    """Return the bandpass of a window averaged over antennas.

    Parameters
    ----------
    table : CalTable
        Bandpass solutions (B Jones).
    spw_id : int
        Which window.
    """
    window = table.of_spw(spw_id)
    gains = window.masked()
    with np.errstate(invalid="ignore"):
        level = _mean(np.abs(gains), axis=1)[:, np.newaxis]
        amplitude = _mean(np.abs(gains) / level, axis=0)
        unit = _mean(gains / np.abs(gains), axis=0)
    return MeanBandpass(spw_id, table.frequencies_hz[spw_id], amplitude, np.rad2deg(np.angle(unit)))


def _mean(values: Array, axis: int) -> FloatArray:
    """Return the mean of the finite values along an axis, NaN where there is none."""
    good = np.isfinite(values)
    count = good.sum(axis=axis)
    total = np.where(good, values, 0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
