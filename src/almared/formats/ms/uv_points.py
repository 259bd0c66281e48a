"""Where visibilities lie in the uv plane, and their weights: they set the beam of an image."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.subtables import opened
from almared.model.uv_points import UvPoints
from almared.physics.constants import LIGHT_M_S

N_ROWS_AT_ONCE = 20_000


def read_uv_points(data: OpenMs, field_ids: Collection[int], *, spws: Collection[int]) -> UvPoints:
    """Return the uv points of fields and windows, autocorrelations left out.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.
    """
    parts: list[tuple[NDArray[np.float64], ...]] = []
    channels: dict[int, NDArray[np.float64]] = {}
    for number, (spw, correlations) in enumerate(data.descriptions):
        if spw in spws:
            hands = [n for n, name in enumerate(correlations) if len(set(name)) == 1]
            scale = data.windows[spw].mean_frequency_hz / LIGHT_M_S
            for rows in _pieces(data.path, number, fields=field_ids):
                *columns, left = _points(rows, hands or [0], scale=scale)
                parts.append(tuple(columns))
                channels[spw] = channels.get(spw, 0.0) + left
    u, v, weight, length = (np.concatenate([part[k] for part in parts] or [np.zeros(0)]) for k in range(4))
    return UvPoints(u, v, weight, length, channels)


def _pieces(path: Path, description: int, *, fields: Collection[int]) -> Iterator[dict[str, Any]]:
    names = ", ".join(str(n) for n in sorted(fields))
    with opened(path) as main:
        query = f"DATA_DESC_ID == {description} && FIELD_ID in [{names}] && ANTENNA1 != ANTENNA2 && !FLAG_ROW"
        chosen = main.query(query, columns="UVW, WEIGHT, FLAG")
        try:
            for start in range(0, chosen.nrows(), N_ROWS_AT_ONCE):
                yield {
                    name: np.asarray(chosen.getcol(name, start, N_ROWS_AT_ONCE)) for name in ("UVW", "WEIGHT", "FLAG")
                }
        finally:
            chosen.close()


def _points(rows: dict[str, Any], hands: list[int], *, scale: float) -> tuple[NDArray[np.float64], ...]:
    left = ~rows["FLAG"][:, :, hands]
    weights = rows["WEIGHT"][:, hands].astype(np.float64)
    weight = (weights * np.count_nonzero(left, axis=1)).sum(axis=1)
    good = weight > 0
    u, v = rows["UVW"][good, 0] * scale, rows["UVW"][good, 1] * scale
    length = np.hypot(rows["UVW"][good, 0], rows["UVW"][good, 1])
    return u, v, weight[good], length, np.einsum("rcp,rp->c", left, weights)
