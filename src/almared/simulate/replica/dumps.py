"""Number of integrations of each processor, from the row count and mean intervals that listobs prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from almared.formats.listobs import ListedScan, ListedWindow
from almared.physics.correlator import TIMING_EVENT_S

TICK_S = 0.016
"""Square-law detectors integrate over this."""

FINE_S = 0.1
"""Below this, integrations are multiples of the short tick."""

SLACK = 3
RADIOMETER_SLACK = 0.1
"""Integrations, and share of the duration, by which a radiometer may differ from the correlator."""

MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Group:
    """Windows that are written into one binary file.

    Parameters
    ----------
    spw_ids : tuple of int
        Windows.
    processor : str
        ``CORRELATOR`` or ``RADIOMETER``.
    integration_s : float, s
        Length of one integration.
    rows_each : int
        Rows of the MS that one integration makes, over all windows.
    """

    spw_ids: tuple[int, ...]
    processor: str
    integration_s: float
    rows_each: int


def exact_interval_s(printed_s: float) -> float:
    """Return the exact integration behind a printed mean interval of three digits (s).

    Examples
    --------
    >>> exact_interval_s(6.05), exact_interval_s(1.15), exact_interval_s(0.016)
    (6.048, 1.152, 0.016)
    """
    for tick in (TIMING_EVENT_S, TICK_S) if printed_s < FINE_S else (TIMING_EVENT_S,):
        exact = round(round(printed_s / tick) * tick, 6)
        if exact > 0 and float(f"{exact:.3g}") == printed_s:
            return exact
    return printed_s


def group_windows(
    scan: ListedScan, windows: Sequence[ListedWindow], *, n_antennas: int, n_radiometers: int
) -> tuple[Group, ...]:
    """Return the binary files behind a line of the scan list: radiometers, averages, full resolution.

    Parameters
    ----------
    scan : ListedScan
        The line.
    windows : sequence of ListedWindow
        All windows, in order of id.
    n_antennas, n_radiometers : int
        Antennas of the array, and those of them with a water-vapour radiometer.
    """
    intervals = dict(zip(scan.spw_ids, scan.intervals_s, strict=True))
    members: dict[tuple[str, str, float], list[int]] = {}
    for spw_id in sorted(scan.spw_ids):
        kind, processor = kind_of(windows[spw_id])
        members.setdefault((kind, processor, exact_interval_s(intervals[spw_id])), []).append(spw_id)
    rows = {"wvr": n_radiometers, "square law": n_antennas}
    pairs = n_antennas * (n_antennas + 1) // 2
    return tuple(
        Group(tuple(ids), processor, interval, len(ids) * rows.get(kind, pairs))
        for (kind, processor, interval), ids in members.items()
    )


def kind_of(window: ListedWindow) -> tuple[str, str]:
    """Return the kind of a window from its name, and its processor."""
    if window.name.startswith("WVR"):
        return "wvr", "RADIOMETER"
    if "SQLD" in window.name:
        return "square law", "RADIOMETER"
    return ("average" if "CH_AVG" in window.name else "full"), "CORRELATOR"


def count_integrations(groups: Sequence[Group], *, n_rows: int, longest_s: float | None) -> tuple[int, ...]:
    """Return the number of integrations of each group, consistent with the rows.

    Parameters
    ----------
    groups : sequence of Group
        The binary files of the line.
    n_rows : int
        Their total number of rows.
    longest_s : float or None, s
        The printed time from begin to end, which gaps between subscans may leave unfilled; None where several
        fields share it.

    Returns
    -------
    tuple of int
        One number for each group. Where there are exact solutions, the one in which all groups ran the same
        time, and the longest of those.
    """
    lead = max(groups, key=lambda g: (g.processor == "CORRELATOR", g.integration_s))
    mean_s = n_rows / sum(group.rows_each / group.integration_s for group in groups)
    most_s = min(longest_s, 1.5 * mean_s) if longest_s is not None else 1.5 * mean_s
    candidates = range(1, max(1, round(most_s / lead.integration_s)) + 2)
    fits = [
        counts
        for n in candidates
        if abs(n * lead.integration_s - mean_s) <= 0.5 * mean_s + lead.integration_s
        for counts in _fitting(groups, n_rows, seconds=n * lead.integration_s)
    ]
    best = min(fits, key=lambda counts: _misfit(groups, counts, seconds=mean_s), default=None)
    return best or tuple(max(1, round(mean_s / group.integration_s)) for group in groups)


def _fitting(groups: Sequence[Group], n_rows: int, *, seconds: float) -> Iterator[tuple[int, ...]]:
    """Yield the counts near a duration that add up; the count of the fastest radiometer follows by division."""
    last = min(range(len(groups)), key=lambda n: (groups[n].processor == "CORRELATOR", groups[n].integration_s))
    ranges = [range(1) if n == last else _near(group, seconds) for n, group in enumerate(groups)]
    if prod(len(r) for r in ranges) > MOST_COMBINATIONS:
        return
    for counts in product(*ranges):
        rest = n_rows - sum(g.rows_each * n for g, n in zip(groups, counts, strict=True))
        count, left = divmod(rest, groups[last].rows_each)
        if not left and abs(count * groups[last].integration_s - seconds) <= _slack_s(groups[last], seconds):
            yield (*counts[:last], count, *counts[last + 1 :])


def _near(group: Group, seconds: float) -> range:
    """Averages and full resolution begin and end together; radiometers run on their own."""
    guess = round(seconds / group.integration_s)
    slack = 0 if group.processor == "CORRELATOR" else round(_slack_s(group, seconds) / group.integration_s)
    return range(max(1, guess - slack), guess + slack + 1)


def _slack_s(group: Group, seconds: float) -> float:
    return SLACK * group.integration_s + RADIOMETER_SLACK * seconds


def _misfit(groups: Sequence[Group], counts: Sequence[int], *, seconds: float) -> float:
    """Distance of the durations from the one given by the rows, in seconds."""
    return sum(abs(n * g.integration_s - seconds) for g, n in zip(groups, counts, strict=True))
