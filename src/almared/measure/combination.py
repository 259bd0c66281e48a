"""What the checks of the combination look at: the fluxes that are to be made equal, and what calibrated.ms came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from almared.heuristics.combination.equalise import EqualFlux, OwnFlux


@dataclass(frozen=True, slots=True)
class FluxesToCombine:
    """Several execution blocks before their fluxes are made equal.

    Parameters
    ----------
    times_mjd_s : mapping of str to float, s
        Middle of each execution, MJD seconds UTC, by calibrated MS.
    fluxes : tuple of EqualFlux
        Means of the phase calibrators, with what each execution block measured.
    own : tuple of OwnFlux
        What each execution block measured.
    frequencies_hz : mapping of str to mapping of int to float, Hz
        Mean frequency of each science window, by MS and window.
    few_days : float, d, optional
        How far apart executions may be; None for the usual.
    """

    times_mjd_s: Mapping[str, float] = field(default_factory=dict)
    fluxes: tuple[EqualFlux, ...] = ()
    own: tuple[OwnFlux, ...] = ()
    frequencies_hz: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    few_days: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and how many were expected."""

    found: int
    expected: int


@dataclass(frozen=True, slots=True)
class SpwGroup:
    """Science windows that are one setting at different dates.

    Parameters
    ----------
    spw_ids : tuple of int
        The windows.
    frequencies_hz : tuple of float, Hz
        Mean frequency of each.
    n_channels : int
        Channels of each.
    """

    spw_ids: tuple[int, ...]
    frequencies_hz: tuple[float, ...]
    n_channels: int


@dataclass(frozen=True, slots=True)
class AppliedScale:
    """The scale of a calibrator in one window of one execution block.

    Parameters
    ----------
    ms : str
        Calibrated MS.
    source : str
        The calibrator.
    spw : int
        The window.
    table : float, optional
        Its own flux over the flux used, by the table of fluxes; None when it was not measured.
    found : float, optional
        The same from the solutions; None without any.
    without_solution : tuple of str
        Antennas without a solution.
    """

    ms: str
    source: str
    spw: int
    table: float | None
    found: float | None
    without_solution: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CombinedMs:
    """What the concatenated MS holds.

    Parameters
    ----------
    name : str
        The MS.
    fields, windows : Count
        Of its subtables.
    groups : tuple of SpwGroup
        Its science windows, those of one setting together.
    applied : tuple of AppliedScale
        Scales that were applied; empty when none were.
    """

    name: str
    fields: Count
    windows: Count
    groups: tuple[SpwGroup, ...] = ()
    applied: tuple[AppliedScale, ...] = ()
