"""The table layer: values of every kind from XML and from both binary forms; the real VLA data set as a judge."""

from __future__ import annotations

import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import REAL

from almared.errors import AsdmError
from almared.formats.asdm import open_tables
from almared.formats.asdm.binary import binary_rows, open_binary, read_binary
from almared.formats.asdm.documents import raw_rows
from almared.formats.asdm.enumerations import words_of
from almared.formats.asdm.schema import REQUIRED_TABLES, TABLES, Column, columns_by_name, columns_of
from almared.formats.asdm.values import decode_text

VLA = REAL / "vla-sdm" / "16A-459_scan7.tgz"


@pytest.fixture(scope="module")
def vla(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real VLA data set, unpacked."""
    if not VLA.exists():
        pytest.skip("ALMARED_REAL is absent")
    directory = tmp_path_factory.mktemp("vla")
    with tarfile.open(VLA) as archive:
        archive.extractall(directory, filter="data")
    return next(directory.iterdir())


def test_schema_names_known_enumerations_only() -> None:
    for table in TABLES:
        for column in columns_of(table):
            if column.is_enumeration:
                assert words_of(column.type)
    assert set(REQUIRED_TABLES) <= set(TABLES)
    assert "CALIBRATE_DIFFGAIN" in words_of("ScanIntent")


def test_schema_has_documented_columns() -> None:
    syscal = columns_by_name("SysCal")
    assert syscal["tsysSpectrum"] == Column("tsysSpectrum", "Temperature", 2, is_optional=True)
    assert syscal["timeInterval"].storage == "interval"
    assert columns_by_name("Main")["dataSize"].storage == "i8"
    assert columns_by_name("CalWVR")["pathCoeff"] == Column("pathCoeff", "float", 3, is_optional=False)


@pytest.mark.parametrize(
    ("text", "kind", "n_dims", "value"),
    [
        (" Antenna_3 ", "Tag", 0, "Antenna_3"),
        ("4930000000000000001", "ArrayTime", 0, 4930000000000000001),
        ("4930000000000000001 96000000", "ArrayTimeInterval", 0, (4930000000000000001, 96000000)),
        ("true", "bool", 0, True),
        ("false", "bool", 0, False),
        ("1.5e11", "Frequency", 0, 1.5e11),
        ("ON_SOURCE", "SubscanIntent", 0, "ON_SOURCE"),
        ("1.0 -2.0", "Complex", 0, 1 - 2j),
        ("a name, with blanks", "string", 0, "a name, with blanks"),
    ],
)
def test_scalars(text: str, kind: str, n_dims: int, value: Any) -> None:
    assert decode_text(text, Column("x", kind, n_dims, is_optional=False)) == value


@pytest.mark.parametrize(
    ("text", "kind", "n_dims", "value"),
    [
        ("2 2 3 1 2 3 4 5 6", "Angle", 2, [[1, 2, 3], [4, 5, 6]]),
        ("1 0", "Angle", 1, []),
        ("1 2 State_0 State_1", "Tag", 1, ["State_0", "State_1"]),
        ('1 2 "a b" ""', "string", 1, ["a b", ""]),
        ("1 2 plain words", "string", 1, ["plain", "words"]),
        ("2 2 2 X X Y Y", "PolarizationType", 2, [["X", "X"], ["Y", "Y"]]),
        ("2 1 2 1 0 0 -1", "Complex", 2, [[1, -1j]]),
        ("1 2 true false", "bool", 1, [True, False]),
        ("1 2 10 2 20 2", "ArrayTimeInterval", 1, [[10, 2], [20, 2]]),
    ],
)
def test_arrays(text: str, kind: str, n_dims: int, value: Any) -> None:
    assert decode_text(text, Column("x", kind, n_dims, is_optional=False)).tolist() == value


@pytest.mark.parametrize(
    ("text", "kind", "n_dims"),
    [
        ("Antenna", "Tag", 0),
        ("../../etc_0", "Tag", 0),
        ("1.5", "int", 0),
        ("99999999999999999999", "ArrayTime", 0),
        ("5", "ArrayTimeInterval", 0),
        ("maybe", "bool", 0),
        ("nan", "Frequency", 0),
        ("OBSERVE_NOTHING", "ScanIntent", 0),
        ("", "int", 0),
        ("1 3 1.0 2.0", "Angle", 1),
        ("2 2 2 1 2 3", "Angle", 2),
        ("1 2 1 2", "Angle", 2),
        ("1 -1", "Angle", 1),
        ("2 1 3 1.0 nan 2.0", "Temperature", 2),
        ("1 1 inf", "Temperature", 1),
        ("1 999999999999 1", "Angle", 1),
        ("", "Angle", 1),
        ("words", "Angle", 1),
    ],
)
def test_what_is_no_value_is_refused(text: str, kind: str, n_dims: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the layer above adds file and row)
        decode_text(text, Column("x", kind, n_dims, is_optional=False))


@given(st.lists(st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3), max_size=5))
def test_arrays_of_numbers_round_trip(rows: list[list[float]]) -> None:
    text = " ".join(["2", str(len(rows)), "3", *(repr(v) for row in rows for v in row)])
    found = decode_text(text, Column("x", "double", 2, is_optional=False))
    assert found.shape == (len(rows), 3)
    assert found.tolist() == rows


def packed(order: str, n_rows: int, rows: bytes) -> bytes:
    """Return a binary SysCal table made by hand, with two optional columns."""
    label = "Little_Endian" if order == "<" else "Big_Endian"
    header = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<SysCalTable schemaVersion="4">\n'
        f'<BulkStoreRef file_id="uid://A/X1/X2" byteOrder="{label}"/>\n<Attributes><antennaId/><spectralWindowId/>'
        "<timeInterval/><feedId/><numReceptor/><numChan/><tsysFlag/><tsysSpectrum/></Attributes>\n</SysCalTable>\n"
    )
    top = (
        "MIME-Version: 1.0\nContent-Type: Multipart/Related; boundary='MIME_boundary'\n\n--MIME_boundary\n"
        f"Content-Type: text/xml\nContent-ID: <header.xml>\n\n{header}--MIME_boundary\n"
        "Content-Type: binary/octet-stream\nContent-ID: <content.bin>\n\n"
    )
    entities = b"".join(text(order, word) for word in ("uid://A/X1/X2", "na", "SysCalTable", "1", "1") * 2)
    return top.encode() + entities + struct.pack(f"{order}i", n_rows) + rows + b"\n--MIME_boundary--\n"


def text(order: str, word: str) -> bytes:
    return struct.pack(f"{order}i", len(word)) + word.encode()


def packed_row(order: str, tsys: list[list[float]] | None) -> bytes:
    head = text(order, "Antenna_1") + text(order, "SpectralWindow_17") + struct.pack(f"{order}qqiii", 50, 20, 0, 2, 3)
    if tsys is None:
        return head + b"\x00\x00"
    shape = (len(tsys), len(tsys[0]))
    return head + b"\x01\x01\x01" + struct.pack(f"{order}2i6d", *shape, *np.ravel(tsys))


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("n_rows", [2, -1], ids=["counted", "until the boundary"])
def test_binary_rows_made_by_hand(order: str, n_rows: int) -> None:
    tsys = [[60.0, 61.0, 62.0], [70.0, 71.0, 72.0]]
    content = packed(order, n_rows, packed_row(order, tsys) + packed_row(order, None))
    first, second = read_binary(open_binary(content, table="SysCal", where="SysCal.bin"))
    assert (first["antennaId"], first["spectralWindowId"], first["timeInterval"]) == (
        "Antenna_1",
        "SpectralWindow_17",
        (50, 20),
    )
    assert first["tsysFlag"] is True
    assert first["tsysSpectrum"].tolist() == tsys
    assert "tsysSpectrum" not in second
    assert "trxSpectrum" not in first


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_binary_with_the_wrong_order_label_is_refused(order: str) -> None:
    content = packed(order, 1, packed_row(order, [[60.0] * 3] * 2))
    labels = (b"Little_Endian", b"Big_Endian")
    swapped = content.replace(*labels) if order == "<" else content.replace(*reversed(labels))
    with pytest.raises(AsdmError, match="byte order is not"):
        list(read_binary(open_binary(swapped, table="SysCal", where="SysCal.bin")))


def test_binary_with_nan_or_too_many_rows_is_refused() -> None:
    bad = packed("<", 1, packed_row("<", [[np.nan] * 3] * 2))
    with pytest.raises(AsdmError, match="not finite"):
        list(read_binary(open_binary(bad, table="SysCal", where="SysCal.bin")))
    more = packed("<", 1, packed_row("<", None) * 2)
    with pytest.raises(AsdmError, match="do not end at"):
        list(read_binary(open_binary(more, table="SysCal", where="SysCal.bin")))


@given(st.integers(0, 2000))
def test_truncated_binary_is_refused(length: int) -> None:
    whole = packed("<", 3, packed_row("<", [[60.0] * 3] * 2) * 3)
    content = whole[: min(length, len(whole) - len(b"\n--MIME_boundary--\n"))]
    with pytest.raises(AsdmError):
        list(read_binary(open_binary(content, table="SysCal", where="SysCal.bin")))


def test_unwanted_columns_are_passed_over() -> None:
    content = packed("<", 1, packed_row("<", [[60.0] * 3] * 2))
    (row,) = read_binary(open_binary(content, table="SysCal", where="SysCal.bin"), frozenset({"numChan"}))
    assert row == {"numChan": 3}


def test_empty_binary_table_of_the_vla_is_big_endian(vla: Path) -> None:
    path = vla / "Pointing.bin"
    table = open_binary(path.read_bytes(), table="Pointing", where=str(path))
    assert (table.order, table.n_rows, table.columns[0].name) == (">", -1, "antennaId")
    assert list(read_binary(table)) == []
    assert binary_rows(path, "Pointing") == -1


def test_all_tables_of_the_vla_are_read(vla: Path) -> None:
    tables = open_tables(vla)
    assert tables.uid == "uid://evla/sdm/X1472831537176"
    known = [name for name in tables.declared if name in TABLES and name != "SysPower"]
    assert {name: len(tables.rows(name)) for name in known} == {name: tables.declared[name] for name in known}
    assert tables.rows("Antenna")[0]["dishDiameter"] == 25.0
    assert tables.rows("Feed")[0]["polarizationTypes"].tolist() == ["R", "L"]
    assert tables.rows("Main")[6]["dataUID"] == "uid:///evla/bdf/1472832853393"
    binary = next((vla / "ASDMBinary").iterdir())
    assert tables.rows("Main")[6]["dataSize"] == binary.stat().st_size


def test_rows_are_found_under_a_default_namespace() -> None:
    content = b'<FieldTable xmlns="http://Alma/XASDM/FieldTable"><row><fieldId> Field_0 </fieldId></row></FieldTable>'
    assert list(raw_rows(content, "Field.xml")) == [{"fieldId": " Field_0 "}]
