"""What no task does after an import: is it whole, one id per source, one time per Tsys measurement."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from casatools import table

from almared.script.parts.flags import table_rows
from almared.script.parts.steps import remove, tell


def check_import(vis: str, rows: Mapping[str, int]) -> None:
    """Stop when the MS is not whole: importasdm leaves out rows it cannot read without saying so."""
    if not os.path.exists(f"{vis}.flagversions"):
        raise RuntimeError(f"{vis}.flagversions was not made: the MS is probably unusable")
    faults = []
    for name, expected in rows.items():
        path = vis if name == "MAIN" else f"{vis}/{name}"
        found = table_rows(path) if os.path.exists(path) else 0
        if found != expected:
            faults.append(f"{name} has {found} rows, the ASDM holds {expected}")
    if faults:
        raise RuntimeError(f"{vis} is not whole: {'; '.join(faults)}")


def unify_source_ids(vis: str) -> None:
    """Give one id to the rows of a source that was entered under several (same name, same direction)."""
    tb = table()
    tb.open(f"{vis}/SOURCE", nomodify=False)
    ids = [int(number) for number in tb.getcol("SOURCE_ID")]
    places = [tuple(round(float(angle), 9) for angle in place) for place in tb.getcol("DIRECTION").T]
    first: dict[tuple[str, tuple[float, ...]], int] = {}
    keys = list(zip([str(name) for name in tb.getcol("NAME")], places, strict=True))
    for number, key in sorted(zip(ids, keys, strict=True)):
        first.setdefault(key, number)
    new = {number: first[key] for number, key in zip(ids, keys, strict=True)}
    if any(number != new[number] for number in ids):
        write_ids(tb, [new[number] for number in ids])
        tb.close()
        tb.open(f"{vis}/FIELD", nomodify=False)
        write_ids(tb, [new.get(int(number), int(number)) for number in tb.getcol("SOURCE_ID")])
    tb.close()


def write_ids(tb: table, ids: list[int]) -> None:
    """Write the column SOURCE_ID of an open table."""
    column = tb.getcol("SOURCE_ID")
    column[:] = ids
    tb.putcol("SOURCE_ID", column)


def fix_syscal_times(vis: str) -> None:
    """Give all antennas of one Tsys measurement the same time; some old data have slightly different ones."""
    times, lengths, spws = syscal_columns(f"{vis}/SYSCAL.as_imported", f"{vis}/SYSCAL")
    begins: dict[int, float] = {}
    for spw in sorted(set(spws)):
        rows = sorted((times[n] - lengths[n] / 2, n) for n in range(len(spws)) if spws[n] == spw)
        groups = measurements(rows)
        if len({times[n] for _, n in rows}) > len(groups):
            for group in groups:
                mean = sum(begin for begin, _ in group) / len(group)
                begins.update((n, mean) for _, n in group)
    tell(f"SYSCAL: {len(begins)} of {len(spws)} rows get the time of their measurement")
    if begins:
        keep_copy(f"{vis}/SYSCAL", f"{vis}/SYSCAL.as_imported")
        tb = table()
        tb.open(f"{vis}/SYSCAL", nomodify=False)
        for row, begin in begins.items():
            tb.putcell("TIME", row, begin + 1.0)
            tb.putcell("INTERVAL", row, 2.0)
        tb.close()


def syscal_columns(*names: str) -> tuple[list[float], list[float], list[int]]:
    """Return times, intervals and spws of the first of these tables that exists."""
    tb = table()
    tb.open(next(name for name in names if os.path.exists(name)))
    columns = [tb.getcol(name) for name in ("TIME", "INTERVAL", "SPECTRAL_WINDOW_ID")]
    tb.close()
    return [float(t) for t in columns[0]], [float(t) for t in columns[1]], [int(n) for n in columns[2]]


def keep_copy(name: str, copy: str) -> None:
    """Copy a table aside once; a copy cut short does not count."""
    if not os.path.exists(copy):
        remove(f"{copy}.part")
        shutil.copytree(name, f"{copy}.part")
        os.rename(f"{copy}.part", copy)


def measurements(rows: list[tuple[float, int]]) -> list[list[tuple[float, int]]]:
    """Group rows (begin, row) in order of time; more than a second apart is another measurement."""
    groups: list[list[tuple[float, int]]] = []
    for begin, row in rows:
        if groups and begin - groups[-1][-1][0] <= 1.0:
            groups[-1].append((begin, row))
        else:
            groups.append([(begin, row)])
    return groups
