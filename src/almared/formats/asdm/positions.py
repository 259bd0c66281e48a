"""Antennas of an ASDM and where CASA puts them."""

from __future__ import annotations

import math

from almared.errors import AsdmError
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.numbering import numbered_rows, pointed_at
from almared.formats.asdm.tables import AsdmTables, Row
from almared.model import Antenna, Vector


def read_antennas(tables: AsdmTables) -> tuple[Antenna, ...]:
    """Return the antennas in order of id.

    Raises
    ------
    AsdmError
        The Antenna or Station table is broken.
    """
    stations = numbered_rows(tables, "Station", key="stationId")
    return tuple(
        _antenna(
            number,
            row,
            station=pointed_at(stations, row["stationId"], where=f"{tables.path}/Antenna.xml, row {number}"),
        )
        for number, row in enumerate(numbered_rows(tables, "Antenna", key="antennaId"))
    )


def place(pad_m: Vector, offset_m: Vector) -> Vector:
    """Return pad plus offset, the offset taken as local east, north, up at the pad's geocentric latitude (m, ITRF).

    Parameters
    ----------
    pad_m : tuple of float, m, ITRF
        The pad.
    offset_m : tuple of float, m
        East, north, up.

    References
    ----------
    importasdm: a rotation by the geocentric, not the geodetic, longitude and latitude of the pad.
    """
    if not any(offset_m):
        return pad_m
    x, y, z = pad_m
    east, north, up = offset_m
    longitude, latitude = math.atan2(y, x), math.atan2(z, math.hypot(x, y))
    outward = up * math.cos(latitude) - north * math.sin(latitude)
    return (
        x - east * math.sin(longitude) + outward * math.cos(longitude),
        y + east * math.cos(longitude) + outward * math.sin(longitude),
        z + north * math.cos(latitude) + up * math.sin(latitude),
    )


def _antenna(number: int, row: Row, *, station: Row) -> Antenna:
    pad, offset = _vector(station["position"]), _vector(row["position"])
    return Antenna(
        id=number,
        name=row["name"],
        pad=station["name"],
        pad_position_m=pad,
        offset_m=offset,
        diameter_m=row["dishDiameter"],
        position_m=place(pad, offset),
    )


def _vector(values: object) -> Vector:
    numbers = [float(v) for v in values]  # type: ignore[attr-defined]
    if len(numbers) != 3:
        raise AsdmError("a position does not have three coordinates", repair=COPY_ASDM)
    return numbers[0], numbers[1], numbers[2]
