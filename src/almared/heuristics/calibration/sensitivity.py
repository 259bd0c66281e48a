"""Signal-to-noise ratios of solutions, predicted before solving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from almared.heuristics.calibration.calibrators import calibrating_scans
from almared.heuristics.calibration.flux import FluxModel, source_power_law
from almared.heuristics.calibration.tsys import choose_tsys_spwmap
from almared.model import ExecutionBlock, Scan, SpectralWindow
from almared.physics.bands import nominal_tsys_k
from almared.physics.constants import BOLTZMANN_JY_M2_K, LIGHT_M_S

CORRELATOR_EFFICIENCY = 0.85
"""Quantisation and correlator (ALMA Technical Handbook, sensitivity chapter)."""

LONG_WAVE_EFFICIENCY = 0.72
SURFACE_RMS_M = {12.0: 25e-6, 7.0: 20e-6}
"""Aperture efficiency at long waves and surface errors by diameter (ALMA Technical Handbook, sensitivity chapter)."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The data behind one solution.

    Parameters
    ----------
    spw_id : int
        Window.
    seconds : float, s
        Time on the calibrator in it.
    width_hz : float, Hz
        Frequency width in it.
    flux_jy : float, Jy
        Flux density of the calibrator.
    """

    spw_id: int
    seconds: float
    width_hz: float
    flux_jy: float


def predict_snr(eb: ExecutionBlock, solution: Solution) -> float:
    """Return the signal-to-noise ratio of a gain of one antenna and polarisation.

    References
    ----------
    The radiometer equation for one baseline and polarisation, sigma = 2 k Tsys / (eta_c eta_a A sqrt(2 dnu t)), and an
    antenna's gain from N - 1 baselines, sigma / (S sqrt(N - 2)) (Thompson, Moran & Swenson, ch. 10; as gaincalSNR,
    domain A.12).
    """
    diameter = float(np.mean([a.diameter_m for a in eb.antennas]))
    area = np.pi / 4 * diameter**2 * aperture_efficiency(diameter, eb.spws[solution.spw_id].mean_frequency_hz)
    tsys = median_tsys_k(eb, solution.spw_id)
    per_kelvin = 2 * BOLTZMANN_JY_M2_K / (CORRELATOR_EFFICIENCY * area)
    samples = 2 * solution.width_hz * solution.seconds
    sigma = per_kelvin * tsys / np.sqrt(max(samples, 1e-9))
    return float(solution.flux_jy / sigma * np.sqrt(max(len(eb.antennas) - 2, 1)))


def aperture_efficiency(diameter_m: float, frequency_hz: float) -> float:
    """Return the aperture efficiency of a dish.

    References
    ----------
    ALMA Technical Handbook, sensitivity chapter: Ruze's formula with the specified surfaces gives 0.71 in Band 3, 0.63
    in Band 7 and 0.31 in Band 10 for 12 m.
    """
    surface = SURFACE_RMS_M[min(SURFACE_RMS_M, key=lambda known: abs(known - diameter_m))]
    return float(LONG_WAVE_EFFICIENCY * np.exp(-((4 * np.pi * surface * frequency_hz / LIGHT_M_S) ** 2)))


def noise_bandwidth_hz(window: SpectralWindow, n_channels: int) -> float:
    """Return the bandwidth (Hz) that sets the noise of the mean of neighbouring channels.

    References
    ----------
    domain.md C.3: a Hanning-smoothed channel has the noise of 2.667 channels (its effective bandwidth), but neighbours
    are not independent, so each further channel adds no more than its width.
    """
    return max(window.effective_bandwidth_hz, window.channel_width_hz) + (n_channels - 1) * window.channel_width_hz


def median_tsys_k(eb: ExecutionBlock, spw_id: int) -> float:
    """Return the median system temperature (K) for a window, or a nominal one if none is recorded."""
    tsys_map = choose_tsys_spwmap(eb, (spw_id,)).value.spwmap
    serving = tsys_map[spw_id] if spw_id < len(tsys_map) else spw_id
    values = [v for row in eb.tsys if row.spw_id == serving for v in row.median_tsys_k if v > 0]
    if values:
        return float(np.median(values))
    return nominal_tsys_k(eb.spws[spw_id].mean_frequency_hz)


def seconds_on(scans: Sequence[Scan], field_id: int, *, spw_id: int) -> float:
    """Return the time (s) on a field in a window."""
    return sum(
        block.n_integrations * block.integration_s
        for scan in scans
        for sub in scan.subscans
        if sub.field_id == field_id
        for block in sub.blocks
        if spw_id in block.spw_ids
    )


def integration_s(eb: ExecutionBlock, field_id: int, *, spw_ids: Iterable[int]) -> float:
    """Return the shortest integration (s) of a calibrator in some windows, 0 when it has no data in them."""
    wanted = set(spw_ids)
    lengths = (
        block.integration_s
        for scan in calibrating_scans(eb, field_id)
        for sub in scan.subscans
        for block in sub.blocks
        if wanted & set(block.spw_ids)
    )
    return min(lengths, default=0.0)


def known_flux_jy(eb: ExecutionBlock, field_id: int, *, spw_id: int, model: FluxModel | None = None) -> float | None:
    """Return the flux density (Jy) of a calibrator in a window, from its model or the Source table; None if unknown."""
    frequency = eb.spws[spw_id].mean_frequency_hz
    if model is not None and model.field_id == field_id:
        return model.at(frequency, eb.start_mjd_s)
    law = source_power_law(eb, field_id)
    return law.at(frequency) if law else None


def predict_gain_snr(
    eb: ExecutionBlock, field_ids: Sequence[int], *, spw_ids: Sequence[int], model: FluxModel | None = None
) -> dict[int, float]:
    """Return per field the lowest predicted SNR of a gain per scan and polarisation over the windows.

    Calibrators of unknown flux are left out.
    """
    found = {}
    for field_id in field_ids:
        ratios = []
        for spw_id in spw_ids:
            flux = known_flux_jy(eb, field_id, spw_id=spw_id, model=model)
            scans = [s for s in calibrating_scans(eb, field_id) if spw_id in s.spw_ids]
            if flux is None or not scans:
                continue
            seconds = min(seconds_on([scan], field_id, spw_id=spw_id) for scan in scans)
            width = eb.spws[spw_id].bandwidth_hz
            ratios.append(predict_snr(eb, Solution(spw_id, seconds, width, flux)))
        if ratios:
            found[field_id] = min(ratios)
    return found


def predict_integration_snr(
    eb: ExecutionBlock, field_id: int, *, spw_ids: Sequence[int], model: FluxModel | None = None
) -> dict[int, float]:
    """Return per window the predicted SNR of a gain per integration and polarisation from all channels.

    Windows in which the calibrator has no data or no known flux are left out.
    """
    found = {}
    for spw_id in spw_ids:
        flux = known_flux_jy(eb, field_id, spw_id=spw_id, model=model)
        seconds = integration_s(eb, field_id, spw_ids=(spw_id,))
        if flux is not None and seconds > 0:
            found[spw_id] = predict_snr(eb, Solution(spw_id, seconds, eb.spws[spw_id].bandwidth_hz, flux))
    return found
