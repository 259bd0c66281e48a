"""Rows of an ASDM that CASA keeps: those whose time interval overlaps a scan.

References
----------
importasdm drops the rows of Feed, Pointing, Source, SysCal and Weather that share no more than an instant with any
scan, without an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from almared.formats.asdm.tables import AsdmTables, Row

Span = tuple[int, int]
"""Begin and end, ns."""


def scan_spans(tables: AsdmTables) -> tuple[Span, ...]:
    """Return begin and end of every scan (ns).

    Raises
    ------
    AsdmError
        The Scan table is broken.
    """
    return tuple((row["startTime"], row["endTime"]) for row in tables.rows("Scan"))


def rows_within(tables: AsdmTables, table: str, spans: Sequence[Span], *columns: str) -> list[Row]:
    """Return the rows of a table whose time interval overlaps a scan.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    table : str
        A table with a timeInterval.
    spans : sequence of (int, int), ns
        Begin and end of the scans.
    *columns : str
        Columns wanted in addition to the interval.

    Raises
    ------
    AsdmError
        The table is broken.
    """
    rows = tables.rows(table, "timeInterval", *columns)
    return [row for row in rows if overlaps(row["timeInterval"], spans)]


def overlaps(interval: tuple[int, int], spans: Sequence[Span]) -> bool:
    """Return whether an interval (middle, length, ns) shares more than an instant with any of the spans."""
    middle, length = interval
    start = middle - length // 2
    return any(max(start, first) < min(start + length, last) for first, last in spans)
