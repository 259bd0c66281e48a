"""Execution blocks made from what the script of a real one decided: fields, intents, windows and scans.

What decisions do not tell (where antennas and sources are, how long scans took) is set plainly: antennas on a square
grid with the reference antenna in the middle, sources a degree apart, two cycles on the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from almared.basics.select import parse_ids
from almared.model import (
    Antenna,
    DataBlock,
    ExecutionBlock,
    Field,
    OnlineFlag,
    Scan,
    Source,
    SpectralWindow,
    Subscan,
    TsysRecord,
    assign_roles,
)

START = 4_934_990_400.0
CENTRE = (2225142.18, -5440307.37, -2481029.85)
GRID_M = {7.0: 12.0, 12.0: 30.0}
GRID_SIDE = {7.0: 3, 12.0: 5}
BANDPASS_S = 300.0
WIDE_HZ = 2e9
DEFAULT_GHZ = 230.0
BANDS = {
    3: (84, 116),
    4: (125, 163),
    5: (163, 211),
    6: (211, 275),
    7: (275, 373),
    8: (385, 500),
    9: (602, 720),
    10: (787, 950),
}
OFFSETS_GHZ = (-7.0, -5.0, 5.0, 7.0)


def execution_block_of(name: str, told: dict[str, Any]) -> ExecutionBlock:
    """Return an execution block of which the choices would be those that were told."""
    maker = Maker(told["choices"], told["intents"])
    scans = tuple(maker.scans())
    _, second, third = name.removeprefix("uid___").split("_")
    made = tuple(maker.fields())
    return ExecutionBlock(
        uid=f"uid://A002/{second}/{third}",
        name=name,
        telescope="ALMA",
        array_name="A",
        correlator="ALMA_BASELINE" if maker.has_wvr else "ALMA_ACA",
        project_uid="uid://A001/X1/X2",
        sb_uid="uid://A001/X1/X3",
        observer="decisions",
        start_mjd_s=START,
        end_mjd_s=scans[-1].end_mjd_s,
        antennas=tuple(maker.antennas()),
        fields=made,
        sources=tuple(Source(f.source_id, f.name, f.direction_rad) for f in first_of_source(made)),
        spws=assign_roles(maker.windows(), scans),
        scans=scans,
        tsys=tuple(tsys_records(maker, scans)),
        online_flags=(OnlineFlag(("DV01",), START - 2.0, START - 1.0, "Mount is off source"),),
        has_binary_data=False,
    )


def first_of_source(fields: tuple[Field, ...]) -> list[Field]:
    return list({f.source_id: f for f in reversed(fields)}.values())[::-1]


def tsys_records(maker: Maker, scans: tuple[Scan, ...]) -> Iterator[TsysRecord]:
    for scan in scans:
        if "CALIBRATE_ATMOSPHERE" in scan.intents:
            for spw in maker.tsys:
                for antenna in range(maker.n_antennas):
                    yield TsysRecord(antenna, spw, scan.start_mjd_s, scan.end_mjd_s, (90.0, 90.0), n_values=224)


@dataclass
class Maker:
    """Reads the choices backwards."""

    choices: dict[str, Any]
    intents: dict[str, str]
    clock: float = START
    made: list[Scan] = field(default_factory=list)

    @property
    def correlator(self) -> list[int]:
        return list(parse_ids(self.choices["autocorrelations"]))

    @property
    def others(self) -> list[int]:
        """Windows whose autocorrelations stay: radiometers."""
        return sorted(set(range(max(self.correlator) + 1)) - set(self.correlator))

    @property
    def has_wvr(self) -> bool:
        return bool(self.others)

    @property
    def wvr(self) -> int | None:
        """Alone it is the first window; among square-law detectors it comes after the first four."""
        if not self.others:
            return None
        return self.others[0] if len(self.others) == 1 else self.others[4]

    @property
    def science(self) -> list[int]:
        return list(self.choices["windows"])

    @property
    def full(self) -> list[int]:
        return self.correlator[::2]

    @property
    def pointing(self) -> list[int]:
        return self.full[:4]

    @property
    def tsys(self) -> list[int]:
        edges = self.choices["tsys edges"]
        return [int(part.split(":")[0]) for part in edges.split(",")] if edges else self.full[4:8]

    def role_fields(self) -> dict[str, int]:
        """Field ids of the calibrators, from where the script used them.

        Reducers edited some of these: the bandpass may be solved on the phase calibrator, and the flux reference may be
        the bandpass calibrator though the intents name another source.
        """
        groups = self.choices["final apply"]
        phase, flux = int(groups[-1][2][-1]), int(self.choices["flux reference"])
        singles = [int(g[0]) for g in groups if g[0].isdigit() and int(g[0]) != phase]
        bandpass = int(self.choices["bandpass field"])
        bandpass = singles[0] if bandpass == phase else bandpass
        if flux == bandpass and self.intents["CALIBRATE_FLUX"] != self.intents["CALIBRATE_BANDPASS"]:
            flux = next(n for n in singles if n != bandpass)
        return {"bandpass": bandpass, "flux": flux, "phase": phase}

    @property
    def n_fields(self) -> int:
        told = [*self.choices["tsys fields"].values(), *(g[0] for g in self.choices["final apply"])]
        return 1 + max(f for text in told for f in parse_ids(text))

    @property
    def check(self) -> list[int]:
        """Check sources share the last group; they come before the targets."""
        count = len([n for n in self.intents.get("OBSERVE_CHECK", "").split(",") if n])
        return self.served[:count]

    @property
    def targets(self) -> list[int]:
        return [f for f in self.served if f not in self.check]

    @property
    def served(self) -> list[int]:
        last = parse_ids(self.choices["final apply"][-1][0])
        return [f for f in last if f != self.role_fields()["phase"]]

    @property
    def target_tsys(self) -> int:
        return int(next(s for s, fields in self.choices["tsys fields"].items() if self.targets[0] in parse_ids(fields)))

    def names(self) -> dict[int, str]:
        roles = self.role_fields()
        found = {
            roles["bandpass"]: self.intents["CALIBRATE_BANDPASS"],
            roles["flux"]: self.intents["CALIBRATE_FLUX"],
            roles["phase"]: self.intents["CALIBRATE_PHASE"],
        }
        found |= dict(zip(self.check, self.intents.get("OBSERVE_CHECK", "").split(","), strict=False))
        targets = self.target_names()
        for position, number in enumerate(self.targets):
            found[number] = targets[position] if len(targets) == len(self.targets) else targets[0]
        found.setdefault(self.target_tsys, targets[0])
        left = [n for n in self.intents["CALIBRATE_POINTING"].split(",") if n not in found.values()]
        for number in range(self.n_fields):
            if number not in found:
                found[number] = left.pop(0)
        return found

    def target_names(self) -> list[str]:
        """In the order of the ties where there are any, which is that of observing."""
        wvr = self.choices["wvr"]
        names = self.intents["OBSERVE_TARGET"].split(",")
        return [t.split(",")[0] for t in wvr["ties"] if t.split(",")[0] in names] if wvr else names

    def fields(self) -> Iterator[Field]:
        names = self.names()
        first = (self.choices["wvr"] or {}).get("source")  # the target with the lowest source id
        sources = sorted(dict.fromkeys(names[n] for n in range(self.n_fields)), key=lambda name: name != first)
        for number in range(self.n_fields):
            source = sources.index(names[number])
            direction = (4.0 + 0.02 * source, -0.4 + 5e-5 * number)
            yield Field(number, names[number], "none", source, direction)

    @property
    def diameter_m(self) -> float:
        return 12.0 if self.has_wvr else 7.0

    @property
    def n_antennas(self) -> int:
        return GRID_SIDE[self.diameter_m] ** 2

    def antennas(self) -> Iterator[Antenna]:
        refant, side = self.choices["refant"], GRID_SIDE[self.diameter_m]
        head = "DV" if self.has_wvr else "CM"
        others = [n for n in (f"{head}{i:02d}" for i in range(1, 40)) if n != refant]
        middle = self.n_antennas // 2
        names = [*others[:middle], refant, *others[middle : self.n_antennas - 1]]
        for number, name in enumerate(names):
            step = GRID_M[self.diameter_m]
            east, north = step * (number % side - side // 2), step * (number // side - side // 2)
            position = (CENTRE[0] + 0.925 * east, CENTRE[1] + 0.379 * east, CENTRE[2] + north)
            yield Antenna(number, name, f"A{number:03d}", position, (0.0, 0.0, 0.0), self.diameter_m, position)

    def windows(self) -> Iterator[SpectralWindow]:
        for number in range(max(self.correlator) + 1):
            if number == self.wvr:
                yield window(number, "WVR#NOMINAL", baseband=0, channels=4, centre=186.4e9, width=6e9)
            elif number in self.others:
                yield window(
                    number,
                    f"BB_{1 + number % 4}#SQLD",
                    baseband=1 + number % 4,
                    channels=1,
                    centre=self.hz(0),
                    width=2e9,
                )
            else:
                yield self.correlator_window(number)

    def correlator_window(self, number: int) -> SpectralWindow:
        is_average = number not in self.full
        place = self.baseband(number - 1 if is_average else number)
        channels = 1 if is_average else self.channels(number)
        width = 1.875e9 if channels > 256 else WIDE_HZ
        kind = "CH_AVG" if is_average else "FULL_RES"
        name = f"ALMA_RB_{self.band:02d}#BB_{place + 1}#SW-01#{kind}"
        return window(number, name, baseband=place + 1, channels=channels, centre=self.hz(place), width=width)

    def baseband(self, number: int) -> int:
        """Counted from 0; a Tsys window alone belongs to the science window that measures no Tsys itself."""
        if number in self.science:
            return self.science.index(number)
        if number in self.tsys and len(self.tsys) == 4 and not set(self.tsys) & set(self.science):
            return self.tsys.index(number)
        if number in self.tsys:
            return next(i for i, s in enumerate(self.science) if s not in self.tsys)
        return self.full.index(number) % 4

    def channels(self, number: int) -> int:
        chosen = self.choices["channels of the first phases"].get(str(number), "0~127")
        first, last = (int(v) for v in chosen.split("~"))
        return last + 1 if first == 0 else 8 * round((first + last) / 8)

    @property
    def ghz(self) -> float:
        return float(self.choices["model"].get("at (GHz)", DEFAULT_GHZ))

    @property
    def band(self) -> int:
        return next(band for band, (low, high) in BANDS.items() if low <= self.ghz <= high)

    def hz(self, place: int) -> float:
        return 1e9 * (self.ghz + OFFSETS_GHZ[place])

    @property
    def integration_s(self) -> float:
        """Without smoothing the integrations were no longer than the radiometers'."""
        wvr = self.choices["wvr"]
        return float((wvr or {}).get("smoothing (s)") or (1.008 if wvr else 10.08))

    def scans(self) -> list[Scan]:
        roles = self.role_fields()
        self.begin(roles)
        if roles["flux"] != roles["bandpass"]:
            self.atmosphere(roles["flux"])
            self.observe(("FLUX", "AMPLI") if "CALIBRATE_AMPLI" in self.intents else ("FLUX",), [roles["flux"]])
        self.observe(("PHASE",), [roles["phase"]])
        for _ in range(2):
            self.atmosphere(roles["phase"])
            self.atmosphere(self.target_tsys)
            for targets in self.target_scans():
                self.observe(("TARGET",), targets)
            if self.check:
                self.observe(("CHECK",), self.check)
            self.observe(("PHASE",), [roles["phase"]])
        return self.made

    def begin(self, roles: dict[str, int]) -> None:
        """The bandpass calibrator's scans as the script numbers them: pointing, sideband ratio where flagged, Tsys."""
        bandpass = roles["bandpass"]
        self.add(("CALIBRATE_POINTING",), [bandpass], spws=self.pointing)
        if "*SIDEBAND_RATIO*" in self.choices["flagged intents"]:
            self.add(("CALIBRATE_SIDEBAND_RATIO",), [bandpass], spws=self.tsys)
        self.atmosphere(bandpass)
        self.observe(("BANDPASS", "FLUX") if roles["flux"] == bandpass else ("BANDPASS",), [bandpass])
        names = self.names()
        pointed = self.intents["CALIBRATE_POINTING"].split(",")
        for number in sorted(set(names) - {bandpass}):
            if names[number] in pointed:
                self.add(("CALIBRATE_POINTING",), [number], spws=self.pointing)

    def target_scans(self) -> list[list[int]]:
        is_mosaic = len(self.target_names()) != len(self.targets)
        return [self.targets] if is_mosaic else [[t] for t in self.targets]

    def atmosphere(self, number: int) -> None:
        if str(number) in self.choices["tsys fields"]:
            self.add(("CALIBRATE_ATMOSPHERE",), [number], spws=self.tsys)

    def observe(self, words: tuple[str, ...], fields: list[int]) -> None:
        heads = {"TARGET": "OBSERVE_TARGET", "CHECK": "OBSERVE_CHECK_SOURCE"}
        self.add(tuple(heads.get(w, f"CALIBRATE_{w}") for w in words), fields, spws=self.science)

    def add(self, intents: tuple[str, ...], fields: list[int], *, spws: list[int]) -> None:
        looks = ("OFF_SOURCE", "AMBIENT", "HOT") if "CALIBRATE_ATMOSPHERE" in intents else ("ON_SOURCE",)
        extra = ("CALIBRATE_WVR",) if self.has_wvr and "OBSERVE_TARGET" not in intents else ()
        count = round(BANDPASS_S / self.integration_s) if "CALIBRATE_BANDPASS" in intents else 5
        subscans = []
        for number, (fid, look) in enumerate(((f, look) for f in fields for look in looks), start=1):
            end = self.clock + count * self.integration_s
            subscans.append(Subscan(number, look, fid, self.clock, end, tuple(self.blocks(spws, count))))
            self.clock = end + 2.0
        self.clock += 10.0
        self.made.append(Scan(len(self.made) + 1, intents + extra, tuple(subscans)))

    def blocks(self, spws: list[int], count: int) -> Iterator[DataBlock]:
        step, antennas = self.integration_s, self.n_antennas
        if self.wvr is not None:
            yield DataBlock((self.wvr,), "RADIOMETER", int(count * step / 1.152), 1.152, antennas)
        yield DataBlock(tuple(spws), "CORRELATOR", count, step, antennas)
        yield DataBlock(tuple(s + 1 for s in spws), "CORRELATOR", count, step, antennas)


def window(number: int, name: str, *, baseband: int, channels: int, centre: float, width: float) -> SpectralWindow:
    step = width / channels
    sign = -1.0 if baseband in (1, 2) and channels > 1 else 1.0
    is_radiometer = name.startswith("WVR") or "SQLD" in name
    return SpectralWindow(
        id=number,
        name=name,
        baseband=baseband,
        sideband="DSB" if name.startswith("WVR") else "LSB" if baseband in (1, 2) else "USB",
        n_channels=channels,
        first_channel_hz=centre - sign * 0.5 * (channels - 1) * step,
        channel_step_hz=sign * step,
        channel_width_hz=step,
        effective_bandwidth_hz=step,
        resolution_hz=step,
        ref_frequency_hz=centre,
        correlations=("I",) if name.startswith("WVR") else ("XX", "YY"),
        processor="RADIOMETER" if is_radiometer else "CORRELATOR",
    )
