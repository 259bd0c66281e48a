"""Gains of antennas: who is low or high on the bandpass calibrator (domain C.2, ant_gain_check)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable
from almared.heuristics.thresholds.report import GAIN_CHECK_HIGH, GAIN_CHECK_LOW
from almared.physics.robust import median

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AntennaGain:
    """Amplitude gain of one antenna in one window.

    Parameters
    ----------
    antenna : str
        Its name.
    spw_id : int
        The window.
    relative : tuple of float
        Per polarisation the mean amplitude over the median of all antennas, windows and polarisations; NaN where all
        solutions are flagged. One value for solutions of both polarisations together.
    """

    antenna: str
    spw_id: int
    relative: tuple[float, ...]

    @property
    def is_flagged(self) -> bool:
        """Whether no polarisation has a solution."""
        return not np.isfinite(self.relative).any()

    @property
    def is_off(self) -> bool:
        """Whether a gain is outside the usual range."""
        return any(is_off(value) for value in self.relative)


def is_off(relative: float) -> bool:
    """Return whether a relative gain is outside 0.90 to 1.10 (domain C.2)."""
    low, high = GAIN_CHECK_LOW.value, GAIN_CHECK_HIGH.value
    return bool(np.isfinite(relative) and not low <= relative <= high)


def measure_relative_gains(table: CalTable, field_ids: Sequence[int]) -> tuple[AntennaGain, ...]:
    """Return the gain of every antenna and window relative to the median of all.

    Parameters
    ----------
    table : CalTable
        Amplitude gains (G or T Jones); antennas of the table without a row count as flagged.
    field_ids : sequence of int
        Fields whose solutions are used: the bandpass calibrator.

    References
    ----------
    domain.md C.2.
    """
    rows = table.where(np.isin(table.field_id, list(field_ids)))
    means = {key: _mean_amplitudes(chosen) for key, chosen in _groups(rows)}
    overall = median(np.array([value for values in means.values() for value in values]))
    return tuple(
        AntennaGain(rows.antenna_names[antenna], spw_id, tuple(value / overall for value in values))
        for (antenna, spw_id), values in means.items()
    )


def _groups(rows: CalTable) -> Iterator[tuple[tuple[int, int], CalTable]]:
    """Yield the rows of each antenna and window."""
    for antenna in np.unique(rows.antenna1):
        for spw_id in rows.spw_ids:
            chosen = rows.where((rows.antenna1 == antenna) & (rows.spw_id == spw_id))
            yield (int(antenna), spw_id), chosen


def _mean_amplitudes(rows: CalTable) -> tuple[float, ...]:
    values = np.abs(rows.masked())
    columns = (values[..., pol] for pol in range(values.shape[-1]))
    return tuple(float(c[np.isfinite(c)].mean()) if np.isfinite(c).any() else float("nan") for c in columns)
