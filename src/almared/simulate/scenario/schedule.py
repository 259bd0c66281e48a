"""From the order of scans to scans, subscans and data blocks with their times, fields and sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from almared.basics.times import DAY_S, mjd_s_of
from almared.errors import ScenarioError
from almared.model import DataBlock, Field, Scan, Subscan
from almared.physics.constants import SIDEREAL_DAYS_PER_DAY
from almared.physics.correlator import TIMING_EVENT_S
from almared.simulate.scenario.models import ScanPart, Scenario
from almared.simulate.scenario.sequence import intents_of, scans_of
from almared.simulate.scenario.spectrum import Setups
from almared.simulate.world.array import ALMA_LONGITUDE_RAD
from almared.simulate.world.geometry import read_earth_orientation, shifted, sidereal_time

SUBSCAN_GAP_S = 1.152
LOADS = ("OFF_SOURCE", "AMBIENT", "HOT")
SIDEBAND_SUBSCANS = ("OFF_SOURCE", "ON_SOURCE")
LONGEST_SUBSCAN_S = 62.0
FIRST_DATA_UID = 0x100


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of an observation.

    Parameters
    ----------
    scans : tuple of Scan
        With their data blocks.
    parts : tuple of ScanPart
        Request for each scan.
    fields : tuple of Field
        Directions of bodies are filled in later.
    source_keys : tuple of str
        Key of the source of each ASDM source id.
    pointings : dict of int to int
        Field id -> number of the source's pointing.
    """

    scans: tuple[Scan, ...]
    parts: tuple[ScanPart, ...]
    fields: tuple[Field, ...]
    source_keys: tuple[str, ...]
    pointings: dict[int, int]

    def source_key(self, field_id: int) -> str:
        """Return the key of the source that a field belongs to."""
        return self.source_keys[self.fields[field_id].source_id]


def start_of(scenario: Scenario) -> float:
    """Return the begin of the observation (MJD seconds UTC)."""
    time = scenario.time
    if time.start is not None:
        return mjd_s_of(time.start)
    if time.date is None or time.lst is None:
        raise ScenarioError("give either start, or date and lst", where="time")
    midnight = np.floor(mjd_s_of(time.date) / DAY_S) * DAY_S
    earth = read_earth_orientation(midnight / DAY_S)
    turn = (time.lst - sidereal_time(midnight, ALMA_LONGITUDE_RAD, earth=earth)) % (2.0 * np.pi)
    return float(midnight + turn / (2.0 * np.pi) * DAY_S / SIDEREAL_DAYS_PER_DAY)


def make_schedule(scenario: Scenario, setups: Setups, *, n_antennas: int) -> Schedule:
    """Return the timed schedule of a scenario.

    Raises
    ------
    ScenarioError
        A scan names a source that the scenario does not have.
    """
    parts = scans_of(scenario)
    keys = tuple(dict.fromkeys(part.source for part in parts))
    fields, pointings = _fields(scenario, keys)
    builder = _Builder(scenario, setups, n_antennas=n_antennas, start_mjd_s=start_of(scenario))
    scans = tuple(
        builder.scan(number, part, field_ids=[f.id for f in fields if keys[f.source_id] == part.source])
        for number, part in enumerate(parts, start=1)
    )
    return Schedule(scans, parts, fields, keys, pointings)


def _fields(scenario: Scenario, keys: tuple[str, ...]) -> tuple[tuple[Field, ...], dict[int, int]]:
    fields: list[Field] = []
    pointings: dict[int, int] = {}
    for source_id, key in enumerate(keys):
        source = scenario.source[key]
        centre = (source.ra or 0.0, source.dec or 0.0)
        for number, offset in enumerate(source.pointings):
            pointings[len(fields)] = number
            moved = (offset[0] + source.shift[0], offset[1] + source.shift[1])
            direction = centre if moved == (0.0, 0.0) else shifted(centre, moved)
            fields.append(Field(len(fields), source.name, "none", source_id, direction, source.body is not None))
    return tuple(fields), pointings


class _Builder:
    """Puts scans one after the other on the clock and numbers their binary files."""

    def __init__(self, scenario: Scenario, setups: Setups, *, n_antennas: int, start_mjd_s: float) -> None:
        self.timing = scenario.timing
        self.has_wvr = scenario.radiometer.enabled
        self.setups = setups
        self.n_antennas = n_antennas
        self.clock = np.ceil(start_mjd_s / TIMING_EVENT_S) * TIMING_EVENT_S
        self.next_uid = FIRST_DATA_UID
        self.uid_head = scenario.uid.rsplit("/", 1)[0]

    def scan(self, number: int, part: ScanPart, *, field_ids: list[int]) -> Scan:
        subscans = tuple(self._subscans(part, field_ids))
        self.clock += self.timing.slew - SUBSCAN_GAP_S
        return Scan(number, intents_of(part), subscans)

    def _subscans(self, part: ScanPart, field_ids: list[int]) -> Iterator[Subscan]:
        for number, (intent, field_id, count) in enumerate(self._stretches(part, field_ids), start=1):
            spws, integration_s = self._setup(part)
            start, end = float(self.clock), float(self.clock + count * integration_s)
            blocks = tuple(self._blocks(spws, count, integration_s=integration_s))
            yield Subscan(number, intent, field_id, start, end, blocks)
            self.clock = end + SUBSCAN_GAP_S

    def _stretches(self, part: ScanPart, field_ids: list[int]) -> Iterator[tuple[str, int, int]]:
        """Yield intent, field and number of integrations of each subscan."""
        total = max(1, round(part.duration / self._setup(part)[1]))
        if part.kind in ("atmosphere", "sideband"):
            intents = LOADS if part.kind == "atmosphere" else SIDEBAND_SUBSCANS
            for intent in intents:
                yield intent, field_ids[0], max(1, total // len(intents))
            return
        pointed = field_ids if part.kind == "target" else field_ids[:1]
        pieces = max(len(pointed), int(np.ceil(part.duration / LONGEST_SUBSCAN_S)))
        pieces = min(max(1, pieces), total)
        for i in range(pieces):
            count = total * (i + 1) // pieces - total * i // pieces
            yield "ON_SOURCE", pointed[i * len(pointed) // pieces], count

    def _setup(self, part: ScanPart) -> tuple[tuple[int, ...], float]:
        if part.kind == "pointing":
            return self.setups.pointing, self.timing.pointing
        if part.kind in ("atmosphere", "sideband"):
            return self.setups.tsys, self.timing.atmosphere
        return self.setups.science, self.timing.science

    def _blocks(self, spws: tuple[int, ...], count: int, *, integration_s: float) -> Iterator[DataBlock]:
        groups = (spws, self.setups.averages(spws))
        for group in groups:
            if group:
                yield DataBlock(group, "CORRELATOR", count, integration_s, self.n_antennas, self._uid())
        n_wvr = int(count * integration_s / self.timing.wvr + 1e-6)
        if self.has_wvr and n_wvr:
            yield DataBlock((0,), "RADIOMETER", n_wvr, self.timing.wvr, self.n_antennas, self._uid())

    def _uid(self) -> str:
        self.next_uid += 1
        return f"{self.uid_head}/X{self.next_uid:x}"
