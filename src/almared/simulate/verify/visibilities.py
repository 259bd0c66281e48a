"""Average calibrated visibilities per scan, per field and per baseline, with realistic errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from casacore.tables import table, taql
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BaselineAverages:
    """Channel- and time-averaged visibilities of one scan, field and spectral window.

    Parameters
    ----------
    scan, field_id, spw_id : int
        What was averaged.
    correlations : tuple of str
        Names of the last axis.
    antenna1, antenna2 : ndarray of int, shape (baseline_id,)
        Antenna ids.
    visibility : ndarray of complex, Jy, shape (baseline_id, polarization)
        Vector average over all unflagged channels and integrations; 0 where none is left.
    error : ndarray of float, Jy, shape (baseline_id, polarization)
        Error of the real (and of the imaginary) part, from the scatter of successive integrations; inf where none
        is left.
    """

    scan: int
    field_id: int
    spw_id: int
    correlations: tuple[str, ...]
    antenna1: NDArray[np.int64]
    antenna2: NDArray[np.int64]
    visibility: Complex
    error: Real

    def mean(self) -> tuple[Complex, Real]:
        """Return the mean over baselines and its error, shapes (polarization,)."""
        weight = np.where(np.isfinite(self.error), self.error, np.inf) ** -2
        total = weight.sum(axis=0)
        good = total > 0
        value = np.divide((weight * self.visibility).sum(axis=0), total, where=good, out=np.zeros(len(total), complex))
        error = np.divide(1.0, np.sqrt(total), where=good, out=np.full(len(total), np.inf))
        return value, error


def measure_scans(ms: Path, field_ids: tuple[int, ...], *, spw_id: int) -> Iterator[BaselineAverages]:
    """Yield the averages of every scan of the fields in one spectral window.

    Parameters
    ----------
    ms : Path
        A calibrated MS; its DATA column is averaged.
    field_ids : tuple of int
        Fields, each averaged on its own.
    spw_id : int
        Spectral window id of the MS.
    """
    dd_id, correlations = data_description(ms, spw_id)
    fields = ",".join(str(i) for i in field_ids)
    with table(str(ms), ack=False) as main:  # noqa: F841  named in the TaQL text
        chosen = taql(
            f"select from $main where DATA_DESC_ID=={dd_id} and ANTENNA1!=ANTENNA2 and FIELD_ID in [{fields}]"
        )
        keys = list(zip(chosen.getcol("SCAN_NUMBER").tolist(), chosen.getcol("FIELD_ID").tolist(), strict=True))
        for scan, field in sorted(set(keys)):
            part = taql(f"select from $chosen where SCAN_NUMBER=={scan} and FIELD_ID=={field} orderby TIME")
            yield _average(part, (scan, field, spw_id), correlations=correlations)


def data_description(ms: Path, spw_id: int) -> tuple[int, tuple[str, ...]]:
    """Return the data description id and the correlations of a spectral window of an MS."""
    codes = {5: "RR", 8: "LL", 9: "XX", 10: "XY", 11: "YX", 12: "YY", 1: "I"}
    with table(str(ms / "DATA_DESCRIPTION"), ack=False) as dd:
        row = dd.getcol("SPECTRAL_WINDOW_ID").tolist().index(spw_id)
        pol_id = dd.getcell("POLARIZATION_ID", row)
    with table(str(ms / "POLARIZATION"), ack=False) as pol:
        return row, tuple(codes[int(code)] for code in pol.getcell("CORR_TYPE", pol_id))


def _average(rows: table, key: tuple[int, int, int], *, correlations: tuple[str, ...]) -> BaselineAverages:
    good = ~rows.getcol("FLAG")
    count = good.sum(axis=1)
    summed = np.where(good, rows.getcol("DATA"), 0).sum(axis=1, dtype=np.complex128)
    values = np.divide(summed, count, where=count > 0, out=np.zeros(count.shape, complex))
    first, second = rows.getcol("ANTENNA1"), rows.getcol("ANTENNA2")
    pairs = sorted(set(zip(first.tolist(), second.tolist(), strict=True)))
    means, errors = zip(*(_over_time(values, count, mine=(first == a) & (second == b)) for a, b in pairs), strict=True)
    return BaselineAverages(
        *key,
        correlations=correlations,
        antenna1=np.array([a for a, _ in pairs]),
        antenna2=np.array([b for _, b in pairs]),
        visibility=np.array(means),
        error=np.array(errors),
    )


def _over_time(values: Complex, count: NDArray[np.int64], *, mine: NDArray[np.bool_]) -> tuple[Complex, Real]:
    """Average one baseline over time; the error comes from differences of successive integrations."""
    series, weight = values[mine], count[mine].astype(float)
    total = weight.sum(axis=0)
    mean = np.divide((weight * series).sum(axis=0), total, where=total > 0, out=np.zeros(total.shape, complex))
    both = (weight[1:] > 0) & (weight[:-1] > 0)
    steps = np.where(both, np.diff(series, axis=0), 0)
    pairs = both.sum(axis=0)
    # Two parts (real, imaginary) and two integrations in every difference: a quarter of its mean square is a variance.
    variance = np.divide((np.abs(steps) ** 2).sum(axis=0), 4 * pairs, where=pairs > 0, out=np.full(total.shape, np.inf))
    n_used = np.maximum((weight > 0).sum(axis=0), 1)
    return mean, np.sqrt(variance / n_used)
