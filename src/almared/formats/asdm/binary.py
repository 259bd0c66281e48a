"""The binary form of ASDM tables (``.bin``): a MIME message of an XML header and rows of packed values.

References
----------
The layout follows what CASA reads and writes: two entities, the number of rows (-1: until the closing boundary),
then the columns in the order the header names them; an optional column has a presence byte; strings have a 4-byte
length; arrays their dimensions first (asdm-facts 8; checked against importasdm and a real VLA table).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np

from almared.errors import AsdmError
from almared.formats.asdm.documents import local_name, parse_document
from almared.formats.asdm.schema import Column, columns_by_name, columns_of
from almared.formats.asdm.values import MOST_ELEMENTS, check_word, finite

BOUNDARY = b"--MIME_boundary"
ORDERS = {"Little_Endian": "<", "Big_Endian": ">"}
BYTES = {"i4": 4, "i8": 8, "f4": 4, "f8": 8, "?": 1}
N_ENTITY_STRINGS = 5
MOST_HEADER = 100_000
N_TAIL_BYTES = 200
TRUNCATED = "copy the file again from the archive"


@dataclass(frozen=True, slots=True)
class BinaryTable:
    """A binary table whose header has been read.

    Parameters
    ----------
    where : str
        The file, for errors.
    content : bytes
        The whole file.
    order : str
        ``<`` or ``>``.
    columns : tuple of Column
        In the order of the file.
    n_rows : int
        As recorded; -1 when the rows extend to the closing boundary.
    first_row : int
        Offset of the first row.
    """

    where: str
    content: bytes
    order: str
    columns: tuple[Column, ...]
    n_rows: int
    first_row: int


class _Cursor:
    """A position in the packed values that advances as they are read."""

    def __init__(self, content: bytes, place: int, *, order: str) -> None:
        self.content = content
        self.place = place
        self.order = order
        self._int = struct.Struct(f"{order}i")
        self.dtypes = {code: np.dtype(order + code) if code != "?" else np.dtype(bool) for code in BYTES}
        self._scalars = {code: struct.Struct(order + form) for code, form in _FORMS.items()}

    def integer(self) -> int:
        """Return a 4-byte integer."""
        (value,) = self._int.unpack_from(self.content, self.place)
        self.place += 4
        return int(value)

    def scalar(self, code: str) -> Any:
        """Return a plain number."""
        form = self._scalars[code]
        (value,) = form.unpack_from(self.content, self.place)
        self.place += form.size
        return value

    def take(self, n: int) -> bytes:
        """Return the next bytes."""
        end = self.place + n
        if n < 0 or end > len(self.content):
            raise ValueError(f"{n} bytes are expected and {len(self.content) - self.place} are left")
        taken = self.content[self.place : end]
        self.place = end
        return taken

    def text(self) -> str:
        """Return a string."""
        return self.take(self.integer()).decode("latin-1")

    def shape(self, n_dims: int) -> tuple[int, ...]:
        """Return the dimensions of an array."""
        found = tuple(self.integer() for _ in range(n_dims))
        product = 1
        for n in found:
            product *= n
            if n < 0 or product > MOST_ELEMENTS:
                raise ValueError(f"an array has the impossible dimensions {found}")
        return found


_FORMS = {"i4": "i", "i8": "q", "f4": "f", "f8": "d", "?": "?"}


def open_binary(content: bytes, *, table: str, where: str) -> BinaryTable:
    """Return the table with its header read.

    Parameters
    ----------
    content : bytes
        The ``.bin`` file.
    table : str
        Name of the table it should hold.
    where : str
        The file, for errors.

    Raises
    ------
    AsdmError
        The header is missing, foreign or broken.
    """
    header, start = _header(content, where)
    root = parse_document(header, where)
    order, columns = _announced(root, table, where=where)
    cursor = _Cursor(content, start, order=order)
    try:
        for _ in range(2 * N_ENTITY_STRINGS):
            cursor.text()
        n_rows = cursor.integer()
    except (ValueError, struct.error) as error:
        raise _unreadable(error, where, order=order) from error
    if n_rows < -1:
        raise _unreadable(ValueError(f"{n_rows} rows are declared"), where, order=order)
    return BinaryTable(where, content, order, columns, n_rows, cursor.place)


def binary_rows(path: Path, table: str) -> int:
    """Return the number of rows that the header of a binary table declares, without reading them.

    Parameters
    ----------
    path : Path
        The ``.bin`` file.
    table : str
        Name of the table it should hold.

    Raises
    ------
    AsdmError
        The file is missing, its header is broken, or its end is missing.
    """
    try:
        with path.open("rb") as file:
            head = file.read(MOST_HEADER)
            file.seek(max(0, file.seek(0, SEEK_END) - N_TAIL_BYTES))
            tail = file.read()
    except OSError as error:
        raise AsdmError(
            f"the binary table cannot be read ({error.strerror or error})", where=str(path), repair=TRUNCATED
        ) from error
    if not tail.rstrip(b"\r\n").endswith(BOUNDARY + b"--"):
        raise AsdmError(
            "the binary table is truncated: its closing boundary is missing", where=str(path), repair=TRUNCATED
        )
    return open_binary(head, table=table, where=str(path)).n_rows


def read_binary(table: BinaryTable, wanted: frozenset[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows, with only the wanted columns (all when None).

    Raises
    ------
    AsdmError
        A row is truncated or has an invalid value, or there are too few or too many rows.
    """
    cursor = _Cursor(table.content, table.first_row, order=table.order)
    readers = [(c, _reader(c), wanted is None or c.name in wanted) for c in table.columns]
    n = 0
    while n < table.n_rows or (table.n_rows == -1 and not _is_at_end(cursor)):
        try:
            yield _row(cursor, readers)
        except (ValueError, struct.error) as error:
            raise _unreadable(error, f"{table.where}, row {n}", order=table.order) from error
        n += 1
    if not _is_at_end(cursor):
        raise AsdmError(
            f"the {n} declared rows do not end at the closing boundary of the file",
            where=table.where,
            repair=TRUNCATED,
        )


def _header(content: bytes, where: str) -> tuple[bytes, int]:
    """Return the XML header and where the packed values begin; lines may end in LF or CRLF."""
    head = content[:MOST_HEADER]
    first = head.find(b"<?xml")
    second = head.find(BOUNDARY, first) if first >= 0 else -1
    if not head.startswith(b"MIME-Version: 1.0") or second < 0:
        raise AsdmError("not a binary ASDM table (its MIME header is missing)", where=where, repair=TRUNCATED)
    ends = [place + len(gap) for gap in (b"\n\n", b"\r\n\r\n") if (place := head.find(gap, second)) >= 0]
    if not ends:
        raise AsdmError("the binary table ends inside its header", where=where, repair=TRUNCATED)
    return head[first:second], min(ends)


def _announced(root: Any, table: str, *, where: str) -> tuple[str, tuple[Column, ...]]:
    name = local_name(root.tag)
    if name == "ASDMBinaryTable":
        return ">", columns_of(table)
    children = {local_name(child.tag): child for child in root}
    order = ORDERS.get(children["BulkStoreRef"].get("byteOrder", "")) if "BulkStoreRef" in children else None
    if name != f"{table}Table" or order is None or "Attributes" not in children:
        raise AsdmError(
            f"the header is not that of a binary {table} table with byte order and columns",
            where=where,
            repair=TRUNCATED,
        )
    known = columns_by_name(table)
    names = [local_name(child.tag) for child in children["Attributes"]]
    unknown = [n for n in names if n not in known]
    if unknown:
        raise AsdmError(
            f"the binary table has unknown columns: {', '.join(unknown)}",
            where=where,
            repair="this data set was written with a newer data model; please report it",
        )
    return order, tuple(known[n] for n in names)


def _row(cursor: _Cursor, readers: Sequence[tuple[Column, Callable[..., Any], bool]]) -> dict[str, Any]:
    row = {}
    for column, read, is_wanted in readers:
        if column.is_optional and not cursor.take(1)[0]:
            continue
        value = read(cursor, column)
        if is_wanted:
            row[column.name] = _checked(value, column)
    return row


def _checked(value: Any, column: Column) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        return finite(value)
    if isinstance(value, float | complex) and not np.isfinite(value):
        raise ValueError(f"{column.name} is not finite")
    return value


def _is_at_end(cursor: _Cursor) -> bool:
    ahead = cursor.content[cursor.place : cursor.place + len(BOUNDARY) + 2]
    return ahead.lstrip(b"\r\n").startswith(BOUNDARY)


def _reader(column: Column) -> Callable[[_Cursor, Column], Any]:
    if column.n_dims:
        return _words if column.storage in ("text", "entity") else _numbers
    return {"interval": _interval, "complex": _complex, "text": _word, "entity": _entity}.get(column.storage, _scalar)


def _scalar(cursor: _Cursor, column: Column) -> Any:
    return cursor.scalar(column.storage)


def _interval(cursor: _Cursor, _column: Column) -> tuple[int, int]:
    return cursor.scalar("i8"), cursor.scalar("i8")


def _complex(cursor: _Cursor, _column: Column) -> complex:
    return complex(cursor.scalar("f8"), cursor.scalar("f8"))


def _word(cursor: _Cursor, column: Column) -> str:
    return check_word(cursor.text(), column)


def _entity(cursor: _Cursor, _column: Column) -> str:
    uid, *_ = (cursor.text() for _ in range(4))
    return uid


def _words(cursor: _Cursor, column: Column) -> Any:
    shape = cursor.shape(column.n_dims)
    n = int(np.prod(shape, dtype=np.int64))
    return np.array([_word(cursor, column) for _ in range(n)], dtype=object).reshape(shape)


def _numbers(cursor: _Cursor, column: Column) -> Any:
    shape = cursor.shape(column.n_dims)
    n_parts = 2 if column.storage in ("interval", "complex") else 1
    code = {"interval": "i8", "complex": "f8"}.get(column.storage, column.storage)
    n = int(np.prod(shape, dtype=np.int64)) * n_parts
    flat = np.frombuffer(cursor.take(n * BYTES[code]), dtype=cursor.dtypes[code])
    if column.storage == "complex":
        return (flat[0::2] + 1j * flat[1::2]).reshape(shape)
    return flat.reshape(shape + ((2,) if n_parts == 2 else ()))


def _unreadable(error: Exception, where: str, *, order: str) -> AsdmError:
    label = {"<": "Little_Endian", ">": "Big_Endian"}[order]
    return AsdmError(
        f"the binary table cannot be read ({error})",
        where=where,
        repair=f"the file is truncated, or its byte order is not {label} as declared; {TRUNCATED}",
    )
