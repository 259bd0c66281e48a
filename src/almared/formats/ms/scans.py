"""Scans, subscans and data blocks of a MeasurementSet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from almared.formats.ms.main_table import Key, Stretch
from almared.formats.ms.subtables import cells, opened
from almared.model import DataBlock, Scan, SpectralWindow, Subscan
from almared.model.scan import MICROSECOND_DIGITS

INTENT_SEPARATOR = "#"
State = tuple[tuple[str, ...], str, int]
"""Scan intents, subscan intent, subscan number."""

NO_STATE: State = ((), "", 0)


def read_states(path: Path) -> tuple[State, ...]:
    """Return scan intents, subscan intent and subscan number of every state.

    Raises
    ------
    MeasurementSetError
        STATE cannot be read.
    """
    with opened(path, "STATE") as tab:
        modes, numbers = cells(tab, "OBS_MODE"), cells(tab, "SUB_SCAN")
    return tuple(_state(mode or "", number or 0) for mode, number in zip(modes, numbers, strict=True))


def read_processors(path: Path) -> tuple[tuple[str, str], ...]:
    """Return type and subtype of every processor.

    Raises
    ------
    MeasurementSetError
        PROCESSOR cannot be read.
    """
    with opened(path, "PROCESSOR") as tab:
        return tuple(zip(cells(tab, "TYPE"), cells(tab, "SUB_TYPE"), strict=True))


def join_scans(
    stretches: Mapping[Key, Stretch],
    *,
    states: Sequence[State],
    windows: Mapping[int, SpectralWindow],
    processors: Sequence[tuple[str, str]],
) -> tuple[Scan, ...]:
    """Return the scans in order of number.

    Parameters
    ----------
    stretches : mapping
        What the main table holds.
    states : sequence of State
        Rows of STATE.
    windows : mapping of int to SpectralWindow
        By data description.
    processors : sequence of (str, str)
        Type and subtype of every processor.
    """
    joined: dict[int, dict[int, dict[Key, Stretch]]] = defaultdict(lambda: defaultdict(dict))
    for key, stretch in stretches.items():
        joined[key[0]][_state_of(key, states)[2]][key] = stretch
    return tuple(
        Scan(
            number=number,
            intents=_intents(subscans, states),
            subscans=tuple(
                _subscan(n, subscans[n], states=states, windows=windows, processors=processors)
                for n in sorted(subscans)
            ),
        )
        for number, subscans in sorted(joined.items())
    )


def _state(mode: str, number: int) -> State:
    pairs = [word.partition(INTENT_SEPARATOR) for word in mode.split(",") if word]
    return tuple(pair[0] for pair in pairs), pairs[0][2] if pairs else "", int(number)


def _state_of(key: Key, states: Sequence[State]) -> State:
    return states[key[1]] if 0 <= key[1] < len(states) else NO_STATE


def _intents(subscans: Mapping[int, Mapping[Key, Stretch]], states: Sequence[State]) -> tuple[str, ...]:
    found = [i for n in sorted(subscans) for key in subscans[n] for i in _state_of(key, states)[0]]
    return tuple(dict.fromkeys(found))


def _subscan(
    number: int,
    stretches: Mapping[Key, Stretch],
    *,
    states: Sequence[State],
    windows: Mapping[int, SpectralWindow],
    processors: Sequence[tuple[str, str]],
) -> Subscan:
    first = min(stretches, key=lambda key: stretches[key].start_mjd_s)
    groups: dict[tuple[object, ...], list[Key]] = defaultdict(list)
    for key, stretch in stretches.items():
        average = windows[key[2]].is_channel_average
        groups[key[4], average, round(stretch.integration_s, 3), len(stretch.times)].append(key)
    blocks = [_block(keys, stretches, windows=windows, processors=processors) for keys in groups.values()]
    return Subscan(
        number=number,
        intent=_state_of(first, states)[1],
        field_id=first[3],
        start_mjd_s=min(s.start_mjd_s for s in stretches.values()),
        end_mjd_s=max(s.end_mjd_s for s in stretches.values()),
        blocks=tuple(sorted(blocks, key=lambda block: block.spw_ids)),
    )


def _block(
    keys: Sequence[Key],
    stretches: Mapping[Key, Stretch],
    *,
    windows: Mapping[int, SpectralWindow],
    processors: Sequence[tuple[str, str]],
) -> DataBlock:
    first = stretches[keys[0]]
    processor = keys[0][4]
    known = 0 <= processor < len(processors)
    return DataBlock(
        spw_ids=tuple(sorted({windows[key[2]].id for key in keys})),
        processor=processors[processor][0] if known else windows[keys[0][2]].processor,
        n_integrations=len(first.times),
        integration_s=round(first.integration_s, MICROSECOND_DIGITS),
        n_antennas=len(first.antennas),
    )
