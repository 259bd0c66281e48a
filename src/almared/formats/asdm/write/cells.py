"""Values of ASDM table cells and their two written forms: XML text and the bytes of a ``.bin`` table.

References
----------
asdm-facts.md sections 1 and 8: integer nanoseconds, intervals as midpoint and duration, arrays with their
dimensions first, identifiers as ``Antenna_0``.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from almared.errors import ScenarioError
from almared.formats.asdm.write.bdf_layout import to_ns

ENUMERATOR = re.compile(r"[A-Za-z0-9_]+")
HEX_UID = re.compile(r"uid://[A-Za-z0-9]+/X[0-9a-fA-F]+/X[0-9a-fA-F]+")


class Kind(Enum):
    """Type of a cell, with the struct code of its binary form (empty for those of another form)."""

    INT = "i"
    LONG = "q"
    FLOAT = "f"
    DOUBLE = "d"
    BOOL = "?"
    TEXT = "text"
    NAME = "name"
    INTERVAL = "qq"
    ENTITY = "entity"
    COMPLEX = "dd"


STORAGE = {
    Kind.INT: "i4",
    Kind.LONG: "i8",
    Kind.FLOAT: "f4",
    Kind.DOUBLE: "f8",
    Kind.BOOL: "?",
    Kind.TEXT: "text",
    Kind.NAME: "text",
    Kind.INTERVAL: "interval",
    Kind.ENTITY: "entity",
    Kind.COMPLEX: "complex",
}
"""Storage of each kind in the words of `almared.formats.asdm.schema`."""

NUMPY_CODES = {Kind.INT: "i4", Kind.LONG: "i8", Kind.FLOAT: "f4", Kind.DOUBLE: "f8", Kind.BOOL: "?"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row.

    Parameters
    ----------
    kind : Kind
        Its type.
    value : object
        The scalar, a pair for an interval or complex number, or the elements of an array in C order.
    shape : tuple of int or None
        Shape of an array, None for a scalar.
    """

    kind: Kind
    value: Any
    shape: tuple[int, ...] | None = None


Row = dict[str, Cell]
"""Cells by column name, keys first, in the order of the table's definition."""


def integer(value: int) -> Cell:
    """Return a 32-bit integer."""
    return Cell(Kind.INT, int(value))


def long(value: int) -> Cell:
    """Return a 64-bit integer."""
    return Cell(Kind.LONG, int(value))


def real(value: float) -> Cell:
    """Return a finite float64."""
    return Cell(Kind.DOUBLE, _finite(float(value)))


def single(value: float) -> Cell:
    """Return a finite float32."""
    return Cell(Kind.FLOAT, _finite(float(np.float32(value))))


def truth(value: bool) -> Cell:  # noqa: FBT001 (it is the value, not a switch)
    """Return a boolean."""
    return Cell(Kind.BOOL, bool(value))


def text(value: str) -> Cell:
    """Return free text."""
    return Cell(Kind.TEXT, _printable(value))


def name(value: str) -> Cell:
    """Return an enumerator such as ``ALMA_RB_03``."""
    return Cell(Kind.NAME, _enumerator(value))


def tag(table: str, number: int) -> Cell:
    """Return the identifier of a row, ``Antenna_3``."""
    return Cell(Kind.NAME, f"{table}_{int(number)}")


def moment(mjd_s: float) -> Cell:
    """Return a time given in MJD seconds."""
    return Cell(Kind.LONG, to_ns(_finite(mjd_s)))


def interval(start_mjd_s: float, end_mjd_s: float) -> Cell:
    """Return a time interval; it is written as midpoint and duration."""
    start, end = to_ns(_finite(start_mjd_s)), to_ns(_finite(end_mjd_s))
    return Cell(Kind.INTERVAL, ((start + end) // 2, end - start))


def entity(uid: str, type_name: str) -> Cell:
    """Return a reference to another document by its unique id.

    Raises
    ------
    ScenarioError
        The id is not of the hexadecimal form that CASA can read.
    """
    if HEX_UID.fullmatch(uid) is None:
        raise ScenarioError(f"{uid!r} is not a unique id that CASA reads", repair="use uid://A002/X<hex>/X<hex>")
    return Cell(Kind.ENTITY, (uid, _printable(type_name)))


def integers(values: Iterable[int]) -> Cell:
    """Return a one-dimensional array of 32-bit integers."""
    return _numbers(Kind.INT, np.asarray(list(values), dtype=np.int32))


def longs(values: Iterable[int]) -> Cell:
    """Return a one-dimensional array of 64-bit integers, such as durations in nanoseconds."""
    return _numbers(Kind.LONG, np.asarray(list(values), dtype=np.int64))


def reals(values: Any) -> Cell:
    """Return an array of float64 of any dimension."""
    return _numbers(Kind.DOUBLE, np.asarray(values, dtype=np.float64))


def singles(values: Any) -> Cell:
    """Return an array of float32 of any dimension."""
    return _numbers(Kind.FLOAT, np.asarray(values, dtype=np.float32))


def truths(values: Iterable[bool]) -> Cell:
    """Return a one-dimensional array of booleans."""
    return _numbers(Kind.BOOL, np.asarray(list(values), dtype=np.bool_))


def complexes(values: Any) -> Cell:
    """Return an array of complex numbers."""
    array = np.asarray(values, dtype=np.complex128)
    if not np.isfinite(array).all():
        raise ScenarioError("an ASDM table would hold a number that is not finite")
    return Cell(Kind.COMPLEX, array, array.shape)


def texts(values: Iterable[str]) -> Cell:
    """Return a one-dimensional array of strings."""
    items = tuple(_printable(v) for v in values)
    if any('"' in item for item in items):
        raise ScenarioError("a double quote cannot be written in an array of strings", where=str(items))
    return Cell(Kind.TEXT, items, (len(items),))


def names(values: Iterable[str], shape: tuple[int, ...] | None = None) -> Cell:
    """Return an array of enumerators.

    Parameters
    ----------
    values : iterable of str
        The enumerators in C order.
    shape : tuple of int, optional
        Shape when it has more than one dimension.
    """
    items = tuple(_enumerator(v) for v in values)
    return Cell(Kind.NAME, items, shape or (len(items),))


def tags(table: str, numbers: Iterable[int]) -> Cell:
    """Return an array of identifiers of rows."""
    items = tuple(f"{table}_{int(n)}" for n in numbers)
    return Cell(Kind.NAME, items, (len(items),))


def cell_text(cell: Cell) -> str:
    """Return the XML content of the cell."""
    if cell.shape is None:
        return _scalar_text(cell)
    head = " ".join(str(n) for n in (len(cell.shape), *cell.shape))
    elements = _element_texts(cell)
    return f"{head} {' '.join(elements)}" if elements else head


def cell_bytes(cell: Cell, order: str) -> bytes:
    """Return the binary form of the cell.

    Parameters
    ----------
    cell : Cell
        The cell.
    order : str
        ``<`` or ``>``.
    """
    if cell.shape is None:
        return _scalar_bytes(cell.kind, cell.value, order=order)
    head = struct.pack(f"{order}{len(cell.shape)}i", *cell.shape)
    return head + _element_bytes(cell, order)


def string_bytes(value: str, order: str) -> bytes:
    """Return a string as length and Latin-1 characters."""
    raw = value.encode("latin-1")
    return struct.pack(f"{order}i", len(raw)) + raw


def _numbers(kind: Kind, array: NDArray[Any]) -> Cell:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ScenarioError("an ASDM table would hold a number that is not finite")
    return Cell(kind, array, array.shape)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ScenarioError("an ASDM table would hold a number that is not finite")
    return value


def _printable(value: str) -> str:
    """CASA reads Latin-1 and has no way to write a control character."""
    if not value.isprintable() or not _is_latin(value):
        raise ScenarioError(f"the text {value!r} cannot be written into an ASDM", repair="use Latin-1 characters")
    return value


def _is_latin(value: str) -> bool:
    return all(ord(c) < 256 for c in value)


def _enumerator(value: str) -> str:
    if ENUMERATOR.fullmatch(value) is None:
        raise ScenarioError(f"{value!r} is not a value of an ASDM enumeration")
    return value


def _scalar_text(cell: Cell) -> str:
    value = cell.value
    if cell.kind is Kind.ENTITY:
        uid, type_name = value
        return (
            f'<EntityRef entityId="{uid}" partId="X00000000" entityTypeName="{escape(type_name)}" documentVersion="1"/>'
        )
    if cell.kind is Kind.INTERVAL:
        return f"{value[0]} {value[1]}"
    if cell.kind is Kind.BOOL:
        return "true" if value else "false"
    if cell.kind is Kind.TEXT:
        return escape(value)
    return repr(value) if cell.kind in (Kind.DOUBLE, Kind.FLOAT) else str(value)


def _element_texts(cell: Cell) -> Sequence[str]:
    if cell.kind is Kind.NAME:
        return tuple(cell.value)
    if cell.kind is Kind.TEXT:
        return tuple(f'"{escape(v)}"' for v in cell.value)
    flat = cell.value.ravel()
    if cell.kind is Kind.BOOL:
        return ["true" if v else "false" for v in flat.tolist()]
    if cell.kind is Kind.FLOAT:
        return [str(v) for v in flat]
    if cell.kind is Kind.COMPLEX:
        flat = flat.view(np.float64)
    return [repr(v) for v in flat.tolist()]


def _scalar_bytes(kind: Kind, value: Any, *, order: str) -> bytes:
    if kind in (Kind.TEXT, Kind.NAME):
        return string_bytes(value, order)
    if kind is Kind.ENTITY:
        return b"".join(string_bytes(part, order) for part in (value[0], "X00000000", value[1], "1"))
    if kind is Kind.INTERVAL:
        return struct.pack(f"{order}qq", *value)
    return struct.pack(f"{order}{kind.value}", value)


def _element_bytes(cell: Cell, order: str) -> bytes:
    if cell.kind in (Kind.TEXT, Kind.NAME):
        return b"".join(string_bytes(v, order) for v in cell.value)
    if cell.kind is Kind.COMPLEX:
        return bytes(cell.value.astype(f"{order}c16").tobytes())
    return bytes(cell.value.astype(f"{order}{NUMPY_CODES[cell.kind]}").tobytes())
