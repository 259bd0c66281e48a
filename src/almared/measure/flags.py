"""What share of the data is flagged, of each antenna's, window's and field's own total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from casacore import tables
from numpy.typing import NDArray

from almared.names import flag_versions

BLOCK_BYTES = 2**27
"""Flags read at one time (bytes)."""

FINAL = "in the calibrated MS"


@dataclass(frozen=True, slots=True)
class FlagStage:
    """Flagged shares at one stage of the calibration.

    Parameters
    ----------
    name : str
        Of the flag version, or what stands for it.
    all : float
        Share of all cross-correlations, 0 to 1.
    by_antenna, by_spw, by_field : mapping of str to float
        Share of the own total of each, by name or id.
    """

    name: str
    all: float
    by_antenna: Mapping[str, float]
    by_spw: Mapping[str, float]
    by_field: Mapping[str, float]


def measure_flags(split: Path, calibrated: Path) -> tuple[FlagStage, ...]:
    """Return the flagged shares of each flag version of the split MS, in order, and of the calibrated one.

    Parameters
    ----------
    split, calibrated : Path
        The MSs.

    References
    ----------
    domain.md C.5.
    """
    versions = Path(flag_versions(str(split)))
    stages = [measure_stage(split, versions / f"flags.{name}", name=name) for name in version_names(versions)]
    return (*stages, measure_stage(calibrated, calibrated, name=FINAL))


def version_names(versions: Path) -> tuple[str, ...]:
    """Return the names of the flag versions in a directory, oldest first; none where there is no list."""
    try:
        lines = (versions / "FLAG_VERSION_LIST").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    names = dict.fromkeys(line.partition(" : ")[0].strip() for line in lines if line.strip())
    return tuple(name for name in names if (versions / f"flags.{name}").is_dir())


def measure_stage(ms: Path, flags: Path, *, name: str) -> FlagStage:
    """Return the flagged shares of an MS by the FLAG column of a table with the same rows.

    Parameters
    ----------
    ms : Path
        Tells antennas, windows and fields of the rows.
    flags : Path
        The MS itself or a flag version.
    name : str
        Of the stage.
    """
    with tables.table(str(ms), ack=False) as table:
        one, two, ids, fields = (table.getcol(c) for c in ("ANTENNA1", "ANTENNA2", "DATA_DESC_ID", "FIELD_ID"))
    flagged, total = _counts(flags, len(one))
    cross = one != two
    spw = np.asarray(_column(ms, "DATA_DESCRIPTION", column="SPECTRAL_WINDOW_ID"))[ids]
    antennas = [str(antenna) for antenna in _column(ms, "ANTENNA", column="NAME")]
    names = [str(field) for field in _column(ms, "FIELD", column="NAME")]
    ends = np.concatenate([one[cross], two[cross]])
    by_antenna = _shares(ends, np.tile(flagged[cross], 2), total=np.tile(total[cross], 2))
    by_spw = _shares(spw[cross], flagged[cross], total=total[cross])
    by_field = _shares(fields[cross], flagged[cross], total=total[cross])
    return FlagStage(
        name=name,
        all=float(flagged[cross].sum() / max(total[cross].sum(), 1)),
        by_antenna={antennas[n]: share for n, share in by_antenna.items()},
        by_spw={str(n): share for n, share in by_spw.items()},
        by_field={f"{n} {names[n]}": share for n, share in by_field.items()},
    )


def _shares(keys: NDArray[np.int64], flagged: NDArray[np.int64], *, total: NDArray[np.int64]) -> dict[int, float]:
    own = np.bincount(keys, total)
    lost = np.bincount(keys, flagged, minlength=len(own))
    return {int(n): float(lost[n] / own[n]) for n in np.flatnonzero(own)}


def _counts(path: Path, n_rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return flagged and all samples of each row."""
    flagged, total = np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows, dtype=np.int64)
    with tables.table(str(path), ack=False) as table:
        rows = table.getcol("FLAG_ROW")
        for start, count in _runs(table, n_rows):
            block = table.getcol("FLAG", start, count).reshape(count, -1)
            part = slice(start, start + count)
            total[part] = block.shape[1]
            flagged[part] = np.where(rows[part], block.shape[1], block.sum(axis=1))
    return flagged, total


def _runs(table: tables.table, n_rows: int) -> Iterator[tuple[int, int]]:
    """Yield starts and lengths of rows of one shape, small enough to be read at one time."""
    if not n_rows:
        return
    shapes = np.array(table.getcolshapestring("FLAG"))
    begins = np.flatnonzero(np.r_[True, shapes[1:] != shapes[:-1]])
    for begin, end in zip(begins, [*begins[1:], n_rows], strict=True):
        samples = int(np.prod([int(n) for n in str(shapes[begin]).strip("[]").split(",")]))
        most = max(BLOCK_BYTES // max(samples, 1), 1)
        for start in range(int(begin), int(end), most):
            yield start, min(most, int(end) - start)


def _column(ms: Path, subtable: str, *, column: str) -> list[object]:
    with tables.table(f"{ms}/{subtable}", ack=False) as table:
        return list(table.getcol(column))
