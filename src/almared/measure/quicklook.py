"""Which quick images of an execution block are made, and what they should show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.heuristics.calibration.calibrators import fields_of_source
from almared.heuristics.calibration.sensitivity import known_flux_jy, median_tsys_k, seconds_on
from almared.heuristics.thresholds.channels import TDM_EDGE_FRACTION
from almared.heuristics.thresholds.report import ANTENNA_FLAGGED, QUICK_THRESHOLD
from almared.measure.averages import Averages
from almared.measure.expected import (
    Sensitivity,
    choose_cell_arcsec,
    choose_image_size,
    combined_rms,
    expected_rms_jy,
    weighted_rms_jy,
)
from almared.measure.point_sources import PointSource, SensitivityFacts
from almared.measure.quickimage import QuickImage, QuickRequest
from almared.measure.visibilities import coherent_amplitude
from almared.model import ExecutionBlock, Intent, SpectralWindow, SpwRole
from almared.physics.beams import primary_beam_arcsec
from almared.physics.directions import separation_rad

LEAST_CHANNELS, MOST_CHANNELS = 4, 32
"""Channels per window that a quick image is made of (domain C.3: FDM channels are averaged by nchan / 32)."""

SMEARING_BEAMS = 0.1
"""Smearing by bandwidth, in beams, that is allowed at the half-power radius of the primary beam."""

CELLS_PER_BEAM = 4.0
POINT_MASK_BEAMS = 5.0
"""Radius around a point source inside which is cleaned."""


def choose_quick_target(eb: ExecutionBlock) -> int:
    """Return the field of which a quick image is made: of the first target, the pointing nearest to its middle.

    Raises
    ------
    InputError
        No target was observed.
    """
    fields = [eb.fields[i] for i in eb.field_ids_with(Intent.TARGET)]
    if not fields:
        raise InputError("no target was observed", where=eb.name)
    first = min(fields, key=lambda f: (f.source_id, f.id))
    mine = [f for f in fields_of_source(eb, first.id) if f in fields]
    middle = np.mean([f.direction_rad for f in mine], axis=0)
    centre = (float(middle[0]), float(middle[1]))
    return min(mine, key=lambda f: (round(separation_rad(f.direction_rad, centre), 9), f.id)).id


def pointing_text(eb: ExecutionBlock, field_id: int) -> str:
    """Return what the caption says where an image shows one of several pointings; empty for a single one."""
    targets = set(eb.field_ids_with(Intent.TARGET))
    n_pointings = len([f for f in fields_of_source(eb, field_id) if f.id in targets])
    if n_pointings < 2:
        return ""
    return (
        f". One of {n_pointings} pointings, field {field_id}, the nearest to their middle; sources elsewhere are not "
        "shown: the whole mosaic is made by `almared image`"
    )


def choose_quick_windows(eb: ExecutionBlock) -> tuple[SpectralWindow, ...]:
    """Return the windows of quick images: all when one is TDM, otherwise the first only (domain C.3)."""
    windows = eb.spws_with_role(SpwRole.SCIENCE)
    return windows if any(w.is_tdm for w in windows) else windows[:1]


def choose_quick_width(window: SpectralWindow, *, cell_arcsec: float, beam_arcsec: float) -> int:
    """Return how many channels are averaged for a quick image.

    Parameters
    ----------
    window : SpectralWindow
        The window.
    cell_arcsec, beam_arcsec : float, arcsec
        Cell of the image and primary beam.

    References
    ----------
    domain.md C.3 averages FDM channels to 32; compact arrays allow more before a source at the half-power radius is
    smeared by a tenth of a beam.
    """
    radius_beams = beam_arcsec / 2 / (CELLS_PER_BEAM * cell_arcsec)
    needed = window.bandwidth_hz / window.mean_frequency_hz * radius_beams / SMEARING_BEAMS
    n_bins = int(np.clip(np.ceil(needed), LEAST_CHANNELS, MOST_CHANNELS))
    return max(1, window.n_channels // n_bins)


def antennas_with_data(eb: ExecutionBlock, averages: Sequence[Averages]) -> tuple[int, ...]:
    """Return the antennas that are not flagged for the most part in the averages of a calibrator.

    References
    ----------
    domain.md C.1: flagged above 75 per cent does not count.
    """
    total, good = np.zeros(len(eb.antennas)), np.zeros(len(eb.antennas))
    for one in averages:
        seen = np.isfinite(one.uv_m[..., 0])[..., np.newaxis] & np.ones_like(one.weight, dtype=bool)
        for ends in (one.antenna1, one.antenna2):
            np.add.at(total, ends, seen.sum(axis=(0, 2)))
            np.add.at(good, ends, ((one.weight > 0) & seen).sum(axis=(0, 2)))
    enough = good > (1 - ANTENNA_FLAGGED.value) * np.maximum(total, 1)
    return tuple(int(n) for n in np.flatnonzero(enough & (total > 0)))


@dataclass(frozen=True, slots=True)
class QuickSetup:
    """What all quick images of an execution block share.

    Parameters
    ----------
    widths : mapping of int to int
        Windows, and how many channels are averaged.
    antenna_ids : tuple of int
        Antennas with data.
    longest_m, frequency_hz, diameter_m, cell_arcsec, beam_arcsec, size : float, int
        Longest baseline (m), mean frequency (Hz), dish (m), cell and primary beam (arcsec), size (pixels).
    """

    widths: Mapping[int, int]
    antenna_ids: tuple[int, ...]
    longest_m: float
    frequency_hz: float
    diameter_m: float
    cell_arcsec: float
    beam_arcsec: float
    size: int


def choose_quick_setup(eb: ExecutionBlock, averages: Sequence[Averages]) -> QuickSetup:
    """Return cell, size and windows of the quick images.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    averages : sequence of Averages
        Of a calibrator; they show which antennas have data.

    Raises
    ------
    InputError
        Fewer than two antennas have data.
    """
    antenna_ids = antennas_with_data(eb, averages)
    if len(antenna_ids) < 2:
        raise InputError("fewer than two antennas have data that are not flagged", where=eb.name)
    places = np.array([eb.antennas[n].position_m for n in antenna_ids])
    longest = float(np.linalg.norm(places[:, np.newaxis] - places, axis=-1).max())
    windows = choose_quick_windows(eb)
    frequency = float(np.mean([w.mean_frequency_hz for w in windows]))
    diameter = float(np.median([eb.antennas[n].diameter_m for n in antenna_ids]))
    cell = choose_cell_arcsec(longest, frequency)
    beam = primary_beam_arcsec(frequency, diameter)
    widths = {w.id: choose_quick_width(w, cell_arcsec=cell, beam_arcsec=beam) for w in windows}
    return QuickSetup(widths, antenna_ids, longest, frequency, diameter, cell, beam, choose_image_size(cell, beam))


def expected_field_rms_jy(eb: ExecutionBlock, field_id: int, *, setup: QuickSetup) -> float:
    """Return the rms (Jy/beam) that the image of a field should have (domain C.3)."""
    return combined_rms(
        expected_rms_jy(_sensitivity(eb, field_id, window=eb.spws[i], setup=setup)) for i in setup.widths
    )


def _sensitivity(eb: ExecutionBlock, field_id: int, *, window: SpectralWindow, setup: QuickSetup) -> Sensitivity:
    return Sensitivity(
        frequency_hz=window.mean_frequency_hz,
        bandwidth_hz=_usable_bandwidth_hz(window),
        tsys_k=median_tsys_k(eb, window.id),
        seconds=max(_seconds(eb, field_id, spw_id=window.id), 1e-3),
        n_antennas=len(setup.antenna_ids),
        diameter_m=setup.diameter_m,
        n_polarizations=len([name for name in window.correlations if name in ("XX", "YY")]),
    )


def _usable_bandwidth_hz(window: SpectralWindow) -> float:
    """Return the bandwidth without the edges that are flagged in TDM windows (domain A.8 step 10)."""
    return window.bandwidth_hz * (1 - 2 * TDM_EDGE_FRACTION.value if window.is_tdm else 1.0)


def _seconds(eb: ExecutionBlock, field_id: int, *, spw_id: int) -> float:
    observing = [s for s in eb.scans if not s.has(Intent.ATMOSPHERE, Intent.POINTING, Intent.SIDEBAND_RATIO)]
    return seconds_on(observing, field_id, spw_id=spw_id)


def quick_request(ms: Path, name: str, *, eb: ExecutionBlock, field_id: int, setup: QuickSetup) -> QuickRequest:
    """Return the request for the quick image of a field."""
    return QuickRequest(
        ms=ms,
        name=name,
        field_id=field_id,
        widths=setup.widths,
        cell_arcsec=setup.cell_arcsec,
        size=setup.size,
        threshold_jy=QUICK_THRESHOLD.value * expected_field_rms_jy(eb, field_id, setup=setup),
    )


def sensitivity_facts(eb: ExecutionBlock, quick: QuickImage, *, setup: QuickSetup) -> SensitivityFacts:
    """Return what the quick image of a target is compared with."""
    field_id = quick.request.field_id
    windows = [eb.spws[i] for i in setup.widths]
    return SensitivityFacts(
        target=eb.fields[field_id].name,
        longest_m=setup.longest_m,
        frequency_hz=setup.frequency_hz,
        bandwidth_hz=sum(_usable_bandwidth_hz(w) for w in windows),
        cell_arcsec=setup.cell_arcsec,
        beam_arcsec=setup.beam_arcsec,
        size=setup.size,
        seconds=max(_seconds(eb, field_id, spw_id=w.id) for w in windows),
        n_antennas=len(setup.antenna_ids),
        tsys_k=float(np.median([median_tsys_k(eb, w.id) for w in windows])),
        expected_jy=expected_field_rms_jy(eb, field_id, setup=setup),
        weights_jy=weighted_rms_jy(
            quick.weights_jy,
            channel_width_hz=windows[0].channel_width_hz,
            effective_bandwidth_hz=windows[0].effective_bandwidth_hz,
        ),
    )


def point_source(eb: ExecutionBlock, quick: QuickImage, *, role: str, averages: Sequence[Averages]) -> PointSource:
    """Return the measurements of a point source from its image and averages.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    quick : QuickImage
        Its image.
    role : str
        What it was observed for.
    averages : sequence of Averages
        Of its field; windows that are not in the image are left out.
    """
    field_id = quick.request.field_id
    mine = [one for one in averages if one.field_id == field_id and one.spw_id in quick.request.widths]
    weights = np.array([float(one.weight.sum()) for one in mine])
    amplitudes = np.array([coherent_amplitude(one.power, one.noise) for one in mine])
    known = [known_flux_jy(eb, field_id, spw_id=one.spw_id) for one in mine]
    return PointSource(
        name=eb.fields[field_id].name,
        role=role,
        quick=quick,
        coherent_jy=_weighted(amplitudes, weights),
        known_jy=_weighted(np.array([float("nan") if flux is None else flux for flux in known]), weights),
    )


def _weighted(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the weighted mean of the finite values, NaN where there is none."""
    good = np.isfinite(values) & (weights > 0)
    return float(np.average(values[good], weights=weights[good])) if good.any() else float("nan")
