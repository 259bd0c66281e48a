"""What to image in a calibrated MeasurementSet: sources with their fields and windows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from almared.errors import MeasurementSetError
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.subtables import opened
from almared.model import Antenna
from almared.model.targets import CalibratedMs, Target
from almared.physics.beams import primary_beam_rad
from almared.physics.directions import separation_rad

N_ROWS_AT_ONCE = 1_000_000
TARGET = "TARGET"
ICRS, J2000 = "ICRS", "J2000"
NUMBERED = re.compile(r"[\s_.-]*\d+$")
"""The number at the end of the name of a pointing, ``Antennae_FIELD_07``."""


def read_calibrated(data: OpenMs) -> CalibratedMs:
    """Return the facts of a calibrated MS; one without intents is taken as target data alone.

    Raises
    ------
    MeasurementSetError
        It cannot be read, or has no data.
    """
    path = data.path
    states = {number for number, intents in enumerate(data.states) if TARGET in intents}
    rows, columns, times = _count(path, [spw for spw, _ in data.descriptions], states=states)
    if not rows:
        raise MeasurementSetError(
            "it has no rows of a science target", where=str(path), repair="give an MS with calibrated target data"
        )
    return CalibratedMs(
        path=path,
        fields=data.fields,
        field_frames=data.field_frames,
        windows=data.windows,
        antennas=_present(data.antennas),
        rows=rows,
        columns=columns,
        rest_frequencies_hz=data.rest_frequencies_hz,
        has_intents=bool(states),
        times=times,
        source_names={source.id: source.name for source in data.sources},
    )


def group_targets(ms: CalibratedMs) -> tuple[Target, ...]:
    """Return the sources to image; all pointings of one source belong to it (domain D.3).

    Fields of one name or one row of SOURCE are one source. Pointings entered as separate sources are
    joined when their names differ at most by the number at the end and each lies within a primary beam of another.
    Moving sources go by the name of their fields: concat gives its second field the id of another source
    (casatasks 6.7.0.31).
    """
    by_source: dict[str, list[int]] = defaultdict(list)
    for number in ms.target_fields:
        field = ms.fields[number]
        source = "" if field.is_ephemeris else ms.source_names.get(field.source_id)
        by_source[source or field.name].append(number)
    targets = [Target(name, tuple(ids), _why(ids)) for name, ids in by_source.items()]
    return tuple(_joined(ms, targets))


def _why(ids: Sequence[int]) -> str:
    return "the only field of the source" if len(ids) == 1 else f"all {len(ids)} fields of the source"


def _joined(ms: CalibratedMs, targets: Sequence[Target]) -> list[Target]:
    """Join numbered pointings that overlap."""
    by_stem: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        by_stem[NUMBERED.sub("", target.name) or target.name].append(target)
    found: list[Target] = []
    for stem, members in by_stem.items():
        ids = sorted(number for member in members for number in member.field_ids)
        if len(members) > 1 and _is_connected(ms, ids):
            reason = f"{len(ids)} pointings with names {stem}*, each within a primary beam of another"
            found.append(Target(stem, tuple(ids), reason))
        else:
            found += members
    return [replace(t, name=t.name.strip()) for t in sorted(found, key=lambda t: t.field_ids)]


def _is_connected(ms: CalibratedMs, ids: Sequence[int]) -> bool:
    frequency = min(ms.windows[n].mean_frequency_hz for n in ms.target_spws)
    reach = primary_beam_rad(frequency, ms.smallest_dish_m)
    left, front = set(ids[1:]), [ids[0]]
    while front:
        here = ms.fields[front.pop()].direction_rad
        near = {n for n in left if separation_rad(here, ms.fields[n].direction_rad) < reach}
        left -= near
        front += near
    return not left


def _count(
    path: Path, spws: Sequence[int], *, states: set[int]
) -> tuple[dict[tuple[int, int], int], tuple[str, ...], int]:
    counts: dict[tuple[int, int], int] = defaultdict(int)
    times: set[float] = set()
    with opened(path) as main:
        columns = tuple(main.colnames())
        for start in range(0, main.nrows(), N_ROWS_AT_ONCE):
            names = ("FIELD_ID", "DATA_DESC_ID", "STATE_ID", "TIME")
            field, description, state, time = (np.asarray(main.getcol(n, start, N_ROWS_AT_ONCE)) for n in names)
            chosen = np.isin(state, sorted(states)) if states else np.ones(len(field), dtype=bool)
            pairs, numbers = np.unique(np.stack([field, description])[:, chosen], axis=1, return_counts=True)
            for (f, d), number in zip(pairs.T, numbers, strict=True):
                counts[int(f), spws[int(d)]] += int(number)
            times.update(np.unique(time[chosen]).tolist())
    return dict(counts), columns, len(times)


def _present(antennas: Sequence[Antenna]) -> tuple[Antenna, ...]:
    """Return the antennas; dishes without a diameter are ALMA's usual ones."""
    return tuple(a if a.diameter_m > 0 else replace(a, diameter_m=12.0) for a in antennas)
