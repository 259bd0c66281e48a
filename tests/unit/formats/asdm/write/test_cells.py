"""Cells of ASDM tables: text and binary form hold the same value."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.errors import ScenarioError
from almared.formats.asdm.write import cells
from almared.formats.asdm.write.bdf_layout import to_ns

finite = st.floats(allow_nan=False, allow_infinity=False)
latin = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@given(st.floats(min_value=4.0e9, max_value=6.0e9))
def test_nanoseconds_are_the_nearest_to_the_float(seconds: float) -> None:
    assert abs(Fraction(to_ns(seconds), 10**9) - Fraction(seconds)) <= Fraction(1, 2 * 10**9)
    assert to_ns(seconds) / 10**9 == seconds  # integer by integer: correctly rounded


@given(finite)
def test_reals_survive_both_forms(value: float) -> None:
    cell = cells.real(value)
    assert float(cells.cell_text(cell)) == value
    for order in "<>":
        assert struct.unpack(f"{order}d", cells.cell_bytes(cell, order)) == (value,)


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3), max_size=4)
)
def test_arrays_carry_their_shape(rows: list[list[float]]) -> None:
    array = np.array(rows, dtype=np.float32).reshape(len(rows), 3)
    words = cells.cell_text(cells.singles(array)).split()
    assert [int(w) for w in words[:3]] == [2, len(rows), 3]
    assert np.array_equal(np.array([float(w) for w in words[3:]], dtype=np.float32), array.ravel())
    raw = cells.cell_bytes(cells.singles(array), ">")
    assert struct.unpack(">2i", raw[:8]) == array.shape
    assert np.array_equal(np.frombuffer(raw[8:], ">f4"), array.ravel())


@given(latin)
def test_text_is_escaped(value: str) -> None:
    from xml.etree.ElementTree import fromstring

    assert (fromstring(f"<a>{cells.cell_text(cells.text(value))}</a>").text or "") == value
    raw = cells.cell_bytes(cells.text(value), "<")
    assert struct.unpack("<i", raw[:4]) == (len(value),)
    assert raw[4:].decode("latin-1") == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    for make in (cells.real, cells.single, cells.moment, lambda v: cells.reals([[v]]), lambda v: cells.singles([v])):
        with pytest.raises(ScenarioError, match="not finite"):
            make(value)


@pytest.mark.parametrize("value", ["two\nlines", "tab\t", "nul\0", "\u0394elta"])
def test_text_that_casa_cannot_read_is_refused(value: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be written"):
        cells.text(value)
    with pytest.raises(ScenarioError, match="double quote"):
        cells.texts(['a "quoted" name'])


@pytest.mark.parametrize("uid", ["uid://A002/Xsim/X1", "uid://A002/X1", "A002/X1/X2", "uid://A002/X1/X2/../X3"])
def test_unique_ids_are_hexadecimal(uid: str) -> None:
    with pytest.raises(ScenarioError, match="unique id"):
        cells.entity(uid, "Main")


def test_intervals_are_midpoint_and_duration() -> None:
    cell = cells.interval(5.0e9, 5.0e9 + 3.0)
    assert cells.cell_text(cell) == "5000000001500000000 3000000000"
    assert struct.unpack("<2q", cells.cell_bytes(cell, "<")) == (5000000001500000000, 3000000000)
