"""Antennas, fields and sources of a MeasurementSet."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from almared.basics.times import DAY_S
from almared.formats.ms.subtables import cells, column, has_subtable, opened
from almared.model import Antenna, Field, Source, SourceFlux, Vector
from almared.model.field import STOKES

NOWHERE: Vector = (0.0, 0.0, 0.0)
J2000 = "J2000"
Row = Mapping[str, Any]


def read_antennas(path: Path) -> tuple[Antenna, ...]:
    """Return the antennas in order of id; pads and offsets come from the ASDM's tables when they were kept.

    Raises
    ------
    MeasurementSetError
        ANTENNA cannot be read.
    """
    pads, offsets = _recorded(path, "ASDM_STATION", key="name"), _recorded(path, "ASDM_ANTENNA", key="name")
    rows = _rows(path, "ANTENNA", "NAME", "STATION", "POSITION", "DISH_DIAMETER")
    return tuple(
        Antenna(
            id=number,
            name=row["NAME"],
            pad=row["STATION"],
            pad_position_m=pads.get(row["STATION"], _vector(row["POSITION"])),
            offset_m=offsets.get(row["NAME"], NOWHERE),
            diameter_m=float(row["DISH_DIAMETER"]),
            position_m=_vector(row["POSITION"]),
        )
        for number, row in enumerate(rows)
    )


def read_fields(path: Path) -> tuple[Field, ...]:
    """Return the fields in order of id.

    Raises
    ------
    MeasurementSetError
        FIELD cannot be read.
    """
    return read_field_table(path)[0]


def read_field_table(path: Path) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Return the fields in order of id, and the frame of the direction of each, ``ICRS`` or ``J2000``.

    Raises
    ------
    MeasurementSetError
        FIELD cannot be read.
    """
    with opened(path, "FIELD") as tab:
        rows = _rows_of(tab, "NAME", "CODE", "SOURCE_ID", "PHASE_DIR", "EPHEMERIS_ID", "TIME")
        frames = _frames(tab)
    fields = tuple(
        Field(
            id=number,
            name=row["NAME"],
            code=row["CODE"],
            source_id=int(row["SOURCE_ID"]),
            direction_rad=_phase_centre(path, row),
            is_ephemeris=_is_moving(row),
        )
        for number, row in enumerate(rows)
    )
    return fields, frames


def _frames(tab: Any) -> tuple[str, ...]:
    info = tab.getcolkeywords("PHASE_DIR").get("MEASINFO", {})
    if "VarRefCol" not in info:
        return (str(info.get("Ref", J2000)),) * int(tab.nrows())
    codes = [int(code) for code in info["TabRefCodes"]]
    kinds = {code: str(name) for code, name in zip(codes, info["TabRefTypes"], strict=True)}
    return tuple(kinds.get(int(code), J2000) for code in column(tab, info["VarRefCol"]))


def read_sources(path: Path) -> tuple[Source, ...]:
    """Return the sources in order of id; fluxes come from the ASDM's table when it was kept.

    Raises
    ------
    MeasurementSetError
        SOURCE cannot be read.
    """
    return read_source_table(path)[0]


def read_source_table(path: Path) -> tuple[tuple[Source, ...], dict[int, float]]:
    """Return the sources in order of id, and the first rest frequency that is given for each window (Hz).

    Raises
    ------
    MeasurementSetError
        SOURCE cannot be read.
    """
    names = ("SOURCE_ID", "NAME", "DIRECTION", "SPECTRAL_WINDOW_ID", "NUM_LINES", "REST_FREQUENCY")
    rows = _rows(path, "SOURCE", *names) if has_subtable(path, "SOURCE") else []
    by_id: dict[int, list[Row]] = defaultdict(list)
    rest_hz: dict[int, float] = {}
    for row in rows:
        by_id[int(row["SOURCE_ID"])].append(row)
        frequencies = row["REST_FREQUENCY"]
        if frequencies is not None and len(frequencies) and float(frequencies[0]) > 0:
            rest_hz.setdefault(int(row["SPECTRAL_WINDOW_ID"]), float(frequencies[0]))
    fluxes = _fluxes(path)
    sources = tuple(_source(number, by_id[number], fluxes=fluxes.get(number, ())) for number in sorted(by_id))
    return sources, rest_hz


def _is_moving(row: Row) -> bool:
    return row["EPHEMERIS_ID"] is not None and row["EPHEMERIS_ID"] >= 0


def _phase_centre(path: Path, row: Row) -> tuple[float, float]:
    """Return the phase centre; importasdm leaves only the offset from the ephemeris in FIELD."""
    offset = np.asarray(row["PHASE_DIR"])[0]
    tables = sorted((path / "FIELD").glob(f"EPHEM{row['EPHEMERIS_ID']}_*.tab")) if _is_moving(row) else []
    if not tables:
        return _direction(offset)
    with opened(tables[0]) as tab:
        days, right_ascension, declination = (np.asarray(tab.getcol(name)) for name in ("MJD", "RA", "DEC"))
    day = row["TIME"] / DAY_S
    at = [np.interp(day, days, np.unwrap(np.radians(values))) for values in (right_ascension, declination)]
    return _direction((at[0] + offset[0], at[1] + offset[1]))


def _source(number: int, rows: list[Row], *, fluxes: tuple[SourceFlux, ...]) -> Source:
    lines = {
        int(row["SPECTRAL_WINDOW_ID"]): tuple(float(f) for f in row["REST_FREQUENCY"])
        for row in rows
        if row["NUM_LINES"] and row["REST_FREQUENCY"] is not None
    }
    return Source(
        id=number,
        name=rows[0]["NAME"],
        direction_rad=_direction(rows[0]["DIRECTION"]),
        rest_frequencies_hz=tuple(sorted(lines.items())),
        fluxes=fluxes,
    )


def _fluxes(path: Path) -> dict[int, tuple[SourceFlux, ...]]:
    if not has_subtable(path, "ASDM_SOURCE"):
        return {}
    found: dict[int, dict[float, tuple[float, ...]]] = defaultdict(dict)
    for row in _rows(path, "ASDM_SOURCE", "sourceId", "frequency", "flux", "stokesParameter"):
        if row["flux"] is None or row["frequency"] is None or row["stokesParameter"] is None:
            continue
        names = list(row["stokesParameter"])
        columns = [names.index(name) for name in STOKES if name in names]
        for frequency, values in zip(row["frequency"], np.asarray(row["flux"]).T, strict=True):
            found[int(row["sourceId"])][float(frequency)] = tuple(float(values[c]) for c in columns)
    return {n: tuple(SourceFlux(f, stokes) for f, stokes in sorted(pairs.items())) for n, pairs in found.items()}


def _recorded(path: Path, name: str, *, key: str) -> dict[str, Vector]:
    if not has_subtable(path, name):
        return {}
    return {row[key]: _vector(row["position"]) for row in _rows(path, name, key, "position")}


def _rows(path: Path, name: str, *columns: str) -> list[Row]:
    with opened(path, name) as tab:
        return _rows_of(tab, *columns)


def _rows_of(tab: Any, *columns: str) -> list[Row]:
    found = {name: cells(tab, name) for name in columns}
    return [{name: values[n] for name, values in found.items()} for n in range(tab.nrows())]


def _direction(values: Any) -> tuple[float, float]:
    return float(values[0]) % (2 * math.pi), float(values[1])


def _vector(values: Any) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
