"""Documents on disk as typed values: JSON to frozen dataclasses and back."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from almared.basics.wholefile import write_whole
from almared.errors import InputError

T = TypeVar("T")

PLAIN = (str, bool, int)
"""Types that JSON preserves; a float may come back as an integer."""


def read_document(path: Path, *, version: int | None = None) -> dict[str, Any] | None:
    """Return the JSON object of a file, None if it is missing, torn or of another version.

    Parameters
    ----------
    path : Path
        The file.
    version : int, optional
        Required value of its key ``format``; None for documents without that key.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    return found if version is None or found.get("format") == version else None


def write_document(path: Path, document: Mapping[str, Any]) -> Path:
    """Write a JSON object; the file is replaced atomically. Numbers that JSON lacks are an error."""
    return write_whole(path, json.dumps(document, indent=1, allow_nan=False) + "\n")


def from_json(kind: type[T], value: Any) -> T:
    """Return a frozen dataclass from JSON values; unknown keys are ignored.

    Parameters
    ----------
    kind : type
        The dataclass. Its fields are text, numbers, other dataclasses, tuples and mappings of these, or optional ones.
    value : object
        JSON values.

    Raises
    ------
    InputError
        A field is missing, or of another type.
    """
    if not isinstance(value, Mapping):
        raise _unfit(kind.__name__, "an object was expected")
    given, hints = {}, get_type_hints(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name in value:
            given[field.name] = _as(hints[field.name], value[field.name], where=f"{kind.__name__}.{field.name}")
    try:
        return kind(**given)
    except TypeError as error:
        raise _unfit(kind.__name__, str(error)) from error


def to_json(value: Any) -> Any:
    """Return a value as JSON knows it: dataclasses as objects, by their own ``as_record`` where they have one."""
    if hasattr(value, "as_record"):
        return value.as_record()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return fields_to_json(value)
    if isinstance(value, Mapping):
        return {key: to_json(each) for key, each in value.items()}
    return [to_json(each) for each in value] if isinstance(value, (list, tuple)) else value


def fields_to_json(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as a JSON object, in their order."""
    return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _unfit(where: str, fault: str) -> InputError:
    return InputError(fault, where=where, repair="make the file again with this version of almared")


def _as(kind: Any, value: Any, *, where: str) -> Any:
    """Return a value as the type of its field."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return value
    if origin in (Union, types.UnionType):
        wanted = next(each for each in inner if each is not type(None))
        return None if value is None else _as(wanted, value, where=where)
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_as(inner[0], each, where=where) for each in value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {str(key): _as(inner[1], each, where=where) for key, each in value.items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        # A type that writes its own record reads it as well.
        return kind.from_record(value) if hasattr(kind, "from_record") else from_json(kind, value)
    return _plain(kind, value, where=where)


def _plain(kind: Any, value: Any, *, where: str) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if (kind is float and is_number) or (kind in PLAIN and type(value) is kind):
        return value
    raise _unfit(where, f"it has the type {type(value).__name__}")
