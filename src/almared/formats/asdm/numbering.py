"""Rows by their number: the identifiers of the ASDM are the row numbers of the MS."""

from __future__ import annotations

from collections.abc import Sequence

from almared.errors import AsdmError
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.tables import AsdmTables, Row, row_number

NANOSECONDS_PER_SECOND = 1e9


def numbered_rows(tables: AsdmTables, table: str, *, key: str) -> tuple[Row, ...]:
    """Return the rows of a table in the order of their numbers, which CASA needs to be 0 to n - 1.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    table, key : str
        Such as ``Antenna`` and ``antennaId``.

    Raises
    ------
    AsdmError
        A number is missing or occurs twice.
    """
    rows = sorted(tables.rows(table), key=lambda row: row_number(row[key]))
    numbers = [row_number(row[key]) for row in rows]
    if numbers != list(range(len(rows))):
        raise AsdmError(
            f"the rows of {table} are not numbered 0 to {len(rows) - 1}",
            where=str(tables.path / f"{table}.xml"),
            repair="copy the file again from the archive; CASA would stop without a reason",
        )
    return tuple(rows)


def pointed_at(rows: Sequence[Row], tag: str, *, where: str) -> Row:
    """Return the row that an identifier points at.

    Parameters
    ----------
    rows : sequence of Row
        The numbered rows of the other table.
    tag : str
        Such as ``Station_3``.
    where : str
        The row with the identifier, for errors.

    Raises
    ------
    AsdmError
        There is no such row.
    """
    return rows[valid_number(tag, len(rows), where=where)]


def valid_number(tag: str, n_rows: int, *, where: str) -> int:
    """Return the number in an identifier, checked against the rows of a table.

    Parameters
    ----------
    tag : str
        Such as ``Station_3``.
    n_rows : int
        Number of rows of the table it points into.
    where : str
        The row with the identifier, for errors.

    Raises
    ------
    AsdmError
        There is no such row.
    """
    number = row_number(tag)
    if number >= n_rows:
        raise AsdmError(f"{tag} does not exist", where=where, repair=COPY_ASDM, tag=tag)
    return number


def seconds(nanoseconds: int) -> float:
    """Return a recorded time as MJD seconds."""
    return nanoseconds / NANOSECONDS_PER_SECOND


def ends(interval: tuple[int, int]) -> tuple[float, float]:
    """Return begin and end (MJD seconds) of an interval recorded as middle and length."""
    middle, length = interval
    return seconds(middle - length // 2), seconds(middle - length // 2 + length)
