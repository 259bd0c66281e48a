"""Check that weights match the noise, and whether channels share noise, from neighbours in time."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.subtables import opened
from almared.model.noise import WindowScatter
from almared.physics.robust import GAUSSIAN_SIGMA_PER_MAD

MOST_CHANNELS = 64
"""Channels from the middle of a window that are looked at."""

MOST_ROWS = 20_000
LEAST_PAIRS = 50
"""Fewer differences than this are not significant."""

MANY_CHANNELS = 16
"""With as many channels their mean can be taken off."""

MOST_SHARED = (0.7, 0.2)
"""Highest correlation of channels one and two apart that is believed; Hanning smoothing gives 2/3 and 1/6."""


def measure_scatter(
    data: OpenMs, field_ids: Collection[int], *, spws: Collection[int], column: str = "DATA"
) -> dict[int, WindowScatter]:
    """Return the noise of visibilities per window; windows with too few to know are left out.

    It is the scatter (from the median absolute deviation) of differences of neighbours in time on the baselines of
    one antenna, in which sources cancel; in windows with many channels their mean over channels is taken off, so
    that changing phases of bright sources cancel as well.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.

    References
    ----------
    domain.md C.3: a weight is the inverse square of the scatter of the real, or the imaginary, part.
    """
    found = {}
    for number, (spw, _) in enumerate(data.descriptions):
        if spw in spws and spw not in found:
            rows = _read(data.path, number, fields=field_ids, column=column)
            differences = _differences(rows) if rows is not None else np.zeros((0, 1))
            if np.count_nonzero(np.isfinite(differences)) >= LEAST_PAIRS:
                found[spw] = _scatter(differences)
    return found


def _scatter(differences: NDArray[np.float64]) -> WindowScatter:
    """Return the noise from differences in units of the noise predicted by the weights, shape (pair, frequency)."""
    n_channels = differences.shape[1]
    if n_channels < MANY_CHANNELS:
        return WindowScatter(_spread(differences), _neighbours(differences))
    with warnings.catch_warnings():
        # A row whose channels are all flagged has no mean.
        warnings.simplefilter("ignore", RuntimeWarning)
        rest = differences - np.nanmean(differences, axis=1, keepdims=True)
    one, two = _neighbours(rest)
    # The mean of n channels takes (1 + 2 rho_1 + 2 rho_2) / n of the variance, and as much of the covariance.
    lost = (1 + 2 * (one + two)) / n_channels
    shared = tuple(lost + (1 - lost) * rho if rho > 0 else 0.0 for rho in (one, two))
    return WindowScatter(_spread(rest) / float(np.sqrt(1 - lost)), (shared[0], shared[1]))


def _neighbours(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Return the correlation of channels one and two apart: var(a - b) = 2 var (1 - rho)."""
    variance = _spread(differences) ** 2
    found = [0.0, 0.0]
    for n in (1, 2):
        if differences.shape[1] > n and variance > 0:
            spread = _spread(differences[:, n:] - differences[:, :-n])
            found[n - 1] = float(np.clip(1 - spread**2 / (2 * variance), 0.0, MOST_SHARED[n - 1]))
    return found[0], found[1]


def _spread(values: NDArray[np.float64]) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return GAUSSIAN_SIGMA_PER_MAD * float(np.median(finite)) if finite.size else 0.0


def _read(path: Path, description: int, *, fields: Collection[int], column: str) -> dict[str, Any] | None:
    names = ", ".join(str(n) for n in sorted(fields))
    with opened(path) as main:
        where = f"DATA_DESC_ID == {description} && FIELD_ID in [{names}] && ANTENNA1 != ANTENNA2 && !FLAG_ROW"
        found = main.query(where, columns="ANTENNA1")
        antennas = found.getcol("ANTENNA1") if found.nrows() else np.zeros(0, dtype=int)
        found.close()
        if not len(antennas):
            return None
        antenna = int(np.median(antennas))
        chosen = main.query(
            f"{where} && (ANTENNA1 == {antenna} || ANTENNA2 == {antenna})",
            sortlist="ANTENNA1, ANTENNA2, FIELD_ID, TIME",
        )
        rows = _columns(chosen, column) if chosen.nrows() else None
        chosen.close()
        return rows


def _columns(chosen: Any, column: str) -> dict[str, Any]:
    n_channels, n_hands = chosen.getcell(column, 0).shape
    first = max(0, (n_channels - MOST_CHANNELS) // 2)
    low, high = [first, 0], [min(n_channels, first + MOST_CHANNELS) - 1, n_hands - 1]
    plain = ("ANTENNA1", "ANTENNA2", "FIELD_ID", "TIME", "INTERVAL", "WEIGHT")
    rows = {name: np.asarray(chosen.getcol(name, 0, MOST_ROWS)) for name in plain}
    rows["data"] = np.asarray(chosen.getcolslice(column, low, high, startrow=0, nrow=MOST_ROWS))
    rows["flag"] = np.asarray(chosen.getcolslice("FLAG", low, high, startrow=0, nrow=MOST_ROWS))
    return rows


def _differences(rows: dict[str, Any]) -> NDArray[np.float64]:
    """Return differences of neighbours in units of the noise predicted by the weights, shape (pair, frequency).

    Real and imaginary parts and correlations are pairs of their own; what is flagged is NaN.
    """
    same = np.ones(len(rows["TIME"]) - 1, dtype=bool)
    for name in ("ANTENNA1", "ANTENNA2", "FIELD_ID"):
        same &= rows[name][1:] == rows[name][:-1]
    same &= np.diff(rows["TIME"]) < 3 * rows["INTERVAL"][1:]
    weights = rows["WEIGHT"][:, None, :].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(1 / weights[1:] + 1 / weights[:-1])
        scaled = np.diff(rows["data"], axis=0) / scale
    bad = rows["flag"][1:] | rows["flag"][:-1] | ~same[:, None, None] | ~np.isfinite(scale)
    scaled[bad] = np.nan
    pairs = np.moveaxis(scaled, 2, 1).reshape(-1, scaled.shape[1])
    kept = pairs[np.isfinite(pairs).any(axis=1)]
    return np.concatenate([kept.real, kept.imag])
