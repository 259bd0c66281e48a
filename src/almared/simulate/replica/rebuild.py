"""Rebuilds an execution block from the listobs text of a real one.

What listobs does not print is filled in as follows: subscans share a scan's time evenly, loads follow the
sky in atmosphere scans, identifiers of binary files count on from that of the execution block.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from almared.errors import InputError
from almared.formats.listobs import ListedScan, ListedWindow, Listobs, read_listobs
from almared.model import (
    Antenna,
    DataBlock,
    ExecutionBlock,
    Field,
    Intent,
    Scan,
    Source,
    SpectralWindow,
    Subscan,
    SubscanIntent,
    assign_roles,
)
from almared.names import Uid
from almared.physics.beams import SMALL_DISH_BELOW_M
from almared.physics.correlator import HANNING_EFFECTIVE, HANNING_RESOLUTION
from almared.simulate.replica.dumps import Group, count_integrations, group_windows, kind_of
from almared.simulate.replica.size import binary_size

LONGEST_GAP_S = 1.0
"""Time without data that one subscan may include."""

HEX = re.compile(r"X[0-9a-fA-F]+")
SKY_THEN_LOADS = (SubscanIntent.OFF_SOURCE, SubscanIntent.AMBIENT, SubscanIntent.HOT)
"""Order of an atmosphere scan."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A subscan before its times are known: intent, field and integrations per group."""

    intent: str
    field_id: int
    parts: tuple[tuple[Group, int], ...]

    @property
    def seconds(self) -> float:
        return max(count * group.integration_s for group, count in self.parts)


def replica_execution_block(path: Path) -> ExecutionBlock:
    """Return the execution block that a listobs text describes.

    Parameters
    ----------
    path : Path
        The text.

    Returns
    -------
    ExecutionBlock
        With the true numbers of channels, fields and integrations, and the sizes its binary data would have;
        `has_binary_data` is False.

    Raises
    ------
    InputError
        The text is not from listobs of an ALMA observation, or is truncated.
    """
    return build_execution_block(read_listobs(path))


def build_execution_block(listed: Listobs) -> ExecutionBlock:
    """Return the execution block for the facts of listobs.

    Parameters
    ----------
    listed : Listobs
        Facts of the text.

    Raises
    ------
    InputError
        The ids of the lists have gaps.
    """
    for what, ids in (("antenna", listed.antennas), ("field", listed.fields), ("window", listed.windows)):
        if [item.id for item in ids] != list(range(len(ids))):
            raise InputError(f"the {what} ids do not count from 0", where=listed.ms_name)
    uid = _uid(listed.ms_name)
    bare = tuple(_window(window, listed.windows) for window in listed.windows)
    scans = tuple(_scans(listed, uid, spws=bare))
    project = listed.project if _is_hex_uid(listed.project) else "uid://A001/X0/X0"
    return ExecutionBlock(
        uid=str(uid),
        name=uid.file_name,
        telescope=listed.telescope,
        array_name="Array001",
        correlator="ALMA_ACA" if all(a.name.startswith("CM") for a in listed.antennas) else "ALMA_BASELINE",
        project_uid=project,
        sb_uid=_next_uid(project),
        observer=listed.observer,
        start_mjd_s=min(scan.start_mjd_s for scan in scans),
        end_mjd_s=max(scan.end_mjd_s for scan in scans),
        antennas=tuple(_antennas(listed)),
        fields=tuple(_fields(listed)),
        sources=tuple(_sources(listed)),
        spws=assign_roles(bare, scans),
        scans=scans,
        has_binary_data=False,
        raw_bytes=sum(b.data_size for s in scans for sub in s.subscans for b in sub.blocks),
    )


def _uid(ms_name: str) -> Uid:
    """The id in the MS's name; a name without one gets an id computed from its characters."""
    try:
        uid = Uid.parse(ms_name)
    except InputError:
        return Uid(("A002", "X0", f"X{zlib.crc32(ms_name.encode()):x}000"))
    return uid if _is_hex_uid(str(uid)) else _uid(ms_name + "#")


def _is_hex_uid(text: str) -> bool:
    try:
        parts = Uid.parse(text).parts
    except InputError:
        return False
    return all(HEX.fullmatch(part) for part in parts[1:])


def _next_uid(text: str) -> str:
    first, second, third = Uid.parse(text).parts
    return f"uid://{first}/{second}/X{int(third[1:], 16) + 1:x}"


def _antennas(listed: Listobs) -> Iterator[Antenna]:
    for antenna in listed.antennas:
        yield Antenna(
            id=antenna.id,
            name=antenna.name,
            pad=antenna.pad,
            pad_position_m=antenna.position_m,
            offset_m=(0.0, 0.0, 0.0),
            diameter_m=antenna.diameter_m,
            position_m=antenna.position_m,
        )


def _fields(listed: Listobs) -> Iterator[Field]:
    full = {s.id: s.name for s in listed.sources}
    for field in listed.fields:
        source = full.get(field.source_id, "")
        name = source if source.startswith(field.name) else field.name
        yield Field(field.id, name, field.code, field.source_id, field.direction_rad)


def _sources(listed: Listobs) -> Iterator[Source]:
    directions = {f.source_id: f.direction_rad for f in reversed(listed.fields)}
    known = {w.id for w in listed.windows}
    for source_id in sorted({s.id for s in listed.sources} & directions.keys()):
        lines = [s for s in listed.sources if s.id == source_id]
        rest = tuple(
            (line.spw_id, (line.rest_frequency_hz,))
            for line in lines
            if line.rest_frequency_hz is not None and line.spw_id in known
        )
        yield Source(source_id, lines[0].name, directions[source_id], rest_frequencies_hz=rest)


def _window(window: ListedWindow, windows: Sequence[ListedWindow]) -> SpectralWindow:
    kind, processor = kind_of(window)
    width = abs(window.channel_step_hz)
    is_smoothed = kind == "full"
    return SpectralWindow(
        id=window.id,
        name=window.name,
        baseband=window.baseband,
        sideband=_sideband(window, windows),
        n_channels=window.n_channels,
        first_channel_hz=window.first_channel_hz,
        channel_step_hz=window.channel_step_hz,
        channel_width_hz=width,
        effective_bandwidth_hz=width * (HANNING_EFFECTIVE if is_smoothed else 1.0),
        resolution_hz=width * (HANNING_RESOLUTION if is_smoothed else 1.0),
        ref_frequency_hz=window.first_channel_hz,
        correlations=window.correlations,
        processor=processor,
        window_function="HANNING" if is_smoothed else "UNIFORM",
    )


def _sideband(window: ListedWindow, windows: Sequence[ListedWindow]) -> str:
    """From the sign of the channel spacing; an average has that of the window before it."""
    kind, _ = kind_of(window)
    if kind == "wvr":
        return "DSB"
    if kind == "square law":
        return "NOSB"
    teller = windows[window.id - 1] if kind == "average" and window.id > 0 else window
    return "LSB" if teller.channel_step_hz < 0 else "USB"


def _scans(listed: Listobs, uid: Uid, *, spws: Sequence[SpectralWindow]) -> Iterator[Scan]:
    fields_in = Counter(line.number for line in listed.scans)
    first, second, third = uid.parts
    serial = int(third[1:], 16) + 0x100
    for number in sorted(fields_in):
        lines = [line for line in listed.scans if line.number == number]
        stretches = [s for line in lines for s in _stretches(listed, line, is_alone=len(lines) == 1)]
        intents = tuple(dict.fromkeys(text.partition("#")[0] for line in lines for text in line.intents))
        subscans = tuple(_subscans(lines, stretches, n_antennas=len(listed.antennas)))
        scan = _with_data(Scan(number, intents, subscans), spws, head=(f"uid://{first}/{second}", serial))
        serial += sum(len(sub.blocks) for sub in scan.subscans)
        yield scan


def _stretches(listed: Listobs, line: ListedScan, *, is_alone: bool) -> list[_Stretch]:
    radiometers = sum(a.diameter_m > SMALL_DISH_BELOW_M for a in listed.antennas)
    groups = group_windows(line, listed.windows, n_antennas=len(listed.antennas), n_radiometers=radiometers)
    longest = line.end_mjd_s - line.start_mjd_s if is_alone else None
    counts = count_integrations(groups, n_rows=line.n_rows, longest_s=longest)
    whole = _Stretch("", line.field_id, tuple(zip(groups, counts, strict=True)))
    looks = subscan_intents(line.intents)
    if len(looks) == 1 and longest is not None and longest - whole.seconds > LONGEST_GAP_S:
        looks *= 2  # the scan was longer than its integrations: subscans with gaps between them
    return list(_divided(whole, looks))


def _divided(whole: _Stretch, looks: Sequence[str]) -> Iterator[_Stretch]:
    for index, look in enumerate(looks):
        shares = tuple((group, _share(count, index, parts=len(looks))) for group, count in whole.parts)
        parts = tuple((group, count) for group, count in shares if count)
        if parts:
            yield _Stretch(look, whole.field_id, parts)


def subscan_intents(intents: Sequence[str]) -> tuple[str, ...]:
    """Return the intents of a scan's subscans, in the order of observing.

    Parameters
    ----------
    intents : sequence of str
        As listobs prints them, ``CALIBRATE_ATMOSPHERE#HOT``.

    Examples
    --------
    >>> subscan_intents(["CALIBRATE_ATMOSPHERE#AMBIENT", "CALIBRATE_ATMOSPHERE#HOT", "CALIBRATE_ATMOSPHERE#OFF_SOURCE"])
    ('OFF_SOURCE', 'AMBIENT', 'HOT')
    """
    looks = tuple(dict.fromkeys(text.partition("#")[2] or "UNSPECIFIED" for text in intents))
    is_atmosphere = any(text.startswith(Intent.ATMOSPHERE) for text in intents)
    if is_atmosphere and set(looks) == {"OFF_SOURCE", "ON_SOURCE"}:
        return ("OFF_SOURCE", "ON_SOURCE", "ON_SOURCE")  # before 2016 the loads were called on-source
    ranks = {look.value: n for n, look in enumerate(SKY_THEN_LOADS)}
    return tuple(sorted(looks, key=lambda look: ranks.get(look, -1)))


def _share(total: int, index: int, *, parts: int) -> int:
    """The integrations of one of several subscans; the first ones get one more when they do not divide evenly."""
    return total // parts + (index < total % parts)


def _subscans(lines: Sequence[ListedScan], stretches: Sequence[_Stretch], *, n_antennas: int) -> Iterator[Subscan]:
    begin, end = lines[0].start_mjd_s, max(line.end_mjd_s for line in lines)
    spare = max(0.0, end - begin - sum(s.seconds for s in stretches))
    gap = spare / max(1, len(stretches) - 1)
    for number, stretch in enumerate(stretches, start=1):
        blocks = tuple(
            DataBlock(group.spw_ids, group.processor, n, group.integration_s, _antennas_of(group, n_antennas))
            for group, n in stretch.parts
        )
        yield Subscan(number, stretch.intent, stretch.field_id, begin, begin + stretch.seconds, blocks)
        begin += stretch.seconds + gap


def _antennas_of(group: Group, n_antennas: int) -> int:
    is_radiometer = group.processor == "RADIOMETER"
    return group.rows_each // len(group.spw_ids) if is_radiometer else n_antennas


def _with_data(scan: Scan, spws: Sequence[SpectralWindow], *, head: tuple[str, int]) -> Scan:
    """Give every block a unique id and the size its file would have."""
    prefix, serial = head
    subscans = []
    for sub in scan.subscans:
        blocks = tuple(
            replace(block, data_uid=f"{prefix}/X{serial + n:x}", data_size=binary_size(block, spws))
            for n, block in enumerate(sub.blocks)
        )
        serial += len(blocks)
        subscans.append(replace(sub, blocks=blocks))
    return replace(scan, subscans=tuple(subscans))
