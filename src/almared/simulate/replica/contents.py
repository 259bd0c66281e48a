"""Plain numbers for what listobs does not print, so that a metadata-only replica has all tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from almared.errors import InputError
from almared.formats.asdm.bulk import MARKER
from almared.model import ExecutionBlock, Intent, OnlineFlag, Scan, SpectralWindow, TsysRecord, WaterVapour, Weather
from almared.physics.directions import azimuth_elevation_rad
from almared.simulate.asdm.sky import SITE_LATITUDE_RAD, SITE_LONGITUDE_RAD
from almared.simulate.asdm.writer import write_asdm_metadata
from almared.simulate.observe.contents import AsdmContents, PointingRow, SysCalRow, WeatherRow
from almared.simulate.observe.records import OFF_SOURCE_REASON
from almared.simulate.replica.rebuild import replica_execution_block
from almared.simulate.replica.thin import Thinning, thin

RECEIVER_K, SKY_K, SYSTEM_K = 50.0, 25.0, 90.0
WATER_M = 1.5e-3
WEATHER = Weather(temperature_k=270.0, pressure_pa=55500.0, relative_humidity_percent=15.0)
RECORD_S = 60.0
SETTLING_S = 1.0
TSYS_EDGE_CHANNELS = 8
SITE_RAD = SITE_LONGITUDE_RAD, SITE_LATITUDE_RAD


def replica_contents(path: Path, *, thinning: Thinning | None = None) -> AsdmContents:
    """Return the contents of the tables for a replica of the observation in a listobs text.

    Parameters
    ----------
    path : Path
        The text.
    thinning : Thinning, optional
        How much smaller to make it; None keeps the true numbers of channels, antennas and integrations.

    Raises
    ------
    InputError
        The text is not from listobs of an ALMA observation, or is truncated.
    """
    eb = replica_execution_block(path)
    if thinning is not None:
        eb = thin(
            eb,
            every_nth_integration=thinning.every_nth_integration,
            most_channels=thinning.most_channels,
            most_antennas=thinning.most_antennas,
        )
    return plain_contents(eb)


def plain_contents(eb: ExecutionBlock) -> AsdmContents:
    """Return an execution block with plain Tsys, pointing, weather and water vapour added.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    """
    syscal = tuple(_syscal(eb))
    told = replace(
        eb,
        tsys=tuple(map(_tsys_record, syscal)),
        online_flags=tuple(_settling(eb)),
        pwv=tuple(_water(eb)),
        weather=WEATHER,
        has_binary_data=False,
    )
    return AsdmContents(eb=told, syscal=syscal, pointing=tuple(_pointing(eb)), weather=tuple(_weather(eb)))


def write_metadata_replica(path: Path, out: Path) -> ExecutionBlock:
    """Write the metadata-only ASDM that replicates a listobs text and return its facts.

    Parameters
    ----------
    path : Path
        The listobs text.
    out : Path
        Directory in which the ASDM is made, under the name of the execution block.

    Raises
    ------
    InputError
        The text is not from listobs of an ALMA observation or is truncated, or the ASDM exists already.
    """
    contents = replica_contents(path)
    directory = out / contents.eb.name
    if directory.exists():
        raise InputError("the ASDM exists already", where=str(directory), repair="remove it or choose another --out")
    write_asdm_metadata(contents, directory)
    (directory / MARKER).write_text(
        "This ASDM holds metadata only: it replicates the structure of an observation and has no binary data.\n",
        encoding="ascii",
    )
    return contents.eb


def _tsys_windows(eb: ExecutionBlock, scan: Scan) -> Iterator[SpectralWindow]:
    for spw_id in scan.spw_ids:
        spw = eb.spws[spw_id]
        if spw.processor == "CORRELATOR" and spw.n_channels > 1 and not spw.is_channel_average:
            yield spw


def _syscal(eb: ExecutionBlock) -> Iterator[SysCalRow]:
    for scan in eb.scans_with(Intent.ATMOSPHERE):
        for spw in _tsys_windows(eb, scan):
            shape = (len(spw.correlations) if len(spw.correlations) < 3 else 2, spw.n_channels)
            system, receiver, sky = (np.full(shape, value) for value in (SYSTEM_K, RECEIVER_K, SKY_K))
            for antenna in eb.antennas:
                yield SysCalRow(antenna.id, spw.id, scan.start_mjd_s, scan.end_mjd_s, system, receiver, sky)


def _tsys_record(row: SysCalRow) -> TsysRecord:
    receptors, channels = row.tsys_k.shape
    return TsysRecord(
        antenna_id=row.antenna_id,
        spw_id=row.spw_id,
        start_mjd_s=row.start_mjd_s,
        end_mjd_s=row.end_mjd_s,
        median_tsys_k=(SYSTEM_K,) * receptors,
        n_values=receptors * max(0, channels - 2 * TSYS_EDGE_CHANNELS),
    )


def _settling(eb: ExecutionBlock) -> Iterator[OnlineFlag]:
    """Antennas are flagged until they are on source, here before the data begin."""
    for scan in eb.scans:
        for antenna in eb.antennas:
            yield OnlineFlag((antenna.name,), scan.start_mjd_s - SETTLING_S, scan.start_mjd_s, OFF_SOURCE_REASON)


def _water(eb: ExecutionBlock) -> Iterator[WaterVapour]:
    for scan in eb.scans_with(Intent.WVR):
        for antenna in eb.antennas:
            yield WaterVapour(antenna.name, 0.5 * (scan.start_mjd_s + scan.end_mjd_s), WATER_M)


def _pointing(eb: ExecutionBlock) -> Iterator[PointingRow]:
    for scan in eb.scans:
        for sub in scan.subscans:
            middle = 0.5 * (sub.start_mjd_s + sub.end_mjd_s)
            direction = np.array(eb.fields[sub.field_id].direction_rad)
            azel = np.array([azimuth_elevation_rad(direction, middle, site_rad=SITE_RAD)])
            for antenna in eb.antennas:
                yield PointingRow(antenna.id, sub.start_mjd_s, sub.end_mjd_s, azel)


def _weather(eb: ExecutionBlock) -> Iterator[WeatherRow]:
    count = max(1, math.ceil((eb.end_mjd_s - eb.start_mjd_s) / RECORD_S))
    for number in range(count):
        begin = eb.start_mjd_s + number * RECORD_S
        yield WeatherRow(
            begin,
            begin + RECORD_S,
            temperature_k=WEATHER.temperature_k,
            pressure_pa=WEATHER.pressure_pa,
            relative_humidity_percent=WEATHER.relative_humidity_percent,
        )
