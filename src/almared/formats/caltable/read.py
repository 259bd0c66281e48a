"""Reads calibration tables of CASA 4 to 6 (G, T, B, K, D, TSYS, antenna positions, WVR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from casacore.tables import table

from almared.errors import InputError
from almared.formats.caltable.table import Array, CalTable

KIND_OF_TABLE = "Calibration"
SCALARS = {
    "time_mjd_s": "TIME",
    "interval_s": "INTERVAL",
    "field_id": "FIELD_ID",
    "spw_id": "SPECTRAL_WINDOW_ID",
    "antenna1": "ANTENNA1",
    "antenna2": "ANTENNA2",
    "scan": "SCAN_NUMBER",
}
CUBES = {"error": "PARAMERR", "flag": "FLAG", "snr": "SNR", "weight": "WEIGHT"}
PADDING: dict[str, Any] = {"flag": True}
REPAIR = "solve for it again with its step"


def read_caltable(path: Path) -> CalTable:
    """Return the solutions of a calibration table.

    Parameters
    ----------
    path : Path
        The table, a directory.

    Raises
    ------
    InputError
        It is missing, broken, or not a calibration table.
    """
    with _opened(path) as main:
        if main.info()["type"] != KIND_OF_TABLE:
            raise InputError("the table is not a calibration table", where=str(path), repair=REPAIR)
        words = main.getkeywords()
        scalars = {name: np.asarray(main.getcol(column)) for name, column in SCALARS.items()}
        rows = _rows_by_spw(main, scalars["spw_id"])
        cubes = {
            name: _cube(main, column, rows=rows, name=name) for name, column in {"param": _param(main), **CUBES}.items()
        }
        n_channels = _n_channels(main, rows)
        kind = str(main.info()["subType"])
    return CalTable(
        kind=kind,
        vis=str(words.get("MSName", "")),
        antenna_names=_names(path / "ANTENNA"),
        field_names=_names(path / "FIELD"),
        n_channels=n_channels,
        frequencies_hz=_frequencies(path / "SPECTRAL_WINDOW"),
        **scalars,
        **cubes,
    )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        tab = table(str(path), readonly=True, ack=False, lockoptions={"option": "autonoread"})
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    try:
        yield tab
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    finally:
        tab.close()


def _unreadable(path: Path, error: Exception) -> InputError:
    words = " ".join(str(error).split())
    return InputError(f"the calibration table cannot be read ({words})", where=str(path), repair=REPAIR)


def _param(main: Any) -> str:
    return "CPARAM" if "CPARAM" in main.colnames() else "FPARAM"


def _rows_by_spw(main: Any, spw_id: Array) -> Mapping[int, Array]:
    """Return the rows of each window; within a window all arrays have the same shape."""
    return {int(spw): np.flatnonzero(spw_id == spw) for spw in np.unique(spw_id)} if main.nrows() else {}


def _n_channels(main: Any, rows: Mapping[int, Array]) -> Array:
    found = np.zeros(main.nrows(), dtype=np.int64)
    for numbers in rows.values():
        found[numbers] = main.getcell("FLAG", int(numbers[0])).shape[0]
    return found


def _cube(main: Any, column: str, *, rows: Mapping[int, Array], name: str) -> Array:
    """Return a column of arrays padded to the widest window, shape (row, frequency, polarization)."""
    shapes = [main.getcell("FLAG", int(numbers[0])).shape for numbers in rows.values()]
    shape = (main.nrows(), max((s[0] for s in shapes), default=0), max((s[1] for s in shapes), default=0))
    kind = {"flag": np.bool_, "param": np.complex128 if column == "CPARAM" else np.float64}.get(name, np.float64)
    cube = np.full(shape, PADDING.get(name, np.nan), dtype=kind)
    for numbers in rows.values():
        values = _window(main, column, numbers=numbers)
        if values is not None:
            cube[numbers, : values.shape[1], : values.shape[2]] = values
    return cube


def _window(main: Any, column: str, *, numbers: Array) -> Array | None:
    if column not in main.colnames() or not main.iscelldefined(column, int(numbers[0])):
        return None
    chosen = main.selectrows(numbers.tolist())
    try:
        return np.asarray(chosen.getcol(column))
    finally:
        chosen.close()


def _names(path: Path) -> tuple[str, ...]:
    with _opened(path) as tab:
        return tuple(str(name) for name in tab.getcol("NAME")) if tab.nrows() else ()


def _frequencies(path: Path) -> tuple[Array, ...]:
    with _opened(path) as tab:
        return tuple(np.asarray(tab.getcell("CHAN_FREQ", row)) for row in range(tab.nrows()))
