"""Which data are meant: one type for findings, flags and calls, written in CASA's syntax and read back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from almared.errors import SelectionError
from almared.model.casa_syntax import (
    BEYOND_CASA,
    NameOrId,
    read_baselines,
    read_names,
    read_times,
    split_outside_quotes,
    write_baselines,
    write_names,
    write_time,
)

CORRELATIONS = ("XX", "XY", "YX", "YY", "RR", "RL", "LR", "LL", "I", "Q", "U", "V")
"""Products of correlation that CASA selects by name."""

PARAMETERS = ("field", "spw", "antenna", "scan", "intent", "timerange", "correlation")
"""CASA's parameters of a selection of data."""


@dataclass(frozen=True, slots=True)
class ChannelRange:
    """Channels of one spectral window, both ends included.

    Parameters
    ----------
    spw : int or str
        Id or name of the window.
    first, last : int
        Channels, 0-based.
    """

    spw: NameOrId
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise SelectionError(
                f"channels {self.first} to {self.last} of window {self.spw} are no range",
                repair="give the lower channel first",
            )

    @classmethod
    def edges(cls, spw: NameOrId, *, of: int, n_edge: int) -> tuple[ChannelRange, ...]:
        """Return the outermost channels at both ends of a window of so many; nothing when `n_edge` is 0."""
        if n_edge <= 0:
            return ()
        return cls(spw, 0, n_edge - 1), cls(spw, of - n_edge, of - 1)

    @property
    def text(self) -> str:
        """The channels alone, as ``0~10`` or ``5``."""
        return str(self.first) if self.first == self.last else f"{self.first}~{self.last}"


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of the data; what is not restricted is all of it, so an empty selection is all data.

    Selections that mean the same are equal: ids are sorted and come before names, touching channel ranges are joined.

    Parameters
    ----------
    antennas : tuple of int or str
        Ids or names, with all of their baselines. Names are safer: CASA takes a number for a name first.
    baselines : tuple of (int or str, int or str)
        Single baselines, in addition to those of `antennas`; the same antenna twice is its autocorrelation.
    spws : tuple of int or str
        Whole spectral windows.
    channels : tuple of ChannelRange
        Parts of further windows.
    fields : tuple of int or str
        Ids or names. Ids are safer: several fields may share a name.
    scans : tuple of int
        Scan numbers as observed.
    intents : tuple of str
        Such as ``CALIBRATE_PHASE``; selects scans with an intent that contains one of these.
    times : tuple of (float, float), s
        Ranges, MJD seconds UTC, kept to the millisecond.
    correlations : tuple of str
        Such as ``XX``.

    Raises
    ------
    SelectionError
        CASA cannot select a part, or a window is given both whole and by channels.

    Examples
    --------
    >>> Selection(antennas=("DA41",), channels=(ChannelRange(17, 0, 10), ChannelRange(17, 120, 127))).to_casa()
    {'spw': '17:0~10;120~127', 'antenna': 'DA41'}
    """

    antennas: tuple[NameOrId, ...] = ()
    baselines: tuple[tuple[NameOrId, NameOrId], ...] = ()
    spws: tuple[NameOrId, ...] = ()
    channels: tuple[ChannelRange, ...] = ()
    fields: tuple[NameOrId, ...] = ()
    scans: tuple[int, ...] = ()
    intents: tuple[str, ...] = ()
    times: tuple[tuple[float, float], ...] = ()
    correlations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        both = {entry.spw for entry in self.channels} & set(self.spws)
        if both:
            raise SelectionError(f"window {min(map(str, both))} is given whole and by channels", repair="give it once")
        pairs = tuple(sorted({_sorted(pair) for pair in self.baselines}, key=lambda p: (_order(p[0]), _order(p[-1]))))
        normal = {
            "antennas": _sorted(self.antennas),
            "baselines": tuple((pair[0], pair[-1]) for pair in pairs),
            "spws": _sorted(self.spws),
            "channels": _joined(self.channels),
            "fields": _sorted(self.fields),
            "scans": _sorted(self.scans),
            "intents": tuple(dict.fromkeys(map(_intent, self.intents))),
            "times": tuple(sorted({_time_range(*pair) for pair in self.times})),
            "correlations": tuple(dict.fromkeys(map(_correlation, self.correlations))),
        }
        for name, value in normal.items():
            object.__setattr__(self, name, value)

    @classmethod
    def where_possible(
        cls,
        *,
        antennas: tuple[NameOrId, ...] = (),
        fields: tuple[NameOrId, ...] = (),
        spws: tuple[NameOrId, ...] = (),
    ) -> Selection:
        """Return a selection for a finding; without the antennas or fields by whose names CASA cannot select.

        A finding names them in its message as well, so nothing is lost, and a hostile name never hides what was found.
        """
        parts: dict[str, tuple[NameOrId, ...]] = {}
        for name, values in (("antennas", antennas), ("fields", fields), ("spws", spws)):
            with suppress(SelectionError):
                cls(**{name: values}).to_casa()  # type: ignore[arg-type]
                parts[name] = values
        return cls(**parts)  # type: ignore[arg-type]

    def __str__(self) -> str:
        """Return the selection for people: ``antenna DA41, spw 17:0~10``; ``all data`` when nothing is restricted."""
        return ", ".join(f"{name} {text}" for name, text in self.to_casa().items()) or "all data"

    @property
    def is_everything(self) -> bool:
        """Whether nothing is restricted."""
        return not self.to_casa()

    def to_casa(self) -> dict[str, str]:
        """Return CASA's parameters of selection, without the unrestricted ones."""
        parts = {
            "field": write_names(self.fields),
            "spw": ",".join(filter(None, (_windows_text(self.spws), *_channel_texts(self.channels)))),
            "antenna": write_baselines(self.antennas, self.baselines),
            "scan": write_names(self.scans),
            "intent": ",".join(f"*{intent}*" for intent in self.intents),
            "timerange": ",".join(f"{write_time(first)}~{write_time(last)}" for first, last in self.times),
            "correlation": ",".join(self.correlations),
        }
        return {name: text for name, text in parts.items() if text}

    def parameter(self, name: str) -> str:
        """Return one of CASA's parameters, empty when unrestricted."""
        return self.to_casa().get(name, "")

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Selection:
        """Return the selection of CASA's parameters, as a person or `to_casa` wrote them.

        Parameters
        ----------
        parameters : mapping of str to str
            Values by CASA's names: antenna, spw, field, scan, intent, timerange, correlation.

        Raises
        ------
        SelectionError
            A parameter is unknown, its value is broken, or it depends on the data: a pattern, a frequency,
            a length of baselines, an incomplete date.
        """
        unknown = [name for name in parameters if name not in PARAMETERS]
        if unknown:
            raise SelectionError(f"data are not selected by {unknown[0]!r}", repair=f"use {', '.join(PARAMETERS)}")
        given = {name: str(parameters.get(name, "")).strip() for name in PARAMETERS}
        antennas, baselines = read_baselines(given["antenna"])
        spws, channels = _read_windows(given["spw"])
        return cls(
            antennas=antennas,
            baselines=baselines,
            spws=spws,
            channels=channels,
            fields=read_names(given["field"]),
            scans=tuple(int(number) for number in read_names(given["scan"], has_names=False)),
            intents=tuple(word.strip('"').strip("*") for word in split_outside_quotes(given["intent"], ",")),
            times=read_times(given["timerange"]),
            correlations=tuple(word.strip() for word in re.split("[,;]", given["correlation"]) if word.strip()),
        )


def _order(item: NameOrId) -> tuple[bool, int, str]:
    return (False, item, "") if isinstance(item, int) else (True, 0, item)


def _sorted(items: Iterable[NameOrId]) -> tuple[NameOrId, ...]:
    """Return ids and names in order and once, checked."""
    found = set(items)
    for item in found:
        if isinstance(item, str) and (not item.strip() or item != item.strip() or BEYOND_CASA.search(item)):
            raise SelectionError(f"CASA cannot select by the name {item!r}", repair="select by the id")
        if isinstance(item, int) and (isinstance(item, bool) or item < 0):
            raise SelectionError(f"{item!r} is not an id", repair="ids are whole numbers from 0")
    return tuple(sorted(found, key=_order))


def _joined(ranges: Iterable[ChannelRange]) -> tuple[ChannelRange, ...]:
    """Return channel ranges in order, those that overlap or touch as one."""
    joined: list[ChannelRange] = []
    for entry in sorted(ranges, key=lambda r: (_order(r.spw), r.first)):
        last = joined[-1] if joined else None
        if last is not None and last.spw == entry.spw and entry.first <= last.last + 1:
            joined[-1] = ChannelRange(entry.spw, last.first, max(last.last, entry.last))
        else:
            joined.append(entry)
    _sorted(entry.spw for entry in joined)
    return tuple(joined)


def _intent(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9_#]+", text):
        raise SelectionError(f"{text!r} is not an intent", repair="write CALIBRATE_PHASE or OBSERVE_TARGET#ON_SOURCE")
    return text


def _correlation(text: str) -> str:
    if text.upper() not in CORRELATIONS:
        raise SelectionError(f"{text!r} is not a correlation", repair=f"use {', '.join(CORRELATIONS[:4])}")
    return text.upper()


def _time_range(first: float, last: float) -> tuple[float, float]:
    if not (math.isfinite(first) and math.isfinite(last) and first <= last):
        raise SelectionError("a range of times ends before it begins", repair="give the earlier time first")
    return round(first, 3), round(last, 3)


def _windows_text(spws: Iterable[NameOrId]) -> str:
    return write_names(spws, always_quoted=True)


def _channel_texts(channels: Iterable[ChannelRange]) -> list[str]:
    """Return a text for each window with its channels, ``17:0~10;120~127``."""
    of_window: dict[NameOrId, list[str]] = {}
    for entry in channels:
        of_window.setdefault(entry.spw, []).append(entry.text)
    return [f"{_windows_text([spw])}:{';'.join(texts)}" for spw, texts in of_window.items()]


def _read_windows(text: str) -> tuple[tuple[NameOrId, ...], tuple[ChannelRange, ...]]:
    spws: list[NameOrId] = []
    channels: list[ChannelRange] = []
    for part in split_outside_quotes(text, ","):
        sides = split_outside_quotes(part, ":")
        n_colons = re.sub(r'"[^"]*"', "", part).count(":")
        if n_colons == 0:
            spws += read_names(part)
        elif n_colons == 1 and len(sides) == 2:
            channels += [ChannelRange(spw, *pair) for spw in read_names(sides[0]) for pair in _read_channels(sides[1])]
        else:
            raise SelectionError(f"{part!r} is not a window with channels", repair="write it as 17:0~10;120~127")
    whole = set(spws)
    return tuple(spws), tuple(entry for entry in channels if entry.spw not in whole)


def _read_channels(text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(";"):
        numbers = re.fullmatch(r"\s*(\d+)\s*(?:~\s*(\d+)\s*)?", part)
        if not numbers:
            raise SelectionError(
                f"{part!r} is not a range of channels", repair="write channels, not frequencies: 0~10;120~127"
            )
        found.append((int(numbers[1]), int(numbers[2] or numbers[1])))
    return found
