"""A small but complete execution block with known values, for the tests of writers and readers.

Five antennas on real pads, nine windows (radiometer, four Tsys windows and averages, two science windows and
averages), an atmosphere scan with its loads, a bandpass scan, a phase scan and a target scan.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from almared.formats.asdm.write.bdf import (
    BdfWindow,
    CorrelatorBdf,
    CrossType,
    RadiometerBdf,
    baseline_pairs,
    write_correlator_bdf,
    write_radiometer_bdf,
)
from almared.model import (
    Antenna,
    DataBlock,
    ExecutionBlock,
    Field,
    OnlineFlag,
    Scan,
    Source,
    SourceFlux,
    SpectralWindow,
    Subscan,
    WaterVapour,
    assign_roles,
)
from almared.simulate.asdm.writer import binary_data_path, write_asdm_metadata
from almared.simulate.observe.contents import AsdmContents, EphemerisRow, PointingRow, SysCalRow, WeatherRow

START = 4_934_990_400.0  # 2015-04-01, MJD seconds
UID = "uid://A002/Xabc123/X1f"
PADS = {  # ITRF, m, real pads near the array centre
    "A001": (2225077.0, -5440058.0, -2481690.0),
    "A002": (2225095.5, -5440036.0, -2481721.2),
    "A003": (2225050.1, -5440091.4, -2481641.9),
    "A004": (2225110.0, -5440068.0, -2481638.3),
    "J501": (2225030.7, -5440035.8, -2481779.6),
}
NAMES = ("DA41", "DV02", "PM03", "CM01", "DV10")
SKY = ((4.6, -0.3), (4.65, -0.31), (4.7, -0.5))
INTENTS = (
    ("CALIBRATE_ATMOSPHERE", "CALIBRATE_WVR"),
    ("CALIBRATE_BANDPASS", "CALIBRATE_FLUX", "CALIBRATE_WVR"),
    ("CALIBRATE_PHASE", "CALIBRATE_WVR"),
    ("OBSERVE_TARGET",),
)
FIELD_OF_SCAN = (0, 0, 1, 2)


def enu_to_itrf(offset: tuple[float, float, float], pad: tuple[float, float, float]) -> tuple[float, float, float]:
    """Pad plus east, north and (geocentric) up: what CASA's importer is found to do."""
    lon, lat = (math.atan2(pad[1], pad[0]), math.atan2(pad[2], math.hypot(pad[0], pad[1])))
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    position = np.array(pad) + offset[0] * east + offset[1] * np.cross(up, east) + offset[2] * up
    return tuple(float(v) for v in position)  # type: ignore[return-value]


def antennas() -> tuple[Antenna, ...]:
    offsets = ((0.0, 0.0, 7.5), (2.0, 0.0, 7.5), (0.0, 3.0, 7.5), (0.0, 0.0, 4.0), (0.01, -0.02, 7.49))
    return tuple(
        Antenna(
            id=n,
            name=name,
            pad=pad,
            pad_position_m=position,
            offset_m=offset,
            diameter_m=7.0 if name.startswith("CM") else 12.0,
            position_m=enu_to_itrf(offset, position),
        )
        for n, (name, (pad, position), offset) in enumerate(zip(NAMES, PADS.items(), offsets, strict=True))
    )


def window(number: int, name: str, *, baseband: int, channels: int, start: float, step: float) -> SpectralWindow:
    width = abs(step)
    is_wvr = name.startswith("WVR")
    return SpectralWindow(
        id=number,
        name=name,
        baseband=baseband,
        sideband="DSB" if is_wvr else "LSB" if baseband < 3 else "USB",
        n_channels=channels,
        first_channel_hz=start,
        channel_step_hz=step,
        channel_width_hz=width,
        effective_bandwidth_hz=width,
        resolution_hz=width,
        ref_frequency_hz=start,
        correlations=("I",) if is_wvr else ("XX", "YY"),
        processor="RADIOMETER" if is_wvr else "CORRELATOR",
        window_function="UNIFORM" if is_wvr or channels == 1 else "HANNING",
    )


def windows() -> tuple[SpectralWindow, ...]:
    setups = (  # baseband, channels, first channel, step
        (1, 128, 91.0e9, -15.625e6),
        (3, 128, 101.0e9, 15.625e6),
        (1, 240, 90.9e9, -976562.5),
        (3, 64, 101.2e9, 31.25e6),
    )
    made = [window(0, "WVR#NOMINAL", baseband=0, channels=4, start=184.19e9, step=1.5e9)]
    for baseband, channels, start, step in setups:
        head = f"ALMA_RB_03#BB_{baseband}#SW-01"
        middle = start + (channels - 1) / 2 * step
        made.append(window(len(made), f"{head}#FULL_RES", baseband=baseband, channels=channels, start=start, step=step))
        made.append(
            window(len(made), f"{head}#CH_AVG", baseband=baseband, channels=1, start=middle, step=step * channels * 0.9)
        )
    return tuple(made)


def blocks(place: tuple[int, int], full: tuple[int, ...], average: tuple[int, ...]) -> tuple[DataBlock, ...]:
    uid = f"uid://A002/Xabc123/X{place[0]:x}{place[1]:02x}"
    return (
        DataBlock((0,), "RADIOMETER", 12, 1.152, 4, data_uid=f"{uid}0"),
        DataBlock(full, "CORRELATOR", 3, 4.608, 5, data_uid=f"{uid}1"),
        DataBlock(average, "CORRELATOR", 6, 2.304, 5, data_uid=f"{uid}2"),
    )


def scans() -> tuple[Scan, ...]:
    made = []
    for n, intents in enumerate(INTENTS):
        is_atm = n == 0
        looks = ("OFF_SOURCE", "AMBIENT", "HOT") if is_atm else ("ON_SOURCE",)
        full, average = ((1, 3), (2, 4)) if is_atm else ((5, 7), (6, 8))
        subs = []
        for k, look in enumerate(looks, start=1):
            begin = START + 60.0 * n + 16.0 * (k - 1)
            subs.append(Subscan(k, look, FIELD_OF_SCAN[n], begin, begin + 13.824, blocks((n + 1, k), full, average)))
        made.append(Scan(n + 1, intents, tuple(subs)))
    return tuple(made)


def execution_block(**changes: object) -> ExecutionBlock:
    names = ("J1733-1304", "J1752-2956", "SgrB2")
    made = ExecutionBlock(
        uid=UID,
        name="uid___A002_Xabc123_X1f",
        telescope="ALMA",
        array_name="Array001",
        correlator="ALMA_BASELINE",
        project_uid="uid://A001/X10e/X119",
        sb_uid="uid://A001/X10e/X120",
        observer="nobody",
        start_mjd_s=START,
        end_mjd_s=START + 200.0,
        antennas=antennas(),
        fields=tuple(Field(n, name, "none", n, SKY[n]) for n, name in enumerate(names)),
        sources=tuple(
            Source(n, name, SKY[n], fluxes=(SourceFlux(97e9, (2.5, 0.1, 0.0, 0.0)),) if n == 0 else ())
            for n, name in enumerate(names)
        ),
        spws=assign_roles(windows(), scans()),
        scans=scans(),
        online_flags=(OnlineFlag(("DV02",), START + 61.0, START + 66.0, "Mount is off source"),),
        pwv=tuple(WaterVapour("DA41", START + 60.0 * n + 7.0, 1.2e-3) for n in range(1, 3)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def tsys_spectrum(antenna: int, spw: int, receptor: int) -> np.ndarray:
    return 60.0 + antenna + 10.0 * receptor + 0.1 * spw + 0.01 * np.arange(128)


def contents(eb: ExecutionBlock | None = None, **changes: object) -> AsdmContents:
    eb = eb or execution_block()
    first = eb.scans[0]
    syscal = tuple(
        SysCalRow(
            antenna_id=a.id,
            spw_id=spw,
            start_mjd_s=first.start_mjd_s + 1.0,
            end_mjd_s=first.end_mjd_s - 1.0,
            tsys_k=np.array([tsys_spectrum(a.id, spw, r) for r in (0, 1)]),
            trx_k=np.full((2, 128), 40.0 + a.id),
            tsky_k=np.full((2, 128), 15.0),
        )
        for a in eb.antennas
        for spw in (1, 3)
    )
    pointing = tuple(
        PointingRow(a.id, s.start_mjd_s, s.end_mjd_s, np.full((4, 2), (0.5 + 0.01 * a.id, 1.0 + 0.01 * s.number)))
        for s in eb.scans
        for a in eb.antennas
    )
    weather = tuple(WeatherRow(START + 60.0 * n, START + 60.0 * n + 60.0, 268.0 + n, 55500.0, 12.5) for n in range(3))
    made = AsdmContents(eb=eb, syscal=syscal, pointing=pointing, weather=weather)
    return replace(made, **changes)  # type: ignore[arg-type]


def moving_positions(start: float = START - 1200.0) -> tuple[EphemerisRow, ...]:
    return tuple(
        EphemerisRow(start + 600.0 * n, (4.7 + 1e-5 * n, -0.5 - 2e-6 * n), 1.3e12 + 1e7 * n, 2000.0 + n)
        for n in range(6)
    )


def visibilities(block: DataBlock, eb: ExecutionBlock, seed: int) -> np.ndarray:
    """Random integers over 2**20: exact in every storage type with scale 2**20."""
    rng = np.random.default_rng(seed)
    values = sum(eb.spws[i].n_channels * len(eb.spws[i].correlations) for i in block.spw_ids)
    shape = (block.n_integrations, len(baseline_pairs(block.n_antennas)), values, 2)
    parts = rng.integers(-30000, 30000, shape).astype(np.float32) / 2**20
    return np.ascontiguousarray(parts).view(np.complex64)[..., 0]


def autos(block: DataBlock, eb: ExecutionBlock) -> np.ndarray:
    values = sum(eb.spws[i].n_channels * len(eb.spws[i].correlations) for i in block.spw_ids)
    shape = (block.n_integrations, block.n_antennas, values)
    return (1.0 + np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 2**20).astype(np.float32)


def sky_temperatures(block: DataBlock) -> np.ndarray:
    shape = (block.n_integrations, block.n_antennas, 4)
    base = np.array([180.0, 120.0, 70.0, 45.0], np.float32)
    ripple = np.sin(np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)
    return (base + ripple).astype(np.float32)


def write_block(directory: Path, eb: ExecutionBlock, *, place: tuple[int, int, int], cross_type: CrossType) -> None:
    scan, sub, block = eb.scans[place[0]], *_sub_and_block(eb, place)
    path = binary_data_path(directory, block.data_uid)
    if block.processor == "RADIOMETER":
        radiometer = RadiometerBdf(
            data_uid=block.data_uid,
            exec_block_uid=eb.uid,
            scan=scan.number,
            subscan=sub.number,
            n_antennas=block.n_antennas,
            n_integrations=block.n_integrations,
            start_mjd_s=sub.start_mjd_s,
            integration_s=block.integration_s,
        )
        write_radiometer_bdf(path, radiometer, temperatures=sky_temperatures(block))
        return
    header = CorrelatorBdf(
        data_uid=block.data_uid,
        exec_block_uid=eb.uid,
        scan=scan.number,
        subscan=sub.number,
        n_antennas=block.n_antennas,
        windows=tuple(
            BdfWindow(w.baseband, w.n_channels, w.correlations, w.sideband, 2.0**20)
            for w in (eb.spws[i] for i in block.spw_ids)
        ),
        start_mjd_s=sub.start_mjd_s,
        integration_s=block.integration_s,
        spectral_resolution="CHANNEL_AVERAGE" if eb.spws[block.spw_ids[0]].is_channel_average else "FULL_RESOLUTION",
        cross_type=cross_type,
    )
    flags = np.zeros((block.n_integrations, header.n_flags), np.int32)
    if place == (1, 0, 1):
        flags[1, 0] = 1  # second integration, baseline (0,1), first window, XX
    write_correlator_bdf(path, header, cross=visibilities(block, eb, scan.number), auto=autos(block, eb), flags=flags)


def _sub_and_block(eb: ExecutionBlock, place: tuple[int, int, int]) -> tuple[Subscan, DataBlock]:
    sub = eb.scans[place[0]].subscans[place[1]]
    return sub, sub.blocks[place[2]]


def with_sizes(eb: ExecutionBlock, directory: Path) -> ExecutionBlock:
    """Fill in the sizes of the binary files that are there."""

    def sized(block: DataBlock) -> DataBlock:
        return replace(block, data_size=binary_data_path(directory, block.data_uid).stat().st_size)

    def of_sub(sub: Subscan) -> Subscan:
        return replace(sub, blocks=tuple(sized(b) for b in sub.blocks))

    found = tuple(replace(s, subscans=tuple(of_sub(sub) for sub in s.subscans)) for s in eb.scans)
    raw = sum(b.data_size for s in found for sub in s.subscans for b in sub.blocks)
    return replace(eb, scans=found, raw_bytes=raw)


def write_asdm(directory: Path, made: AsdmContents, *, cross_type: CrossType = CrossType.INT16) -> ExecutionBlock:
    """Write the whole ASDM, binary data too, and return its facts."""
    directory.mkdir(parents=True, exist_ok=True)
    eb = made.eb
    for n, scan in enumerate(eb.scans):
        for k, sub in enumerate(scan.subscans):
            for b in range(len(sub.blocks)):
                write_block(directory, eb, place=(n, k, b), cross_type=cross_type)
    eb = with_sizes(eb, directory)
    write_asdm_metadata(replace(made, eb=eb), directory)
    return eb
