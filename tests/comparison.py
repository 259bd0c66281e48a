"""Compare what two runs of a calibration left on disk: tables cell by cell, flag versions, text files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from casacore import tables

TIMES_OF_MAKING = frozenset({"HISTORY", "SORTED_TABLE", "logtable"})
"""Subtables that tell when and how a table or an image was made."""

CHUNK_ROWS = 20_000
"""Rows read at a time."""


def differences_of_tables(one: Path, other: Path, *, without: Iterable[str] = ()) -> list[str]:
    """Return how two tables and their subtables differ, empty when they are equal.

    Parameters
    ----------
    one, other : Path
        Tables; values are compared exactly, NaN equal to NaN.
    without : iterable of str
        Columns and subtables left out.
    """
    left_out = frozenset(without)
    with tables.table(str(one), ack=False) as a, tables.table(str(other), ack=False) as b:
        found = _differences_of_contents(a, b, name=one.name, left_out=left_out)
        subtables = [_subtables(table) for table in (a, b)]
    if set(subtables[0]) != set(subtables[1]):
        found.append(f"{one.name}: subtables {sorted(set(subtables[0]) ^ set(subtables[1]))} are in one only")
    for name in sorted(set(subtables[0]) & set(subtables[1]) - TIMES_OF_MAKING - left_out):
        found += differences_of_tables(Path(subtables[0][name]), Path(subtables[1][name]), without=left_out)
    return found


def differences_of_products(one: Path, other: Path, *, without: Iterable[str] = ()) -> list[str]:
    """Return how two directories of products differ: which tables they hold, what is in them, their flag versions.

    Parameters
    ----------
    one, other : Path
        Directories of an execution block; logs, state and raw data are left out.
    without : iterable of str
        Columns and subtables left out.
    """
    names = [
        {path.name for path in place.iterdir() if is_table(path) or path.name.endswith(".flagversions")}
        for place in (one, other)
    ]
    found = [f"{name} is in one only" for name in sorted(names[0] ^ names[1])]
    for name in sorted(names[0] & names[1]):
        if is_table(one / name):
            found += differences_of_tables(one / name, other / name, without=without)
        else:
            found += _differences_of_flag_versions(one / name, other / name)
    return found


def is_table(path: Path) -> bool:
    """Tell whether a path is a table."""
    return (path / "table.dat").is_file()


def _subtables(table: Any) -> dict[str, str]:
    keywords = {name: table.getkeyword(name) for name in table.keywordnames()}
    return {
        name: value.removeprefix("Table: ")
        for name, value in keywords.items()
        if isinstance(value, str) and value.startswith("Table: ")
    }


def _differences_of_contents(a: Any, b: Any, *, name: str, left_out: frozenset[str]) -> list[str]:
    if a.nrows() != b.nrows():
        return [f"{name}: {a.nrows()} rows and {b.nrows()} rows"]
    columns = [set(table.colnames()) - left_out for table in (a, b)]
    found = [f"{name}: column {column} is in one only" for column in sorted(columns[0] ^ columns[1])]
    for column in sorted(columns[0] & columns[1]):
        for start in range(0, a.nrows(), CHUNK_ROWS):
            pair = [_cells(table, column, start) for table in (a, b)]
            if not _is_equal(*pair):
                found.append(f"{name}: column {column} differs{_how_much(*pair)}")
                break
    return found


def _cells(table: Any, column: str, start: int) -> Any:
    try:
        return table.getcol(column, start, CHUNK_ROWS)
    except RuntimeError:
        # Cells of different shapes, or some without value.
        end = min(start + CHUNK_ROWS, table.nrows())
        return [table.getcell(column, n) if table.iscelldefined(column, n) else None for n in range(start, end)]


def _is_equal(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return isinstance(b, dict) and set(a) == set(b) and all(_is_equal(a[key], b[key]) for key in a)
    if isinstance(a, list) or isinstance(b, list):
        return len(a) == len(b) and all(_is_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) and a.dtype.kind in "fc":
        return np.array_equal(a, b, equal_nan=True)
    return bool(np.array_equal(a, b))


def _how_much(a: Any, b: Any) -> str:
    if not isinstance(a, np.ndarray) or a.shape != b.shape or a.dtype.kind not in "bfciu":
        return ""
    share = np.mean((a != b) & ~((a != a) & (b != b)))
    if a.dtype.kind == "b":
        return f" in {share:.2%}"
    largest = np.nanmax(np.abs(a.astype(complex) - b.astype(complex)))
    return f" in {share:.2%}, by at most {largest:.3g}"


def _differences_of_flag_versions(one: Path, other: Path) -> list[str]:
    versions = [{path.name for path in place.iterdir() if is_table(path)} for place in (one, other)]
    found = [f"{one.name}/{name} is in one only" for name in sorted(versions[0] ^ versions[1])]
    for name in sorted(versions[0] & versions[1]):
        found += [f"{one.name}/{text}" for text in differences_of_tables(one / name, other / name)]
    lists = [set((place / "FLAG_VERSION_LIST").read_text().splitlines()) for place in (one, other)]
    return found + [f"{one.name}: {line!r} is listed in one only" for line in sorted(lists[0] ^ lists[1])]
