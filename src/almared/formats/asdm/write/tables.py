"""Whole ASDM tables on disk: XML tables, ``.bin`` tables and the list of tables ASDM.xml."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from almared.basics.times import utc_of
from almared.errors import ScenarioError
from almared.formats.asdm.enumerations import words_of
from almared.formats.asdm.schema import Column, columns_by_name, columns_of
from almared.formats.asdm.write.cells import STORAGE, Cell, Row, cell_bytes, cell_text, string_bytes
from almared.names import Uid

ORDER = (
    "Main",
    "AlmaRadiometer",
    "Antenna",
    "CalAtmosphere",
    "CalData",
    "CalDevice",
    "CalReduction",
    "CalWVR",
    "ConfigDescription",
    "CorrelatorMode",
    "DataDescription",
    "Ephemeris",
    "ExecBlock",
    "Feed",
    "Field",
    "Flag",
    "Pointing",
    "Polarization",
    "Processor",
    "Receiver",
    "SBSummary",
    "Scan",
    "Source",
    "SpectralWindow",
    "SquareLawDetector",
    "State",
    "Station",
    "Subscan",
    "SwitchCycle",
    "SysCal",
    "Weather",
)
"""Order of the tables in ASDM.xml; their unique ids follow it."""

BINARY_FORM = frozenset(
    {
        "CalAtmosphere",
        "CalData",
        "CalDevice",
        "CalReduction",
        "CalWVR",
        "Feed",
        "Pointing",
        "Receiver",
        "Source",
        "SysCal",
        "Weather",
    }
)
"""Tables that importasdm reads in binary form; it crashes on Ephemeris and on small ones with numbered rows."""

SCHEMA = 'schemaVersion="4" schemaRevision="-1"'
NAMESPACE = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://Alma/XASDM/{name}Table" '
    'xsi:schemaLocation="http://Alma/XASDM/{name}Table '
    'http://almaobservatory.org/XML/XASDM/4/{name}Table.xsd"'
)
DECLARATION = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be written.

    Parameters
    ----------
    name : str
        Such as ``SysCal``.
    rows : tuple of Row
        Its rows; optional columns may differ from row to row.
    """

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TableForm:
    """How tables are written.

    Parameters
    ----------
    asdm_uid : str
        UID of the ASDM.
    created_mjd_s : float, s
        Time of creation, MJD seconds UTC.
    binary : frozenset of str
        Names of the tables in binary form.
    big_endian : bool
        Byte order of those.
    """

    asdm_uid: str
    created_mjd_s: float
    binary: frozenset[str]
    big_endian: bool


def table_uid(asdm_uid: str, table: str) -> str:
    """Return the unique id of a table, counted from the id of the ASDM.

    Parameters
    ----------
    asdm_uid : str
        UID of the ASDM.
    table : str
        Name of the table.
    """
    first, second, third = Uid.parse(asdm_uid).parts
    return f"uid://{first}/{second}/X{int(third[1:], 16) + 1 + ORDER.index(table):x}"


def write_tables(tables: Iterable[Table], directory: Path, *, form: TableForm) -> None:
    """Write the tables and the list of them.

    Parameters
    ----------
    tables : iterable of Table
        All tables of the ASDM; empty ones are listed with no rows and have no file.
    directory : Path
        Directory to write to.
    form : TableForm
        How they are written.

    Raises
    ------
    ScenarioError
        A table should be binary, but CASA reads it only as XML; a row lacks a required column, has an unknown one, or a
        value of the wrong type or an unknown word.
    """
    refused = sorted(form.binary - BINARY_FORM)
    if refused:
        raise ScenarioError(f"CASA cannot read these tables in binary form: {', '.join(refused)}")
    listed = sorted(tables, key=lambda t: ORDER.index(t.name))
    for table in listed:
        if table.rows:
            _write_table(table, directory, form=form)
    (directory / "ASDM.xml").write_text(_list_of_tables(listed, form), encoding="latin-1")


def _write_table(table: Table, directory: Path, *, form: TableForm) -> None:
    for number, row in enumerate(table.rows):
        _check_row(table.name, number, row=row)
    if table.name in form.binary:
        order = ">" if form.big_endian else "<"
        (directory / f"{table.name}.xml").write_text(_reference_text(table.name, form), encoding="latin-1")
        (directory / f"{table.name}.bin").write_bytes(_mime(table, form, order=order))
    else:
        (directory / f"{table.name}.xml").write_text(_table_text(table, form), encoding="latin-1")


def _check_row(table: str, number: int, *, row: Row) -> None:
    """CASA drops a faulty row and all after it without an error, so faults are errors here."""
    columns = columns_by_name(table)
    missing = [c.name for c in columns.values() if not c.is_optional and c.name not in row]
    unknown = sorted(row.keys() - columns.keys())
    if missing or unknown:
        raise ScenarioError(f"row {number} lacks columns {missing} or has unknown ones {unknown}", where=table)
    for column_name, cell in row.items():
        fault = _fault(columns[column_name], cell)
        if fault:
            raise ScenarioError(f"row {number}, column {column_name}: {fault}", where=table)


def _fault(column: Column, cell: Cell) -> str:
    if STORAGE[cell.kind] != column.storage:
        return f"a value of kind {cell.kind.name} where {column.type} is needed"
    n_dims = 0 if cell.shape is None else len(cell.shape)
    if n_dims != column.n_dims:
        return f"{n_dims} dimensions where {column.n_dims} are needed"
    if column.is_enumeration:
        words = (cell.value,) if cell.shape is None else cell.value
        unknown = sorted(set(words) - words_of(column.type))
        return f"{unknown} unknown to the enumeration {column.type}" if unknown else ""
    return ""


def _entity(tag: str, uid: str, *, type_name: str) -> str:
    return (
        f'<{tag} entityId="{uid}" entityIdEncrypted="na" entityTypeName="{type_name}" '
        f'schemaVersion="1" documentVersion="1"/>'
    )


def _head(name: str, form: TableForm) -> str:
    return (
        f"{DECLARATION}<{name}Table {NAMESPACE.format(name=name)} {SCHEMA}>\n"
        f"{_entity('Entity', table_uid(form.asdm_uid, name), type_name=f'{name}Table')}\n"
        f"{_entity('ContainerEntity', form.asdm_uid, type_name='ASDM')}\n"
    )


def _table_text(table: Table, form: TableForm) -> str:
    rows = "".join(f"  <row>\n{_row_text(row)}  </row>\n" for row in table.rows)
    return f"{_head(table.name, form)}{rows}</{table.name}Table>\n"


def _row_text(row: Row) -> str:
    return "".join(f"    <{column}>{cell_text(cell)}</{column}>\n" for column, cell in row.items())


def _reference_text(name: str, form: TableForm) -> str:
    order = "Big_Endian" if form.big_endian else "Little_Endian"
    uid = table_uid(form.asdm_uid, name)
    return f'{_head(name, form)}<BulkStoreRef file_id="{uid}" byteOrder="{order}"/>\n</{name}Table>\n'


def _mime(table: Table, form: TableForm, *, order: str) -> bytes:
    uid = table_uid(form.asdm_uid, table.name)
    used = [c for c in columns_of(table.name) if any(c.name in row for row in table.rows)]
    columns = "".join(f"<{c.name}/>\n" for c in used)
    header = _reference_text(table.name, form).replace(
        f"</{table.name}Table>", f"<Attributes>\n{columns}</Attributes>\n</{table.name}Table>"
    )
    top = (
        "MIME-Version: 1.0\nContent-Type: Multipart/Related; boundary='MIME_boundary'; "
        "type='text/xml'; start= '<header.xml>'\nContent-Description: Correlator\n"
        f"alma-uid: {uid}\n\n--MIME_boundary\nContent-Type: text/xml; charset='ISO-8859-1'\n"
        f"Content-Transfer-Encoding: 8bit\nContent-ID: <header.xml>\n\n{header}"
        "--MIME_boundary\nContent-Type: binary/octet-stream\nContent-ID: <content.bin>\n\n"
    )
    entities = ((uid, "na", f"{table.name}Table", "1", "1"), (form.asdm_uid, "na", "ASDM", "1", "1"))
    names = b"".join(string_bytes(part, order) for entity in entities for part in entity)
    rows = b"".join(_row_bytes(row, used, order=order) for row in table.rows)
    return top.encode("latin-1") + names + struct.pack(f"{order}i", len(table.rows)) + rows + b"\n--MIME_boundary--\n"


def _row_bytes(row: Row, columns: Iterable[Column], *, order: str) -> bytes:
    return b"".join(_column_bytes(row.get(column.name), column, order=order) for column in columns)


def _column_bytes(cell: Cell | None, column: Column, *, order: str) -> bytes:
    """A byte before an optional value says whether it is present."""
    if cell is None:
        return b"\x00"
    return (b"\x01" if column.is_optional else b"") + cell_bytes(cell, order)


def _list_of_tables(tables: Iterable[Table], form: TableForm) -> str:
    rows = "".join(
        f"  <Table>\n    <Name>{t.name}</Name>\n    <NumberRows>{len(t.rows)}</NumberRows>\n"
        + (f"    {_entity('Entity', table_uid(form.asdm_uid, t.name), type_name=f'{t.name}Table')}\n" if t.rows else "")
        + "  </Table>\n"
        for t in tables
    )
    return (
        f'{DECLARATION}<ASDM xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns="http://Alma/XASDM/ASDM" {SCHEMA}>\n{_entity("Entity", form.asdm_uid, type_name="ASDM")}\n'
        f"<TimeOfCreation>{_iso(form.created_mjd_s)}</TimeOfCreation>\n{rows}</ASDM>\n"
    )


def _iso(mjd_s: float) -> str:
    return utc_of(int(mjd_s)).strftime("%Y-%m-%dT%H:%M:%S.000000000")
