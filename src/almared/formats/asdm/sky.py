"""Fields and sources of an ASDM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from almared.errors import AsdmError
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.numbering import numbered_rows
from almared.formats.asdm.tables import AsdmTables, Row, row_number
from almared.model import Field, Source, SourceFlux
from almared.model.field import STOKES


def read_fields(tables: AsdmTables) -> tuple[Field, ...]:
    """Return the fields in order of id.

    Raises
    ------
    AsdmError
        The Field table is broken.
    """
    rows = numbered_rows(tables, "Field", key="fieldId")
    return tuple(_field(number, row, where=f"{tables.path}/Field.xml, row {number}") for number, row in enumerate(rows))


def read_sources(tables: AsdmTables) -> tuple[Source, ...]:
    """Return the sources in order of id, the rows of their spectral windows joined.

    Raises
    ------
    AsdmError
        The Source table is broken.
    """
    by_id: dict[int, list[Row]] = defaultdict(list)
    for number, row in enumerate(tables.rows("Source")):
        if len(row["direction"]) != 2:
            raise AsdmError(
                "the direction does not have two coordinates", where=f"{tables.path}/Source.xml, row {number}"
            )
        by_id[row["sourceId"]].append(row)
    return tuple(_source(number, by_id[number]) for number in sorted(by_id))


def joined_fluxes(pairs: Iterable[tuple[float, tuple[float, ...]]]) -> tuple[SourceFlux, ...]:
    """Return fluxes by frequency, each frequency once.

    Parameters
    ----------
    pairs : iterable of (float, tuple of float), Hz and Jy
        Frequency and Stokes parameters, I first.
    """
    return tuple(SourceFlux(frequency, stokes) for frequency, stokes in sorted(dict(pairs).items()))


def _field(number: int, row: Row, *, where: str) -> Field:
    is_ephemeris = row.get("ephemerisId", -1) >= 0
    # With an ephemeris, phaseDir is an offset from it.
    direction = row["referenceDir" if is_ephemeris else "phaseDir"]
    if row["numPoly"] != 1 or direction.shape != (1, 2):
        raise AsdmError(
            "the phase centre is not a single direction (numPoly 1)",
            where=where,
            repair="CASA cannot import such a field; " + COPY_ASDM,
        )
    return Field(
        id=number,
        name=row["fieldName"],
        code=row["code"],
        source_id=row.get("sourceId", -1),
        direction_rad=(float(direction[0, 0]), float(direction[0, 1])),
        is_ephemeris=is_ephemeris,
    )


def _source(number: int, rows: list[Row]) -> Source:
    first = rows[0]
    lines = {
        row_number(row["spectralWindowId"]): tuple(float(f) for f in row["restFrequency"])
        for row in rows
        if row.get("numLines", 0) and "restFrequency" in row
    }
    return Source(
        id=number,
        name=first["sourceName"],
        direction_rad=(float(first["direction"][0]), float(first["direction"][1])),
        rest_frequencies_hz=tuple(sorted(lines.items())),
        fluxes=joined_fluxes(pair for row in rows for pair in _flux_pairs(row)),
    )


def _flux_pairs(row: Row) -> list[tuple[float, tuple[float, ...]]]:
    if "flux" not in row or "frequency" not in row:
        return []
    table = np.atleast_2d(row["flux"])
    names = list(row.get("stokesParameter", STOKES[: table.shape[1]]))
    columns = [names.index(name) for name in STOKES if name in names]
    if "I" not in names or len(names) != table.shape[1] or len(row["frequency"]) != len(table):
        return []
    return [
        (float(f), tuple(float(v) for v in values[columns])) for f, values in zip(row["frequency"], table, strict=True)
    ]
