"""Do the weights of visibilities tell their noise? Measured from how much neighbours in time differ."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.ms.spectral import read_descriptions
from almared.ms.subtables import opened

MOST_CHANNELS = 64
"""Channels from the middle of a window that are looked at."""

MOST_ROWS = 20_000
LEAST_PAIRS = 50
"""Fewer differences than this tell nothing."""

MAD_TO_SIGMA = 1.4826


def measure_scatter(path: Path, field_ids: Collection[int], *, spws: Collection[int], column: str = "DATA") -> float:
    """Return the noise of visibilities over that which their weights tell; 1 where there are too few to know.

    It is the scatter (from the median absolute deviation) of differences of neighbours in time on the baselines of
    one antenna, in which sources and slow errors cancel.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.

    References
    ----------
    domain.md C.3: a weight is the inverse square of the scatter of the real, or the imaginary, part.
    """
    ratios = []
    for number, (spw, _) in enumerate(read_descriptions(path)):
        if spw in spws:
            rows = _read(path, number, fields=field_ids, column=column)
            differences = _differences(rows) if rows is not None else np.zeros(0)
            if differences.size >= LEAST_PAIRS:
                ratios.append(MAD_TO_SIGMA * float(np.median(np.abs(differences))))
    return float(np.median(ratios)) if ratios else 1.0


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
    """Return the differences of neighbours in units of what the weights tell, real and imaginary parts."""
    same = np.ones(len(rows["TIME"]) - 1, dtype=bool)
    for name in ("ANTENNA1", "ANTENNA2", "FIELD_ID"):
        same &= rows[name][1:] == rows[name][:-1]
    same &= np.diff(rows["TIME"]) < 3 * rows["INTERVAL"][1:]
    weights = rows["WEIGHT"][:, None, :].astype(np.float64)
    with np.errstate(divide="ignore"):
        variance = 1 / weights[1:] + 1 / weights[:-1]
    good = ~(rows["flag"][1:] | rows["flag"][:-1]) & same[:, None, None] & np.isfinite(variance)
    scaled = np.diff(rows["data"], axis=0) / np.sqrt(variance)
    return np.concatenate([scaled.real[good], scaled.imag[good]])
