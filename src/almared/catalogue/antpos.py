"""Antenna positions that were measured after an observation, from the files in which they come.

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared.errors import InputError
from almared.model import Vector

COLUMNS = ("antenna", "xoff", "yoff", "zoff")
REPAIR = "give antennapos.csv (name,antenna,xoff,yoff,zoff,comment) or the JSON of the position service"


@dataclass(frozen=True, slots=True)
class PositionFile:
    """What a file of antenna positions says.

    Parameters
    ----------
    path : Path
        The file.
    offsets_m : mapping of str to tuple, m, ITRF
        Corrections per antenna, from the old form.
    positions_m : mapping of str to tuple, m, ITRF
        Absolute positions per antenna, from the service's form.
    """

    path: Path
    offsets_m: Mapping[str, Vector]
    positions_m: Mapping[str, Vector]


def read_positions(path: Path) -> PositionFile:
    """Return the contents of a file of antenna positions.

    Raises
    ------
    InputError
        It cannot be read, is in neither form, or holds something that is no position.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the antenna positions cannot be read: {error}", where=str(path), repair=REPAIR) from error
    if text.lstrip().startswith("{"):
        return PositionFile(path, {}, _read_service(path, text))
    return PositionFile(path, _read_offsets(path, text), {})


def _read_service(path: Path, text: str) -> dict[str, Vector]:
    try:
        tree: Any = json.loads(text)
    except ValueError as error:
        raise InputError(f"no JSON: {error}", where=str(path), repair=REPAIR) from error
    # Older answers of the service are the positions alone, later ones wrap them in "data" beside "metadata".
    data = tree.get("data", tree) if isinstance(tree, dict) else None
    if not isinstance(data, dict) or not data:
        raise InputError("there are no positions per antenna", where=str(path), repair=REPAIR)
    return {str(name): _vector(value, f"{path}: {name}") for name, value in data.items()}


def _read_offsets(path: Path, text: str) -> dict[str, Vector]:
    rows = csv.DictReader(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    if rows.fieldnames is None or not set(COLUMNS) <= {name.strip() for name in rows.fieldnames}:
        raise InputError(f"the first line has not the columns {', '.join(COLUMNS)}", where=str(path), repair=REPAIR)
    found: dict[str, Vector] = {}
    for row in rows:
        cells = {key.strip(): (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        where = f"{path}:{rows.line_num}"
        if cells["antenna"] in found:
            raise InputError(f"antenna {cells['antenna']} stands there twice", where=where)
        found[cells["antenna"]] = _vector([cells[key] for key in COLUMNS[1:]], where)
    return found


def _vector(values: Any, where: str) -> Vector:
    try:
        x, y, z = (float(value) for value in values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{values!r} are not three numbers", where=where, repair=REPAIR) from error
    if not all(math.isfinite(value) for value in (x, y, z)):
        raise InputError(f"{values!r} is not finite", where=where)
    return x, y, z
