"""Which channels are free of lines: measured and written to cont.dat, or what a person made of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from almared.formats.contdat import NAME, WindowRanges, contdat_text, read_contdat
from almared.formats.ms.open_ms import OpenMs
from almared.heuristics.calibration.channels import channel_frequencies
from almared.heuristics.imaging.lines import (
    find_line_channels,
    find_noisy_channels,
    find_telluric_channels,
    line_free_ranges,
)
from almared.heuristics.thresholds.imaging import IMAGE_LEAST_CHANNELS, IMAGE_LEAST_LINE_FREE
from almared.heuristics.thresholds.lines import LINE_TELLURIC_MOST
from almared.measure.target_spectra import read_target_spectrum
from almared.model import SpectralWindow
from almared.model.targets import CalibratedMs
from almared.mous.places import StatePlace
from almared.physics.constants import GHZ
from almared.recipes.imaging.continuum import LineFree, Ranges
from almared.recipes.imaging.facts import TargetFacts

MOST_FIELDS = 30
"""Fields of a mosaic that are looked at one by one; more are taken evenly from all."""

HertzRanges = tuple[tuple[float, float], ...]
WIDE_SPAN = 0.5
"""Part of the window that line-free channels must span for a slope to be fitted; else a constant is."""

NOTES = (
    "Frequencies without lines of the source or strong lines of the atmosphere, LSRK.",
    "Edit them: what you change is taken as it is.",
    "ALL: a window without lines. NONE: no channel of the window is continuum.",
)


@dataclass(frozen=True, slots=True)
class ContinuumRanges:
    """What is free of lines.

    Parameters
    ----------
    line_free : tuple of LineFree
        Per source and window.
    source : str
        ``measured``, or ``cont.dat`` when a person wrote or edited it.
    sources : mapping
        What ``cont.dat`` says.
    warnings : tuple of str
        What to look at.
    """

    line_free: tuple[LineFree, ...]
    source: str
    sources: dict[str, tuple[WindowRanges, ...]]
    warnings: tuple[str, ...] = ()


def continuum_ranges(
    data: OpenMs, ms: CalibratedMs, *, facts: Sequence[TargetFacts], directory: Path
) -> ContinuumRanges:
    """Return the line-free channels: those of cont.dat when there is one, else measured ones.

    Raises
    ------
    InputError
        cont.dat cannot be read.
    MeasurementSetError
        The MS cannot be read.
    """
    path = directory / NAME
    given = read_contdat(path) if path.is_file() else None
    sources = (
        given if given is not None else {each.target.name: tuple(_measured(data, ms, facts=each)) for each in facts}
    )
    is_own = given is None or (_kept(directory).is_file() and _kept(directory).read_bytes() == path.read_bytes())
    line_free, warnings = [], []
    for each in facts:
        entries, found = _channels(ms, each, windows=sources.get(each.target.name, ()))
        line_free += entries
        warnings += found
    return ContinuumRanges(tuple(line_free), "measured" if is_own else NAME, dict(sources), tuple(warnings))


def write_ranges(ranges: ContinuumRanges, directory: Path) -> None:
    """Write cont.dat when there is none, and keep a copy by which edits are known."""
    path = directory / NAME
    if path.exists():
        return
    text = contdat_text(ranges.sources, notes=NOTES)
    _kept(directory).parent.mkdir(parents=True, exist_ok=True)
    _kept(directory).write_text(text, encoding="utf-8")
    path.write_text(text, encoding="utf-8")


def forget_ranges(directory: Path) -> None:
    """Remove a cont.dat that nobody edited: the data changed."""
    path, kept = directory / NAME, _kept(directory)
    if path.is_file() and kept.is_file() and kept.read_bytes() == path.read_bytes():
        path.unlink()


def _kept(directory: Path) -> Path:
    return StatePlace(directory).rendered(NAME)


def _measured(data: OpenMs, ms: CalibratedMs, *, facts: TargetFacts) -> Iterator[WindowRanges]:
    """Yield the line-free ranges of a source; windows of one setting share those that all of them have."""
    found: dict[int, WindowRanges] = {}
    for group in facts.groups:
        if group.band.n_channels < IMAGE_LEAST_CHANNELS.value:
            found |= {spw: WindowRanges(spw, is_all=True) for spw in group.spw_ids}
            continue
        shared: HertzRanges = ((0.0, math.inf),)
        for spw in group.spw_ids:
            ranges = measure_line_free(data, ms, field_ids=facts.target.field_ids, spw=spw)
            factor = float(np.mean(facts.factors[spw]))
            shared = overlaps(shared, [_edges(ms.windows[spw], channels, factor=factor) for channels in ranges])
        found |= {spw: WindowRanges(spw, shared) for spw in group.spw_ids}
    yield from (found[spw] for spw in sorted(found))


def overlaps(some: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]) -> HertzRanges:
    """Return what two sets of ranges have in common.

    Examples
    --------
    >>> overlaps([(1.0, 4.0), (6.0, 9.0)], [(3.0, 7.0)])
    ((3.0, 4.0), (6.0, 7.0))
    """
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple(sorted((low, high) for low, high in pairs if low < high))


def _edges(window: SpectralWindow, channels: tuple[int, int], *, factor: float) -> tuple[float, float]:
    ends = [(window.first_channel_hz + n * window.channel_step_hz) * factor for n in channels]
    half = window.channel_width_hz * factor / 2
    return min(ends) - half, max(ends) + half


def measure_line_free(data: OpenMs, ms: CalibratedMs, *, field_ids: Sequence[int], spw: int) -> Ranges:
    """Return the ranges of channels of a window in which no field has a line.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.
    """
    n_channels = ms.windows[spw].n_channels
    lines, good = np.zeros(n_channels, dtype=bool), np.zeros(n_channels, dtype=bool)
    column = "CORRECTED_DATA" if ms.datacolumn == "corrected" else "DATA"
    chosen = list(field_ids)[:: max(1, -(-len(field_ids) // MOST_FIELDS))]
    for field_id in chosen:
        spectrum = read_target_spectrum(data, field_id, spw=spw, column=column)
        if spectrum is None:
            continue
        good |= spectrum.is_good
        for values in (spectrum.amplitude, spectrum.real):
            lines |= find_line_channels(values, spectrum.is_good)
        lines |= find_noisy_channels(spectrum.noise, spectrum.is_good)
    telluric = find_telluric_channels(channel_frequencies(ms.windows[spw]))
    # A line as wide as the window is no feature in it, and without it there would be no continuum.
    is_narrow = telluric.mean() <= LINE_TELLURIC_MOST.value
    return line_free_ranges(lines | telluric if is_narrow else lines, good)


def _channels(
    ms: CalibratedMs, facts: TargetFacts, *, windows: Sequence[WindowRanges]
) -> tuple[list[LineFree], list[str]]:
    """Return the channels of the ranges of a source, and what to look at."""
    by_id = {window.spw_id: window for window in windows}
    found, warnings = [], []
    for spw, factor in facts.factors.items():
        window = ms.windows[spw]
        if spw not in by_id:
            warnings.append(f"cont.dat has no ranges of {facts.target.name} in window {spw}: all channels are taken")
        given = by_id.get(spw, WindowRanges(spw, is_all=True))
        ranges = channels_of(given, window, factors=factor)
        warnings += telluric_warnings(window, ranges, source=facts.target.name)
        share = sum(b - a + 1 for a, b in ranges) / window.n_channels
        if share < IMAGE_LEAST_LINE_FREE.value:
            warnings.append(f"{100 * share:.0f} % of window {spw} of {facts.target.name} are free of lines")
        order = int(bool(ranges) and ranges[-1][1] - ranges[0][0] >= WIDE_SPAN * window.n_channels)
        found.append(LineFree(facts.target.field_ids, spw, ranges, window.n_channels, order))
    if not any(entry.ranges for entry in found):
        warnings.append(f"no window of {facts.target.name} has channels without lines: its continuum image holds lines")
        return [], warnings
    return found, warnings


def telluric_warnings(window: SpectralWindow, ranges: Ranges, *, source: str) -> list[str]:
    """Return what to say of channels that count as continuum though they are in strong lines of the atmosphere."""
    frequency = channel_frequencies(window)
    telluric = find_telluric_channels(frequency)
    inside = [n for first, last in ranges for n in range(first, last + 1) if telluric[n]]
    if not inside:
        return []
    ghz = float(np.median(frequency[inside])) / GHZ
    what = f"{len(inside)} channels of window {window.id} of {source} count as continuum in a strong line of the air"
    return [f"{what} near {ghz:.2f} GHz: look at its spectrum, and edit cont.dat if it shows"]


def channels_of(given: WindowRanges, window: SpectralWindow, *, factors: tuple[float, float]) -> Ranges:
    """Return the channels that lie whole in the ranges at any time.

    Parameters
    ----------
    given : WindowRanges
        Ranges in LSRK.
    window : SpectralWindow
        The window.
    factors : tuple of float
        Smallest and largest frequency in LSRK over that of the window.
    """
    if given.is_all:
        return ((0, window.n_channels - 1),)
    found = []
    for low, high in given.ranges_hz:
        ends = [
            sorted((edge / factor - window.first_channel_hz) / window.channel_step_hz for edge in (low, high))
            for factor in factors
        ]
        # A tenth of a channel is left to rounding, and to the motion of the Earth while the lines were measured.
        first, last = (int(np.ceil(max(a for a, _ in ends) + 0.4)), int(np.floor(min(b for _, b in ends) - 0.4)))
        first, last = max(first, 0), min(last, window.n_channels - 1)
        if first <= last:
            found.append((first, last))
    return tuple(sorted(found))
