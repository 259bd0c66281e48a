"""What ``almared inspect`` shows, as plain values: times, groups of pointings, time on source, conditions."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from almared.basics.times import utc_of
from almared.model import ExecutionBlock, Field, Scan, Subscan
from almared.physics.directions import declination_text, right_ascension_text
from almared.physics.horizon import elevation_deg as elevations_deg

NOT_ON_SOURCE = ("CALIBRATE_ATMOSPHERE", "CALIBRATE_POINTING", "CALIBRATE_SIDEBAND_RATIO")
"""Intents whose scans do not count as time on source."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Neighbouring fields of one source: one line for a mosaic.

    Parameters
    ----------
    fields : tuple of Field
        The fields, in order of id.
    intents : tuple of str
        Scan intents, sorted.
    on_source_s : float, s
        Time on source, all fields together.
    """

    fields: tuple[Field, ...]
    intents: tuple[str, ...]
    on_source_s: float


def clean(text: str) -> str:
    """Return text without characters that control a terminal or hide: controls, formats, line ends."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in ("Zl", "Zp"))


def utc(mjd_s: float) -> str:
    """Return date and time (UTC) to a tenth of a second."""
    moment = utc_of(round(mjd_s, 1))
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + str(moment.microsecond // 100_000)


def right_ascension(angle_rad: float) -> str:
    """Return hours, minutes and seconds."""
    return right_ascension_text(angle_rad, digits=4)


def declination(angle_rad: float) -> str:
    """Return degrees, minutes and seconds with their sign."""
    return declination_text(angle_rad, digits=3)


def subscan_on_source_s(subscan: Subscan) -> float:
    """Return the time that the correlator integrated on source in a subscan (s)."""
    if subscan.intent != "ON_SOURCE":
        return 0.0
    lengths = [b.n_integrations * b.integration_s for b in subscan.blocks if b.processor == "CORRELATOR"]
    return max(lengths, default=0.0)


def scan_on_source_s(scan: Scan) -> float:
    """Return the time on source of a scan; atmosphere and pointing scans have none (s)."""
    if scan.has(*NOT_ON_SOURCE):
        return 0.0
    return sum(subscan_on_source_s(subscan) for subscan in scan.subscans)


def time_on_source_s(eb: ExecutionBlock) -> dict[int, float]:
    """Return the time on source of every field, atmosphere and pointing scans left out (s)."""
    found: dict[int, float] = defaultdict(float)
    for scan in eb.scans:
        if scan.has(*NOT_ON_SOURCE):
            continue
        for subscan in scan.subscans:
            found[subscan.field_id] += subscan_on_source_s(subscan)
    return dict(found)


def field_groups(eb: ExecutionBlock) -> tuple[FieldGroup, ...]:
    """Return the fields in order of id, neighbours of one name and source joined."""
    on_source = time_on_source_s(eb)
    runs: list[list[Field]] = []
    for field in eb.fields:
        if runs and _same_source(runs[-1][-1], field):
            runs[-1].append(field)
        else:
            runs.append([field])
    return tuple(
        FieldGroup(
            fields=tuple(run),
            intents=tuple(sorted({intent for field in run for intent in eb.intents_of_field(field.id)})),
            on_source_s=sum(on_source.get(field.id, 0.0) for field in run),
        )
        for run in runs
    )


def integration_times_s(scan: Scan) -> tuple[float, ...]:
    """Return the integration times of the correlator in a scan, longest first (s)."""
    found = {b.integration_s for s in scan.subscans for b in s.blocks if b.processor == "CORRELATOR"}
    return tuple(sorted(found, reverse=True))


def baseline_range_m(eb: ExecutionBlock) -> tuple[float, float]:
    """Return shortest and longest baseline (m)."""
    lengths = [math.dist(a.position_m, b.position_m) for a, b in combinations(eb.antennas, 2)]
    return min(lengths, default=0.0), max(lengths, default=0.0)


def elevation_deg(eb: ExecutionBlock, direction_rad: tuple[float, float], *, mjd_s: float) -> float:
    """Return the elevation of a fixed direction, good to 0.15 deg until 2030 (deg).

    Parameters
    ----------
    eb : ExecutionBlock
        Its antennas tell the place.
    direction_rad : tuple of float, rad, ICRS
        Right ascension and declination; precession is left out.
    mjd_s : float, s
        Time, MJD seconds UTC.
    """
    found = elevations_deg(eb, np.array([direction_rad]), mjd_s=np.array([mjd_s]))
    return float(found[0])


def elevation_range_deg(eb: ExecutionBlock, fields: Sequence[Field]) -> tuple[float, float] | None:
    """Return lowest and highest elevation at which the fields were observed, None for moving or unobserved ones (deg).

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    fields : sequence of Field
        The fields.
    """
    ids = {f.id: f for f in fields if not f.is_ephemeris}
    found = [
        elevation_deg(eb, ids[sub.field_id].direction_rad, mjd_s=time)
        for scan in eb.scans
        for sub in scan.subscans
        if sub.field_id in ids
        for time in (sub.start_mjd_s, sub.end_mjd_s)
    ]
    return (min(found), max(found)) if found and eb.antennas else None


def flagged_s_by_antenna(eb: ExecutionBlock) -> dict[str, float]:
    """Return the time that online flags cover inside scans, by antenna, longest first; overlaps count once (s)."""
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    names = [a.name for a in eb.antennas]
    for flag in eb.online_flags:
        for name in flag.antenna_names or names:
            spans[name].append((flag.start_mjd_s, flag.end_mjd_s))
    scans = [(scan.start_mjd_s, scan.end_mjd_s) for scan in eb.scans]
    covered = {name: _covered(found, scans) for name, found in spans.items()}
    return dict(sorted(covered.items(), key=lambda pair: (-pair[1], pair[0])))


def _covered(spans: Sequence[tuple[float, float]], scans: Sequence[tuple[float, float]]) -> float:
    joined = _joined(spans)
    return sum(max(0.0, min(end, last) - max(start, first)) for start, end in joined for first, last in scans)


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _same_source(first: Field, second: Field) -> bool:
    return first.name == second.name and first.source_id == second.source_id
