"""Tables of a MeasurementSet opened for reading, with one clear error when they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from casacore.tables import table
from numpy.typing import NDArray

from almared.errors import MeasurementSetError

REPAIR = "import the ASDM again (almared run with step 0), or give the right path"
LAZY_STORAGE = "asdmstman"
"""CASA's storage manager of lazily imported data, which casacore does not have."""

NO_LOCK = {"option": "autonoread"}


@contextmanager
def opened(path: Path, name: str = "") -> Iterator[Any]:
    """Open the main table or a subtable, and close it afterwards.

    Parameters
    ----------
    path : Path
        The MeasurementSet.
    name : str, optional
        The subtable; the main table when empty.

    Raises
    ------
    MeasurementSetError
        It is missing, broken, or shorter than its header says.
    """
    place = path / name if name else path
    try:
        tab = table(str(place), readonly=True, ack=False, lockoptions=NO_LOCK)
    except RuntimeError as error:
        raise unreadable(place, error) from error
    try:
        yield tab
    except RuntimeError as error:
        raise unreadable(place, error) from error
    finally:
        tab.close()


def has_subtable(path: Path, name: str) -> bool:
    """Return whether a subtable is on disk; truncated MSs keep keywords of missing tables."""
    return (path / name / "table.dat").is_file()


def column(tab: Any, name: str) -> NDArray[Any]:
    """Return a column of scalars or of arrays of one shape; empty when the table has no rows."""
    if not tab.nrows():
        return np.zeros(0)
    return np.asarray(tab.getcol(name))


def cells(tab: Any, name: str) -> list[Any]:
    """Return a column cell by cell, None where a cell is empty or the column is missing."""
    if name not in tab.colnames():
        return [None] * tab.nrows()
    return [tab.getcell(name, row) if tab.iscelldefined(name, row) else None for row in range(tab.nrows())]


def unreadable(place: Path, error: Exception) -> MeasurementSetError:
    """Return the error for a table that cannot be read."""
    words = " ".join(str(error).split())
    if LAZY_STORAGE in words:
        return MeasurementSetError(
            "its visibilities are still in the ASDM (a lazy import), where only CASA reads them",
            where=str(place),
            repair="import the ASDM with lazy=False",
        )
    return MeasurementSetError(
        f"cannot be read as a table of a MeasurementSet ({words})", where=str(place), repair=REPAIR
    )
