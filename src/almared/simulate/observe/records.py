"""What the array records along with the data, from the world: Tsys, pointing, weather, water, online flags."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from almared.model import (
    ExecutionBlock,
    Intent,
    OnlineFlag,
    Scan,
    Source,
    SourceFlux,
    TsysRecord,
    WaterVapour,
    Weather,
    assign_roles,
)
from almared.names import Uid
from almared.physics.beams import SMALL_DISH_BELOW_M
from almared.simulate.observe.contents import AsdmContents, EphemerisRow, PointingRow, SysCalRow, WeatherRow
from almared.simulate.scenario.models import FaultPart
from almared.simulate.world.bodies import Body
from almared.simulate.world.seeds import generator
from almared.simulate.world.world import World

FloatArray = NDArray[np.float64]

CATALOGUE_HZ = {3: (91.46e9, 103.49e9), 7: (343.48e9,)}
POINTING_STEP_S = 2.0
WEATHER_STEP_S = 60.0
EPHEMERIS_STEP_S = 600.0
EDGE_CHANNELS = 8
OFF_SOURCE_REASON = "Mount is off source"


def make_contents(world: World, scans: tuple[Scan, ...]) -> AsdmContents:
    """Return the inputs of the ASDM writer, from the world and the observed scans."""
    syscal = tuple(_syscal_rows(world, scans))
    weather = tuple(_weather_rows(world))
    eb = _execution_block(world, scans, syscal=syscal)
    return AsdmContents(
        eb=eb,
        syscal=syscal,
        pointing=tuple(_pointing_rows(world, scans)),
        weather=weather,
        ephemerides=dict(_ephemerides(world)),
        array_time_mjd_s=eb.start_mjd_s,
        mous_uid=world.scenario.mous.uid if world.scenario.mous else "",
    )


def _execution_block(world: World, scans: tuple[Scan, ...], *, syscal: tuple[SysCalRow, ...]) -> ExecutionBlock:
    scenario = world.scenario
    uid = Uid.parse(scenario.uid)
    is_compact = all(antenna.diameter_m < SMALL_DISH_BELOW_M for antenna in world.array.antennas)
    return ExecutionBlock(
        uid=str(uid),
        name=uid.file_name,
        telescope="ALMA",
        array_name=scenario.array.name,
        correlator="ALMA_ACA" if is_compact else "ALMA_BASELINE",
        project_uid=scenario.project,
        sb_uid=scenario.block,
        observer=scenario.observer,
        start_mjd_s=scans[0].start_mjd_s,
        end_mjd_s=scans[-1].end_mjd_s,
        antennas=world.array.antennas,
        fields=world.schedule.fields,
        sources=tuple(_sources(world)),
        spws=assign_roles(world.setups.spws, scans),
        scans=scans,
        tsys=tuple(_summary(row) for row in syscal),
        online_flags=tuple(_online_flags(world, scans)),
        pwv=tuple(_water(world, scans)),
        weather=_mean_weather(world),
        raw_bytes=sum(b.data_size for scan in scans for sub in scan.subscans for b in sub.blocks),
    )


def _sources(world: World) -> Iterator[Source]:
    for number, key in enumerate(world.schedule.source_keys):
        part, truth = world.scenario.source[key], world.sources[key]
        fluxes: tuple[SourceFlux, ...] = ()
        if part.catalogue and key not in world.bodies:
            frequencies = sorted(f for group in CATALOGUE_HZ.values() for f in group)
            fluxes = tuple(SourceFlux(f, (float(truth.flux(np.array([f]))[0]),)) for f in frequencies)
        field = next(f for f in world.schedule.fields if f.source_id == number)
        rest = tuple((i, (_rest_frequency(world, i),)) for i in world.setups.science)
        yield Source(number, part.name, field.direction_rad, rest, fluxes)


def _rest_frequency(world: World, spw_id: int) -> float:
    """Return the LSRK centre of a window that is set for a source (to 1 Hz), else its own centre."""
    centre, factor = world.spw(spw_id).mean_frequency_hz, world.doppler.windows
    return centre if factor == 1.0 else float(round(centre / factor))


def _atmosphere_scans(scans: tuple[Scan, ...]) -> list[Scan]:
    return [scan for scan in scans if scan.has(Intent.ATMOSPHERE)]


def _syscal_rows(world: World, scans: tuple[Scan, ...]) -> Iterator[SysCalRow]:
    for scan in _atmosphere_scans(scans):
        field = world.schedule.fields[scan.field_ids[0]]
        airmass = world.airmass(field, 0.5 * (scan.start_mjd_s + scan.end_mjd_s))
        for spw_id in world.setups.tsys:
            yield from _syscal_of(world, scan, spw_id=spw_id, airmass=airmass)


def _syscal_of(world: World, scan: Scan, *, spw_id: int, airmass: float) -> Iterator[SysCalRow]:
    spw = world.spw(spw_id)
    tsys, trx = world.tsys(spw, airmass), world.instrument.receiver_temperature(spw)
    rng = generator(world.seed, "tsys", scan.number, spw_id)
    tsys = tsys * (1.0 + world.scenario.instrument.tsys_error * rng.standard_normal(tsys.shape))
    sky = np.broadcast_to(world.air[spw_id].sky(airmass), (2, spw.n_channels))
    for antenna in world.array.antennas:
        spectra = _with_faults(world, antenna.name, tsys=tsys[antenna.id].T.copy(), mjd_s=scan.start_mjd_s)
        if spectra is not None:
            own = trx[antenna.id].T.copy()
            yield SysCalRow(antenna.id, spw_id, scan.start_mjd_s, scan.end_mjd_s, spectra, own, sky.copy())


def _with_faults(world: World, antenna: str, *, tsys: FloatArray, mjd_s: float) -> FloatArray | None:
    since = mjd_s - world.instrument.start_mjd_s
    for fault in world.scenario.fault:
        if fault.antenna != antenna or not fault.after <= since < fault.until:
            continue
        if fault.kind == "tsys_missing":
            return None
        _spoil(tsys, fault)
    return tsys


def _spoil(tsys: FloatArray, fault: FaultPart) -> None:
    receptors = [0, 1] if fault.polarization == "XY" else ["XY".index(fault.polarization)]
    if fault.kind == "tsys_spike" and fault.channel < tsys.shape[1]:
        tsys[receptors, fault.channel] *= fault.factor
    if fault.kind == "tsys_negative":
        tsys[receptors] *= -1.0


def _summary(row: SysCalRow) -> TsysRecord:
    inner = slice(EDGE_CHANNELS, -EDGE_CHANNELS) if row.tsys_k.shape[1] > 4 * EDGE_CHANNELS else slice(None)
    tsys, trx = row.tsys_k[:, inner], row.trx_k[:, inner]
    return TsysRecord(
        antenna_id=row.antenna_id,
        spw_id=row.spw_id,
        start_mjd_s=row.start_mjd_s,
        end_mjd_s=row.end_mjd_s,
        median_tsys_k=tuple(float(x) for x in np.median(tsys, axis=1)),
        n_bad_tsys=int(np.sum(tsys <= 0.0)),
        n_bad_trx=int(np.sum(trx <= 0.0)),
        n_values=int(tsys.size),
    )


def _pointing_rows(world: World, scans: tuple[Scan, ...]) -> Iterator[PointingRow]:
    for scan in scans:
        for sub in scan.subscans:
            length = sub.end_mjd_s - sub.start_mjd_s
            count = max(2, int(length / POINTING_STEP_S))
            times = sub.start_mjd_s + (np.arange(count) + 0.5) / count * length
            frame = world.frame(world.schedule.fields[sub.field_id], times)
            azel = np.stack(frame.azimuth_elevation(), axis=-1)
            for antenna in world.array.antennas:
                yield PointingRow(antenna.id, sub.start_mjd_s, sub.end_mjd_s, azel)


def _weather_rows(world: World) -> Iterator[WeatherRow]:
    air, scans = world.scenario.atmosphere, world.schedule.scans
    for start in np.arange(scans[0].start_mjd_s, scans[-1].end_mjd_s, WEATHER_STEP_S):
        yield WeatherRow(
            float(start),
            float(start + WEATHER_STEP_S),
            air.temperature,
            air.pressure,
            100.0 * air.humidity,
            wind_speed_m_s=air.wind_speed,
        )


def _mean_weather(world: World) -> Weather:
    air = world.scenario.atmosphere
    return Weather(air.temperature, air.pressure, 100.0 * air.humidity)


def _water(world: World, scans: tuple[Scan, ...]) -> Iterator[WaterVapour]:
    for scan in _atmosphere_scans(scans):
        middle = 0.5 * (scan.start_mjd_s + scan.end_mjd_s)
        for antenna in world.array.antennas:
            yield WaterVapour(antenna.name, middle, world.scenario.atmosphere.pwv)


def _online_flags(world: World, scans: tuple[Scan, ...]) -> Iterator[OnlineFlag]:
    """Yield flags of each antenna while it still moves at the start of a scan, one antenna per row (asdm-facts 7)."""
    settle = world.scenario.timing.settle
    for scan in scans if settle > 0.0 else ():
        rng = generator(world.seed, "settle", scan.number)
        for antenna in world.array.antennas:
            late = settle * float(rng.uniform(0.3, 1.0))
            start = scan.start_mjd_s - world.scenario.timing.slew + 1.0
            yield OnlineFlag((antenna.name,), start, scan.start_mjd_s + late, OFF_SOURCE_REASON)


def _ephemerides(world: World) -> Iterator[tuple[int, tuple[EphemerisRow, ...]]]:
    scans = world.schedule.scans
    times = np.arange(
        scans[0].start_mjd_s - 2 * EPHEMERIS_STEP_S, scans[-1].end_mjd_s + 3 * EPHEMERIS_STEP_S, EPHEMERIS_STEP_S
    )
    for field in world.schedule.fields:
        body = world.bodies.get(world.schedule.source_key(field.id))
        if body is not None:
            yield field.id, tuple(_ephemeris_row(body, float(t)) for t in times)


def _ephemeris_row(body: Body, mjd_s: float) -> EphemerisRow:
    ra, dec = body.direction(mjd_s)
    return EphemerisRow(mjd_s, (float(ra), float(dec)), body.distance(mjd_s), body.velocity(mjd_s))
