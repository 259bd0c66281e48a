"""Builds execution blocks by hand for the tests of choices: a list of looks at fields becomes scans, fields and rows.

The windows are 0 (radiometer), 1 to 8 (four TDM windows for Tsys with their channel averages) and 9 to 16 (four
science windows with theirs), one of each kind in every baseband.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from almared.model import (
    Antenna,
    DataBlock,
    ExecutionBlock,
    Field,
    Scan,
    Source,
    SourceFlux,
    SpectralWindow,
    Subscan,
    TsysRecord,
    WaterVapour,
    assign_roles,
)

START = 4_934_990_400.0
"""2015-04-01, MJD seconds UTC."""

CENTRE = (2225142.18, -5440307.37, -2481029.85)
BAND_3_GHZ = (91.0, 93.0, 101.0, 103.0)
WVR = ("CALIBRATE_WVR",)
SCIENCE = (9, 11, 13, 15)
TSYS = (1, 3, 5, 7)


@dataclass(frozen=True)
class Look:
    """One scan: a field (``SgrB2#3`` is the fourth pointing of SgrB2), its intents, how long it took."""

    field: str
    intents: str
    seconds: float = 60.48
    spws: tuple[int, ...] | None = None

    @property
    def is_atmosphere(self) -> bool:
        return "ATMOSPHERE" in self.intents

    def scan_intents(self) -> tuple[str, ...]:
        words = {"TARGET": "OBSERVE_TARGET", "CHECK": "OBSERVE_CHECK_SOURCE"}
        return tuple(words.get(word, f"CALIBRATE_{word}") for word in self.intents.split())


def usual_looks(flux: str = "J1733-1304", target: str = "SgrB2") -> list[Look]:
    """A small real schedule: bandpass, flux, two cycles between phase calibrator, target and check source."""
    cycle = [
        Look("J1752-2956", "PHASE WVR", 30.24),
        Look(target, "ATMOSPHERE WVR"),
        Look(target, "TARGET", 302.4),
        Look("J1744-3116", "CHECK WVR", 60.48),
    ]
    return [
        Look("J1924-2914", "POINTING WVR"),
        Look("J1924-2914", "ATMOSPHERE WVR"),
        Look("J1924-2914", "BANDPASS WVR", 302.4),
        Look(flux, "ATMOSPHERE WVR"),
        Look(flux, "FLUX WVR", 151.2),
        *cycle,
        *cycle,
        Look("J1752-2956", "PHASE WVR", 30.24),
    ]


def antenna(number: int, name: str, east_north: tuple[float, float], diameter: float = 12.0) -> Antenna:
    """An antenna so many metres east and north of the centre."""
    lon = math.atan2(CENTRE[1], CENTRE[0])
    lat = math.atan2(CENTRE[2], math.hypot(CENTRE[0], CENTRE[1]))
    east, north = east_north
    position = (
        CENTRE[0] - math.sin(lon) * east - math.sin(lat) * math.cos(lon) * north,
        CENTRE[1] + math.cos(lon) * east - math.sin(lat) * math.sin(lon) * north,
        CENTRE[2] + math.cos(lat) * north,
    )
    return Antenna(number, name, f"A{number:03d}", position, (0.0, 0.0, 7.5), diameter, position)


def spiral(count: int = 12, *, step_m: float = 40.0, prefix: str = "DA", diameter: float = 12.0) -> tuple[Antenna, ...]:
    """Antennas on a spiral; the first is in the middle."""
    places = [(step_m * n * math.cos(2.4 * n), step_m * n * math.sin(2.4 * n)) for n in range(count)]
    return tuple(antenna(n, f"{prefix}{41 + n}", place, diameter) for n, place in enumerate(places))


def window(
    number: int, name: str, ghz: float, *, n_channels: int, width_hz: float, lsb: bool = False
) -> SpectralWindow:
    """A window around a frequency."""
    step = -width_hz if lsb else width_hz
    is_wvr = name.startswith("WVR")
    return SpectralWindow(
        id=number,
        name=name,
        baseband=0 if is_wvr else int(name.split("BB_")[1][0]),
        sideband="DSB" if is_wvr else "LSB" if lsb else "USB",
        n_channels=n_channels,
        first_channel_hz=ghz * 1e9 - 0.5 * (n_channels - 1) * step,
        channel_step_hz=step,
        channel_width_hz=width_hz,
        effective_bandwidth_hz=width_hz,
        resolution_hz=width_hz,
        ref_frequency_hz=ghz * 1e9,
        correlations=("I",) if is_wvr else ("XX", "YY"),
        processor="RADIOMETER" if is_wvr else "CORRELATOR",
    )


def windows(
    ghz: Sequence[float] = BAND_3_GHZ,
    *,
    band: int = 3,
    channels: Sequence[int] = (3840,) * 4,
    bandwidth_hz: float = 1.875e9,
    tsys_channels: int = 128,
) -> tuple[SpectralWindow, ...]:
    """The radiometer, then Tsys and science windows of the four basebands, averages between them."""
    made = [window(0, "WVR#NOMINAL", 183.31, n_channels=4, width_hz=1.5e9)]
    kinds = [(f, tsys_channels, 2e9) for f in ghz] + [
        (f, n, bandwidth_hz if n > 256 else 2e9) for f, n in zip(ghz, channels, strict=True)
    ]
    for place, (centre, n, total) in enumerate(kinds):
        head = f"ALMA_RB_{band:02d}#BB_{place % 4 + 1}#SW-01"
        lsb = place % 4 < 2
        made.append(window(len(made), f"{head}#FULL_RES", centre, n_channels=n, width_hz=total / n, lsb=lsb))
        made.append(window(len(made), f"{head}#CH_AVG", centre, n_channels=1, width_hz=total, lsb=lsb))
    return tuple(made)


@dataclass(frozen=True)
class Setup:
    """What a schedule was observed with."""

    antennas: tuple[Antenna, ...] = spiral()
    windows: tuple[SpectralWindow, ...] = windows()
    integration_s: float = 6.048
    tsys_k: float = 70.0
    start: float = START
    has_radiometers: bool = True
    directions: Mapping[str, tuple[float, float]] | None = None
    fluxes: Mapping[str, tuple[SourceFlux, ...]] | None = None


def build_eb(looks: Sequence[Look] | None = None, setup: Setup | None = None) -> ExecutionBlock:
    """An execution block of the looks, one scan each."""
    setup = setup or Setup()
    looks = usual_looks() if looks is None else looks
    fields = _fields(looks, setup)
    ids = {_label(looks, f): f.id for f in fields}
    scans, clock = [], setup.start
    for number, look in enumerate(looks, start=1):
        scans.append(_scan(number, look, ids[look.field], clock, setup))
        clock = scans[-1].end_mjd_s + 10.0
    seen = tuple({f.source_id: f for f in reversed(fields)}.values())[::-1]
    fluxes = setup.fluxes or {}
    return ExecutionBlock(
        uid="uid://A002/Xabc/X1",
        name="uid___A002_Xabc_X1",
        telescope="ALMA",
        array_name="A",
        correlator="ALMA_BASELINE",
        project_uid="uid://A001/X1/X2",
        sb_uid="uid://A001/X1/X3",
        observer="tester",
        start_mjd_s=setup.start,
        end_mjd_s=clock,
        antennas=setup.antennas,
        fields=fields,
        sources=tuple(Source(f.source_id, f.name, f.direction_rad, fluxes=fluxes.get(f.name, ())) for f in seen),
        spws=assign_roles(setup.windows, scans),
        scans=tuple(scans),
        tsys=tuple(_tsys(scans, setup)),
        pwv=tuple(WaterVapour(a.name, setup.start, 1.2e-3) for a in setup.antennas if setup.has_radiometers),
    )


def _label(looks: Sequence[Look], field: Field) -> str:
    return list(dict.fromkeys(look.field for look in looks))[field.id]


def _fields(looks: Sequence[Look], setup: Setup) -> tuple[Field, ...]:
    labels = list(dict.fromkeys(look.field for look in looks))
    names = list(dict.fromkeys(label.split("#")[0] for label in labels))
    known = setup.directions or {}
    made = []
    for number, label in enumerate(labels):
        name = label.split("#")[0]
        source = names.index(name)
        direction = known.get(label, known.get(name, (4.6 + 0.02 * source, -0.5)))
        made.append(Field(number, name, "none", source, direction))
    return tuple(made)


def _scan(number: int, look: Look, field_id: int, start: float, setup: Setup) -> Scan:
    full = look.spws or (TSYS if look.is_atmosphere or "POINTING" in look.intents else SCIENCE)
    kinds = ("OFF_SOURCE", "AMBIENT", "HOT") if look.is_atmosphere else ("ON_SOURCE",)
    seconds = look.seconds / len(kinds)
    n_antennas = len(setup.antennas)
    radiometers = (DataBlock((0,), "RADIOMETER", round(seconds / 1.152), 1.152, n_antennas),)
    blocks = (
        *(radiometers if setup.has_radiometers else ()),
        DataBlock(full, "CORRELATOR", max(1, round(seconds / setup.integration_s)), setup.integration_s, n_antennas),
        DataBlock(tuple(i + 1 for i in full), "CORRELATOR", max(1, round(seconds / 2.016)), 2.016, n_antennas),
    )
    subs = tuple(
        Subscan(k + 1, kind, field_id, start + k * seconds, start + (k + 1) * seconds, blocks)
        for k, kind in enumerate(kinds)
    )
    return Scan(number, look.scan_intents(), subs)


def _tsys(scans: Sequence[Scan], setup: Setup) -> list[TsysRecord]:
    return [
        TsysRecord(a.id, spw, scan.start_mjd_s, scan.end_mjd_s, (setup.tsys_k, setup.tsys_k), n_values=224)
        for scan in scans
        if scan.has("CALIBRATE_ATMOSPHERE")
        for spw in scan.spw_ids
        if setup.windows[spw].n_channels > 1 and setup.windows[spw].processor == "CORRELATOR"
        for a in setup.antennas
    ]


def without_tsys(eb: ExecutionBlock, *field_names: str) -> ExecutionBlock:
    """The same without atmosphere scans (and Tsys rows) of some fields."""
    ids = {f.id for f in eb.fields if f.name in field_names}
    gone = [s for s in eb.scans if s.has("CALIBRATE_ATMOSPHERE") and ids & set(s.field_ids)]
    spans = [(s.start_mjd_s, s.end_mjd_s) for s in gone]
    rows = tuple(t for t in eb.tsys if not any(a <= t.start_mjd_s < b for a, b in spans))
    return replace(eb, scans=tuple(s for s in eb.scans if s not in gone), tsys=rows)
