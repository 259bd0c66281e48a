"""Spectra of a target over its visibilities, for separating lines from continuum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.subtables import opened
from almared.measure.averages import BYTES_AT_ONCE
from almared.physics.correlator import INDEPENDENT_LAG
from almared.physics.robust import GAUSSIAN_SIGMA_PER_MAD

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TargetSpectrum:
    """Spectra of a field in a window.

    Parameters
    ----------
    amplitude : ndarray of float, Jy, shape (frequency,)
        Mean over the shorter half of the baselines of the amplitude of each baseline's average in time: sees emission
        anywhere in the field.
    real : ndarray of float, Jy, shape (frequency,)
        Mean of all visibilities: sees compact emission at the phase centre best.
    noise : ndarray of float, Jy, shape (frequency,)
        Of a baseline's average, from differences of channels, in which the source cancels: high in lines of the
        atmosphere.
    is_good : ndarray of bool, shape (frequency,)
        Channels that have data.
    """

    amplitude: FloatArray
    real: FloatArray
    noise: FloatArray
    is_good: NDArray[np.bool_]


def read_target_spectrum(data: OpenMs, field_id: int, *, spw: int, column: str = "DATA") -> TargetSpectrum | None:
    """Return the spectra of a field in a window, None where it has no data.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.
    """
    sums: dict[tuple[int, int], list[Any]] = {}
    for number, (window, correlations) in enumerate(data.descriptions):
        hands = [n for n, name in enumerate(correlations) if len(set(name)) == 1] or [0]
        for rows in _pieces(data.path, number, field_id=field_id, column=column) if window == spw else ():
            _add(sums, rows, hands=hands)
    if not sums:
        return None
    visibility = np.array([entry[0] for entry in sums.values()])
    weight = np.array([entry[1] for entry in sums.values()])
    length = np.array([entry[2] / entry[3] for entry in sums.values()])
    return _spectrum(visibility, weight, length=length)


def _spectrum(sums: NDArray[np.complex128], weight: FloatArray, *, length: FloatArray) -> TargetSpectrum:
    """Return the spectra from sums over time, shape (baseline_id, frequency)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(weight > 0, sums / weight, np.nan)
        short = length <= np.median(length)
        amplitude = np.nansum(np.abs(means[short]) * weight[short], axis=0) / weight[short].sum(axis=0)
        real = sums.real.sum(axis=0) / weight.sum(axis=0)
    good = np.isfinite(amplitude) & np.isfinite(real)
    return TargetSpectrum(np.where(good, amplitude, 0.0), np.where(good, real, 0.0), _noise(means, good), good)


def _noise(means: NDArray[np.complex128], good: NDArray[np.bool_]) -> FloatArray:
    """Return the noise of each channel from its differences to those three below and above, over all baselines."""
    noise = np.zeros(len(good))
    chosen = means[:, good]
    if chosen.shape[1] <= 2 * INDEPENDENT_LAG:
        return noise
    differences = chosen[:, INDEPENDENT_LAG:] - chosen[:, :-INDEPENDENT_LAG]
    parts = np.concatenate([differences.real, differences.imag])
    spread = GAUSSIAN_SIGMA_PER_MAD / np.sqrt(2) * np.nanmedian(np.abs(parts - np.nanmedian(parts, axis=0)), axis=0)
    below = np.concatenate([np.full(INDEPENDENT_LAG, np.nan), spread])
    above = np.concatenate([spread, np.full(INDEPENDENT_LAG, np.nan)])
    noise[good] = np.sqrt(np.nanmean([below**2, above**2], axis=0))
    return noise


def _pieces(path: Path, description: int, *, field_id: int, column: str) -> Iterator[dict[str, Any]]:
    where = f"DATA_DESC_ID == {description} && FIELD_ID == {field_id} && ANTENNA1 != ANTENNA2 && !FLAG_ROW"
    with opened(path) as main:
        chosen = main.query(where)
        try:
            rows = chosen.nrows()
            shape = chosen.getcell(column, 0).shape if rows else (1, 1)
            step = max(1, int(BYTES_AT_ONCE / (9 * shape[0] * shape[1])))
            names = {"data": column, "flag": "FLAG", "weight": "WEIGHT", "a": "ANTENNA1", "b": "ANTENNA2", "uvw": "UVW"}
            for start in range(0, rows, step):
                yield {key: np.asarray(chosen.getcol(name, start, step)) for key, name in names.items()}
        finally:
            chosen.close()


def _add(sums: dict[tuple[int, int], list[Any]], rows: dict[str, Any], *, hands: list[int]) -> None:
    """Add the rows to the sums of their baselines: visibilities times weight, weight, length, number of rows."""
    weight = rows["weight"][:, None, hands] * ~rows["flag"][:, :, hands]
    total = (rows["data"][:, :, hands] * weight).sum(axis=2)
    weights = weight.sum(axis=2).astype(np.float64)
    lengths = np.hypot(rows["uvw"][:, 0], rows["uvw"][:, 1])
    pairs, numbers = np.unique(np.stack([rows["a"], rows["b"]]), axis=1, return_inverse=True)
    for n, pair in enumerate(pairs.T):
        mine = np.flatnonzero(numbers.ravel() == n)
        new = [total[mine].sum(axis=0), weights[mine].sum(axis=0), float(lengths[mine].sum()), len(mine)]
        old = sums.setdefault((int(pair[0]), int(pair[1])), [0.0, 0.0, 0.0, 0])
        sums[int(pair[0]), int(pair[1])] = [a + b for a, b in zip(old, new, strict=True)]
