"""Antenna positions measured after an observation, from their usual files.

References
----------
domain.md A.8 step 6: the old ``antennapos.csv`` with offsets, and the JSON of the position service with absolute ITRF
positions.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almared.errors import InputError
from almared.model import Vector
from almared.names import FILE_UID, UID, Uid

COLUMNS = ("antenna", "xoff", "yoff", "zoff")
REPAIR = "give antennapos.csv (name,antenna,xoff,yoff,zoff,comment) or the JSON of the position service"


@dataclass(frozen=True, slots=True)
class PositionFile:
    """Contents of a file of antenna positions.

    Parameters
    ----------
    path : Path
        The file.
    offsets_m : mapping of str to tuple, m, ITRF
        Corrections per antenna, from rows of the old form that name no execution block.
    positions_m : mapping of str to tuple, m, ITRF
        Absolute positions per antenna, from the service's form.
    offsets_of_eb_m : mapping of str to mapping
        Corrections per execution block (``uid___A002_X85c183_X36f``) and antenna, from rows that name one.
    """

    path: Path
    offsets_m: Mapping[str, Vector]
    positions_m: Mapping[str, Vector]
    offsets_of_eb_m: Mapping[str, Mapping[str, Vector]] = field(default_factory=dict)


def read_positions(path: Path) -> PositionFile:
    """Return the contents of a file of antenna positions.

    Raises
    ------
    InputError
        It cannot be read, has neither form, or holds something that is not a position.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the antenna positions cannot be read: {error}", where=str(path), repair=REPAIR) from error
    if text.lstrip().startswith("{"):
        return PositionFile(path, {}, _read_service(path, text))
    offsets = _read_offsets(path, text)
    return PositionFile(path, offsets.pop(""), {}, offsets)


def _read_service(path: Path, text: str) -> dict[str, Vector]:
    try:
        tree: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON: {error}", where=str(path), repair=REPAIR) from error
    # Older answers of the service are just the positions; later ones wrap them in "data", next to "metadata".
    data = tree.get("data", tree) if isinstance(tree, dict) else None
    if not isinstance(data, dict) or not data:
        raise InputError("it has no positions per antenna", where=str(path), repair=REPAIR)
    return {name: _vector(_numbers(value), f"{path}: {name}") for name, value in data.items()}


def _numbers(value: Any) -> Any:
    """Return the value if it is a list of numbers, else an empty one: texts and objects may also have three parts."""
    is_list = isinstance(value, list) and all(type(part) in (int, float) for part in value)
    return value if is_list else None


def _read_offsets(path: Path, text: str) -> dict[str, dict[str, Vector]]:
    """Return offsets by execution block (empty where a row names none) and antenna."""
    found: dict[str, dict[str, Vector]] = {"": {}}
    for number, cells in enumerate(_csv_rows(path, text), 1):
        where = f"{path}, data row {number}"
        of_eb = found.setdefault(_eb_name(cells.get("name", "")), {})
        if not cells["antenna"]:
            raise InputError("the antenna has no name", where=where, repair=REPAIR)
        if cells["antenna"] in of_eb:
            raise InputError(f"antenna {cells['antenna']} is listed twice", where=where, repair="keep one of the rows")
        of_eb[cells["antenna"]] = _vector([cells[key] for key in COLUMNS[1:]], where)
    return found


def _csv_rows(path: Path, text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    reader = csv.DictReader(lines)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise InputError(f"not a table: {error}", where=str(path), repair=REPAIR) from error
    if reader.fieldnames is None or not set(COLUMNS) <= {name.strip() for name in reader.fieldnames}:
        raise InputError(f"the first line lacks the columns {', '.join(COLUMNS)}", where=str(path), repair=REPAIR)
    # The csv module stores extra cells under the key None; missing cells have the value None.
    return [{key.strip(): (value or "").strip() for key, value in row.items() if isinstance(key, str)} for row in rows]


def _eb_name(text: str) -> str:
    """Return the name of the execution block if the text is one (``uid___A002_X1_X2.ms``), else an empty text."""
    return Uid.parse(text).file_name if FILE_UID.match(text) or UID.match(text) else ""


def _vector(values: Any, where: str) -> Vector:
    try:
        x, y, z = (float(value) for value in values)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("expected three numbers", where=where, repair=REPAIR) from error
    if not all(math.isfinite(value) for value in (x, y, z)):
        raise InputError(f"{values!r} is not finite", where=where)
    return x, y, z
