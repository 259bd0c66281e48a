"""The tables of an ASDM by name: rows with typed values, from XML or from the binary form."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from almared.errors import AsdmError
from almared.formats.asdm.binary import MOST_HEADER, binary_rows, open_binary, read_binary
from almared.formats.asdm.documents import BROKEN, count_rows, local_name, parse_document, raw_rows, read_bytes
from almared.formats.asdm.schema import NEEDED_THOUGH_OPTIONAL, TABLES, Column, columns_by_name
from almared.formats.asdm.values import decode_text

Row = Mapping[str, Any]
"""One row: values by column; an optional column that the row leaves out is missing."""

BULK = b"<BulkStoreRef"
ENDINGS = ("xml", "bin")
"""Where CASA looks for a table, in this order."""


@dataclass(frozen=True, slots=True)
class AsdmTables:
    """The tables of one ASDM.

    Parameters
    ----------
    path : Path
        The directory of the ASDM.
    uid : str
        The unique id that ASDM.xml gives the data set.
    declared : mapping of str to int
        Table -> number of rows that ASDM.xml lists.
    """

    path: Path
    uid: str
    declared: Mapping[str, int] = field(default_factory=dict)

    def rows(self, table: str, *columns: str) -> list[Row]:
        """Return the rows of a table, empty when ASDM.xml lists none.

        Parameters
        ----------
        table : str
            Such as ``Antenna``.
        *columns : str
            Columns wanted; all when none is named. Enumerations and required columns are always checked.

        Raises
        ------
        AsdmError
            The table is missing, broken, or has another number of rows than ASDM.xml lists.
        """
        if not self.declared.get(table):
            return []
        wanted = frozenset(columns) if columns else None
        rows = list(self._read(table, wanted))
        self._check_count(table, len(rows))
        return rows

    def count(self, table: str) -> int:
        """Return the number of rows in the table's file, without reading them.

        Raises
        ------
        AsdmError
            The table is listed with rows, but its file is missing or broken.
        """
        if not self.declared.get(table) and not self._has_file(table):
            return 0
        path = self._file(table)
        if path.suffix == ".xml":
            content = read_bytes(path)
            if BULK not in content[:MOST_HEADER]:
                return count_rows(content)
        binary = self.path / f"{table}.bin"
        if table not in TABLES and binary.is_file():
            return self.declared[table]
        found = binary_rows(binary, table)
        return found if found >= 0 else sum(1 for _ in self._read(table, frozenset()))

    def check_count(self, table: str) -> None:
        """Check that the table has as many rows as ASDM.xml lists.

        Raises
        ------
        AsdmError
            It does not.
        """
        self._check_count(table, self.count(table))

    def _check_count(self, table: str, found: int) -> None:
        if found != self.declared.get(table, 0):
            raise AsdmError(
                f"ASDM.xml lists {self.declared.get(table, 0)} rows of {table}, the file has {found}",
                where=str(self.path / f"{table}.xml"),
                repair=BROKEN,
                table=table,
                found=found,
            )

    def _has_file(self, table: str) -> bool:
        return any((self.path / f"{table}.{ending}").is_file() for ending in ENDINGS)

    def _file(self, table: str) -> Path:
        for ending in ENDINGS:
            path = self.path / f"{table}.{ending}"
            if path.is_file():
                return path
        raise AsdmError(
            f"ASDM.xml lists {self.declared.get(table, 0)} rows of {table}, but its file is missing",
            where=str(self.path / f"{table}.xml"),
            repair="copy the whole ASDM again from the archive",
            table=table,
        )

    def _read(self, table: str, wanted: frozenset[str] | None) -> Iterator[Row]:
        path = self._file(table)
        content = read_bytes(path)
        if path.suffix == ".bin" or BULK in content[:MOST_HEADER]:
            yield from self._read_binary(table, wanted)
            return
        for number, raw in enumerate(raw_rows(content, str(path))):
            where = f"{path}, row {number}"
            _check_columns(raw, table, where=where)
            yield _decoded(raw, table, wanted=wanted, where=where)

    def _read_binary(self, table: str, wanted: frozenset[str] | None) -> Iterator[Row]:
        path = self.path / f"{table}.bin"
        binary = open_binary(read_bytes(path), table=table, where=str(path))
        _check_columns({column.name for column in binary.columns}, table, where=str(path))
        yield from read_binary(binary, wanted)


def open_tables(path: Path) -> AsdmTables:
    """Return the tables of an ASDM, ASDM.xml read.

    Parameters
    ----------
    path : Path
        The directory of the ASDM.

    Raises
    ------
    AsdmError
        It is not an ASDM directory, or ASDM.xml is broken.
    """
    listing = path / "ASDM.xml"
    if not path.is_dir() or not listing.is_file():
        raise AsdmError(
            "not an ASDM: it has no ASDM.xml" if path.is_dir() else "there is no such directory",
            where=str(path),
            repair="give the directory of an ASDM, such as uid___A002_X85c183_X36f",
        )
    root = parse_document(read_bytes(listing), str(listing))
    if local_name(root.tag) != "ASDM":
        raise AsdmError("ASDM.xml is not the list of tables of an ASDM", where=str(listing), repair=BROKEN)
    entities = [child.get("entityId", "") for child in root if local_name(child.tag) == "Entity"]
    return AsdmTables(path, entities[0] if entities else "", _listed(root, str(listing)))


def row_number(tag: str) -> int:
    """Return the number in an identifier, 3 for ``Antenna_3``."""
    return int(tag.rpartition("_")[2])


def _listed(root: Any, where: str) -> dict[str, int]:
    listed: dict[str, int] = {}
    for element in root:
        if local_name(element.tag) != "Table":
            continue
        words = {local_name(child.tag): (child.text or "").strip() for child in element}
        name, number = words.get("Name", ""), words.get("NumberRows", "")
        if not name.isidentifier() or not number.isdigit():
            raise AsdmError(f"the list has a table {name!r} with {number!r} rows", where=where, repair=BROKEN)
        listed[name] = int(number)
    return listed


def _decoded(raw: Mapping[str, str], table: str, *, wanted: frozenset[str] | None, where: str) -> dict[str, Any]:
    known = columns_by_name(table)
    row = {}
    for name, text in raw.items():
        column = known.get(name)
        if column is None or not _must_decode(column, wanted):
            continue
        try:
            row[name] = decode_text(text, column)
        except (ValueError, OverflowError) as error:
            raise AsdmError(
                f"{name} cannot be read: {error}",
                where=where,
                repair="CASA would drop this row and all after it without an error; " + BROKEN,
                column=name,
            ) from error
    return row


def _must_decode(column: Column, wanted: frozenset[str] | None) -> bool:
    return wanted is None or column.name in wanted or column.is_enumeration


def _check_columns(found: Container[str], table: str, *, where: str) -> None:
    missing = [name for name in _needed(table) if name not in found]
    if missing:
        raise AsdmError(
            f"the {table} table lacks {', '.join(missing)}, which CASA needs",
            where=where,
            repair="CASA would drop this row and all after it without an error; " + BROKEN,
            columns=missing,
        )


@cache
def _needed(table: str) -> tuple[str, ...]:
    extra = NEEDED_THOUGH_OPTIONAL.get(table, ())
    return tuple(name for name, column in columns_by_name(table).items() if not column.is_optional or name in extra)
