"""Rows of the tables about fields, sources and moving targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from almared.errors import ScenarioError
from almared.formats.asdm.write.cells import Row, integer, interval, moment, name, names, real, reals, tag, text, texts
from almared.formats.asdm.write.tables import Table
from almared.model import ExecutionBlock, Field, Source
from almared.model.field import STOKES
from almared.simulate.observe.contents import AsdmContents, EphemerisRow

SITE_LONGITUDE_RAD = math.radians(-67.7549)
SITE_LATITUDE_RAD = math.radians(-23.0229)
SITE_HEIGHT_M = 5056.8
"""Reference point of the array, WGS84."""


def sky_tables(contents: AsdmContents) -> tuple[Table, ...]:
    """Return the tables that describe what was observed.

    Parameters
    ----------
    contents : AsdmContents
        What the ASDM holds.
    """
    moving = tuple(sorted(contents.ephemerides))
    return (
        Table("Field", tuple(_field(contents.eb, f, moving=moving) for f in contents.eb.fields)),
        Table("Source", tuple(_sources(contents.eb))),
        Table("Ephemeris", tuple(_ephemerides(contents))),
    )


def _field(eb: ExecutionBlock, field: Field, *, moving: tuple[int, ...]) -> Row:
    direction = reals([field.direction_rad])
    # With an ephemeris, CASA takes phaseDir as an offset from it (otherwise uvw are for twice the direction).
    offset = reals([(0.0, 0.0)])
    row = {
        "fieldId": tag("Field", field.id),
        "fieldName": text(field.name),
        "numPoly": integer(1),
        "delayDir": direction,
        "phaseDir": offset if field.id in moving else direction,
        "referenceDir": direction,
        "time": moment(eb.start_mjd_s),
        "code": text(field.code),
        "directionCode": name("ICRS"),
    }
    if field.id in moving:
        row["ephemerisId"] = integer(moving.index(field.id))
    if field.source_id >= 0:
        row["sourceId"] = integer(field.source_id)
    return row


def _sources(eb: ExecutionBlock) -> Iterator[Row]:
    for source in eb.sources:
        fields = {f.id for f in eb.fields if f.source_id == source.id}
        used = {i for s in eb.scans if fields & set(s.field_ids) for i in s.spw_ids}
        for spw_id in sorted(used | dict(source.rest_frequencies_hz).keys()):
            yield _source(eb, source, spw_id=spw_id)


def _source(eb: ExecutionBlock, source: Source, *, spw_id: int) -> Row:
    row = {
        "sourceId": integer(source.id),
        "timeInterval": interval(eb.start_mjd_s, eb.end_mjd_s),
        "spectralWindowId": tag("SpectralWindow", spw_id),
        "code": text("none"),
        "direction": reals(source.direction_rad),
        "properMotion": reals((0.0, 0.0)),
        "sourceName": text(source.name),
        "directionCode": name("ICRS"),
    }
    lines = dict(source.rest_frequencies_hz).get(spw_id, ())
    if lines:
        row |= _lines(lines)
    if source.fluxes:
        row |= _fluxes(source)
    return row


def _lines(frequencies_hz: tuple[float, ...]) -> Row:
    return {
        "numLines": integer(len(frequencies_hz)),
        "transition": texts(["unspecified"] * len(frequencies_hz)),
        "restFrequency": reals(frequencies_hz),
        "sysVel": reals([0.0] * len(frequencies_hz)),
    }


def _fluxes(source: Source) -> Row:
    count = len(source.fluxes[0].stokes_jy)
    if any(len(f.stokes_jy) != count for f in source.fluxes):
        raise ScenarioError("the fluxes of one source have different Stokes parameters", where=source.name)
    values = [f.stokes_jy for f in source.fluxes]
    return {
        "numFreq": integer(len(source.fluxes)),
        "numStokes": integer(count),
        "frequency": reals([f.frequency_hz for f in source.fluxes]),
        "stokesParameter": names(STOKES[:count]),
        "flux": reals(values),
        "fluxErr": reals(np.zeros((len(values), count))),
    }


def _ephemerides(contents: AsdmContents) -> Iterator[Row]:
    for number, field_id in enumerate(sorted(contents.ephemerides)):
        rows = contents.ephemerides[field_id]
        step = _step_s(rows, contents.eb.fields[field_id].name)
        for row in rows:
            yield _ephemeris(number, row, step=step)


def _step_s(rows: tuple[EphemerisRow, ...], field_name: str) -> float:
    """CASA assumes a constant row spacing of whole seconds."""
    steps = {round(b.time_mjd_s - a.time_mjd_s, 3) for a, b in pairwise(rows)}
    if len(steps) != 1 or next(iter(steps)) != round(next(iter(steps))):
        raise ScenarioError(
            "positions of a moving source must be a constant whole number of seconds apart", where=field_name
        )
    return steps.pop()


def _ephemeris(number: int, row: EphemerisRow, *, step: float) -> Row:
    return {
        "timeInterval": interval(row.time_mjd_s - step / 2, row.time_mjd_s + step / 2),
        "ephemerisId": integer(number),
        "observerLocation": reals((SITE_LONGITUDE_RAD, SITE_LATITUDE_RAD, SITE_HEIGHT_M)),
        "equinoxEquator": real(2000.0),
        "numPolyDir": integer(1),
        "dir": reals([row.direction_rad]),
        "numPolyDist": integer(1),
        "distance": reals([row.distance_m]),
        "timeOrigin": moment(row.time_mjd_s),
        "origin": text("almared"),
        "numPolyRadVel": integer(1),
        "radVel": reals([row.radial_velocity_m_s]),
    }
