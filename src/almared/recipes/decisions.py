"""All that is decided before the steps are written."""

from __future__ import annotations

from dataclasses import dataclass

from almared.model import Choice
from almared.plan import Call, NamedChoice
from almared.recipes.bandpass import BandpassTable
from almared.recipes.final import ApplyGroup


@dataclass(frozen=True, slots=True)
class SourceTsys:
    """From which field a source gets its system temperatures.

    Parameters
    ----------
    field_ids : tuple of int
        Fields of the source.
    name : str
        Its name.
    spws : tuple of int
        Windows to calibrate.
    gain_fields : Choice of tuple of int
        Fields with Tsys; empty when there is none that would do.
    """

    field_ids: tuple[int, ...]
    name: str
    spws: tuple[int, ...]
    gain_fields: Choice[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class WvrDecision:
    """Arguments of wvrgcal.

    Parameters
    ----------
    wvr_spws, spws : tuple of int
        Radiometer windows, and windows to make solutions for.
    toffset, smooth, tie, statsource : Choice
        As wvrgcal takes them; empty for none.
    """

    wvr_spws: tuple[int, ...]
    spws: Choice[tuple[int, ...]]
    toffset: Choice[float]
    smooth: Choice[str]
    tie: Choice[tuple[str, ...]]
    statsource: Choice[str]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Values of the plain calibration.

    Parameters
    ----------
    refant : Choice of str
        Reference antenna.
    split_spws : Choice of tuple of int
        Windows of the split MS.
    wvr : WvrDecision
        Step 4.
    tsys_edges : Choice of str
        Step 5, channels to flag in the table.
    tsys_spwmap : Choice of tuple of int
        Step 7.
    tsys_sources : tuple of SourceTsys
        Step 7, in the order of the source ids.
    edge_channels : Choice of str
        Step 10.
    planet_lines : tuple of (int, str, str)
        Step 10, see `flag_initially`.
    models : tuple of Call
        Step 11.
    bandpass_field : Choice of int
        Step 13.
    bandpass_scans : tuple of int
        Step 13.
    phase_channels : Choice of str
        Step 13, channels of the phases before the bandpass.
    bandpass_tables : tuple of BandpassTable
        Step 13; the last one is used downstream.
    gain_field_ids : Choice of tuple of int
        Step 15.
    amplitude_gaintype : Choice of str
        Step 15.
    flux_reference : Choice of int or None
        Step 15.
    apply_groups : tuple of ApplyGroup
        Step 17.
    flux_diameter_rad : float, rad
        Apparent diameter of the flux calibrator, 0 for a point.
    others : tuple of NamedChoice
        Choices that are told, without an argument of their own.
    """

    refant: Choice[str]
    split_spws: Choice[tuple[int, ...]]
    wvr: WvrDecision
    tsys_edges: Choice[str]
    tsys_spwmap: Choice[tuple[int, ...]]
    tsys_sources: tuple[SourceTsys, ...]
    edge_channels: Choice[str]
    planet_lines: tuple[tuple[int, str, str], ...]
    models: tuple[Call, ...]
    bandpass_field: Choice[int]
    bandpass_scans: tuple[int, ...]
    phase_channels: Choice[str]
    bandpass_tables: tuple[BandpassTable, ...]
    gain_field_ids: Choice[tuple[int, ...]]
    amplitude_gaintype: Choice[str]
    flux_reference: Choice[int] | None
    apply_groups: tuple[ApplyGroup, ...]
    flux_diameter_rad: float = 0.0
    others: tuple[NamedChoice, ...] = ()
