"""Values of XML cells: text to numbers, times, words and arrays, as the column's type says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.enumerations import words_of
from almared.formats.asdm.schema import Column

Interval: TypeAlias = tuple[int, int]
"""A time interval as recorded: middle and length, ns."""

QUOTED = re.compile(r'"([^"]*)"')
TAG = re.compile(r"[A-Za-z]+_\d+")
MOST_ELEMENTS = 100_000_000
"""Larger arrays are regarded as broken."""


def decode_text(text: str, column: Column) -> Any:
    """Return the value of an XML cell.

    Scalars are int, float, bool, str, complex or an `Interval`; arrays are numpy arrays, those of words with
    dtype object.

    Parameters
    ----------
    text : str
        Content of the element.
    column : Column
        What it should be.

    Raises
    ------
    ValueError
        It is not a value of the column's type.
    """
    if column.n_dims:
        return _array(text, column)
    return _SCALARS.get(column.storage, _number)(text.strip(), column)


def check_word(word: str, column: Column) -> str:
    """Return the word if it is valid in the column.

    Raises
    ------
    ValueError
        It is not a word of the enumeration, or not a tag.
    """
    if column.is_enumeration and word not in words_of(column.type):
        raise ValueError(f"{word!r} is not a {column.type} that CASA knows")
    if column.type == "Tag" and not TAG.fullmatch(word):
        raise ValueError(f"{word!r} is not an identifier of a row")
    return word


def finite(values: NDArray[Any]) -> NDArray[Any]:
    """Return the numbers if all are finite.

    Raises
    ------
    ValueError
        One is not.
    """
    if not np.isfinite(values).all():
        raise ValueError("it holds a number that is not finite (NaN or infinity)")
    return values


def _integer(text: str, _column: Column) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{text} is out of range")
    return value


def _number(text: str, _column: Column) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("it holds a number that is not finite (NaN or infinity)")
    return value


def _truth(text: str, _column: Column) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text in ("true", "1")


def _word(text: str, column: Column) -> str:
    return check_word(text, column)


def _interval(text: str, column: Column) -> Interval:
    middle, length = text.split()
    return _integer(middle, column), _integer(length, column)


def _complex(text: str, column: Column) -> complex:
    real, imaginary = text.split()
    return complex(_number(real, column), _number(imaginary, column))


_SCALARS: dict[str, Callable[[str, Column], Any]] = {
    "i4": _integer,
    "i8": _integer,
    "?": _truth,
    "text": _word,
    "entity": _word,
    "interval": _interval,
    "complex": _complex,
}


def _array(text: str, column: Column) -> NDArray[Any]:
    words = text.split(None, column.n_dims + 1)
    if not words or int(words[0]) != column.n_dims:
        raise ValueError(f"an array of {column.n_dims} dimensions was expected")
    shape = tuple(int(word) for word in words[1 : column.n_dims + 1])
    if len(shape) != column.n_dims or min(shape) < 0 or math.prod(shape) > MOST_ELEMENTS:
        raise ValueError("the dimensions of the array are wrong")
    rest = words[column.n_dims + 1] if len(words) > column.n_dims + 1 else ""
    extra = (2,) if column.storage == "interval" else ()
    return _elements(rest, column, n=math.prod(shape)).reshape(shape + extra)


def _elements(text: str, column: Column, *, n: int) -> NDArray[Any]:
    parts = _parts(text, column)
    per_value = 2 if column.storage in ("complex", "interval") else 1
    if len(parts) != n * per_value:
        raise ValueError(f"{n * per_value} values were expected, {len(parts)} found")
    return _typed(parts, column)


def _parts(text: str, column: Column) -> list[str]:
    quoted = QUOTED.findall(text) if column.type == "string" else []
    return quoted or text.split()


def _typed(parts: list[str], column: Column) -> NDArray[Any]:
    if column.storage == "text":
        return np.array([check_word(part, column) for part in parts], dtype=object)
    if column.storage == "?":
        return np.array([_truth(part, column) for part in parts], dtype=bool)
    if column.storage in ("i4", "i8", "interval"):
        return np.array([_integer(part, column) for part in parts], dtype=np.int64)
    numbers = finite(np.array(parts, dtype=np.float64))
    return numbers[0::2] + 1j * numbers[1::2] if column.storage == "complex" else numbers
