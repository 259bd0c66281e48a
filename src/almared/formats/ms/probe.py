"""Check that a MeasurementSet opens, and count its rows."""

from __future__ import annotations

from pathlib import Path

from almared.formats.ms.subtables import has_subtable, opened

SUBTABLE = "Table: "
MAIN = "MAIN"


def count_rows_and_columns(path: Path) -> tuple[int, int]:
    """Return the number of rows and columns of the main table, after reading the first and last row of each column.

    Parameters
    ----------
    path : Path
        The MeasurementSet.

    Raises
    ------
    MeasurementSetError
        It does not open, or it was cut off while it was written.
    """
    with opened(path) as main:
        n_rows, names = main.nrows(), main.colnames()
        for row in {0, n_rows - 1} if n_rows else ():
            for name in names:
                if main.iscelldefined(name, row):
                    main.getcell(name, row)
        return n_rows, len(names)


def table_rows(path: Path) -> dict[str, int]:
    """Return the number of rows of every table of a MeasurementSet; the main table is ``MAIN``.

    Keywords whose tables are not on disk are left out.

    Parameters
    ----------
    path : Path
        The MeasurementSet.

    Raises
    ------
    MeasurementSetError
        An existing table cannot be read.
    """
    with opened(path) as main:
        words = main.getkeywords()
        found = {MAIN: main.nrows()}
    names = [name for name, value in words.items() if isinstance(value, str) and value.startswith(SUBTABLE)]
    for name in sorted(names):
        if has_subtable(path, name):
            with opened(path, name) as tab:
                found[name] = tab.nrows()
    return found
