"""Check that products are complete: tables are opened, counted and read at their ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

NEEDED = ("ANTENNA1", "ANTENNA2", "DATA_DESC_ID", "FIELD_ID", "FLAG", "SCAN_NUMBER", "TIME", "UVW", "WEIGHT")
"""Columns without which no MS can be calibrated."""


def is_table(path: Path) -> bool:
    """Return whether a path is a casacore table."""
    return (path / "table.dat").is_file()


def count_table(path: Path) -> dict[str, object]:
    """Return rows and columns of a table, an empty mapping for anything else."""
    if not is_table(path):
        return {}
    from casacore import tables

    with tables.table(str(path), ack=False) as table:
        return {"rows": int(table.nrows()), "columns": sorted(table.colnames())}


def why_unsound(path: Path, recorded: Mapping[str, Any]) -> str:
    """Return what is wrong with a product, empty if it is complete.

    Parameters
    ----------
    path : Path
        The product.
    recorded : mapping
        Result of `count_table` at the end of the step that made it; empty if not a table.
    """
    if not path.exists():
        return "it is missing"
    if not recorded:
        return ""
    if not is_table(path):
        return "it is no longer a table"
    return _fault_of_table(path, recorded)


def _fault_of_table(path: Path, recorded: Mapping[str, Any]) -> str:
    from casacore import tables

    try:
        with tables.table(str(path), ack=False) as table:
            return _fault_of_contents(table, recorded) or _fault_of_subtables(table)
    except RuntimeError as fault:
        return f"it cannot be read ({' '.join(str(fault).split())})"


def _fault_of_contents(table: Any, recorded: Mapping[str, Any]) -> str:
    rows, columns = table.nrows(), set(table.colnames())
    if "ANTENNA" in table.keywordnames() and "UVW" in columns:
        if rows != recorded["rows"]:
            return f"it has {rows} rows instead of {recorded['rows']}"
        missing = sorted({*NEEDED, *recorded["columns"]} - columns)
        if missing:
            return f"column {missing[0]} is missing"
    for column in sorted(columns):
        for row in {0, rows - 1} if rows else ():
            if table.iscelldefined(column, row):
                table.getcell(column, row)
    return ""


def _fault_of_subtables(table: Any) -> str:
    from casacore import tables

    for name in table.keywordnames():
        value = table.getkeyword(name)
        if isinstance(value, str) and value.startswith("Table: "):
            with tables.table(value.removeprefix("Table: "), ack=False) as subtable:
                subtable.nrows()
    return ""
