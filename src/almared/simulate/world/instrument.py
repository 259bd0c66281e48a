"""The receivers, antennas and correlator inputs with their true properties: gains, bandpasses, delays, receiver noise.

All of it is antenna based. The visibility of antennas i and j is the source's times ``g_i b_i conj(g_j b_j)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.model import SpectralWindow
from almared.physics.constants import BOLTZMANN_J_K, JANSKY_W_M2_HZ
from almared.simulate.scenario.models import FaultPart, InstrumentPart, Scenario
from almared.simulate.scenario.spectrum import channel_frequencies
from almared.simulate.world.array import TrueArray
from almared.simulate.world.seeds import generator

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

N_TERMS = 2
LONGEST_OVER_SHORTEST = 3.0
EDGE_WIDTH = 0.015
"""Scale of the loss at a window's edges, as a fraction of its width."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """True properties of all antennas.

    Parameters
    ----------
    part : InstrumentPart
        The scenario's numbers.
    antenna_names : tuple of str
        In order of id.
    start_mjd_s : float, s
        Begin of the observation; drifts count from it.
    kelvin_per_jansky : ndarray of float, K/Jy, shape (antenna_name,)
        Of the dish, before the gain amplitudes.
    amplitude, phase_rad : ndarray of float, shape (antenna_name, receptor)
        Voltage gain and its phase at the start.
    amplitude_drift, phase_drift : ndarray of float, shape (antenna_name, receptor, term, 3)
        Sinusoids: size (fraction or rad), period (s), phase (rad).
    delay_s : ndarray of float, s, shape (antenna_name, baseband, receptor)
        Residual delays.
    ripple : ndarray of float, shape (antenna_name, baseband, receptor, term, 3)
        Amplitude sinusoids over frequency: size, period (Hz), phase (rad).
    curvature_rad : ndarray of float, rad, shape (antenna_name, baseband, receptor, 2)
        Quadratic and cubic phase at 1 GHz from the baseband's centre.
    trx_k : ndarray of float, K, shape (antenna_name, baseband, receptor)
        Receiver temperature at the baseband's centre.
    faults : tuple of FaultPart
        Faults put in on purpose.
    """

    part: InstrumentPart
    antenna_names: tuple[str, ...]
    start_mjd_s: float
    kelvin_per_jansky: FloatArray
    amplitude: FloatArray
    phase_rad: FloatArray
    amplitude_drift: FloatArray
    phase_drift: FloatArray
    delay_s: FloatArray
    ripple: FloatArray
    curvature_rad: FloatArray
    trx_k: FloatArray
    faults: tuple[FaultPart, ...] = ()

    def gains(self, mjd_s: FloatArray) -> ComplexArray:
        """Return the voltage gains without the dish's K/Jy, shape (time, antenna_name, receptor)."""
        since = np.asarray(mjd_s, dtype=float) - self.start_mjd_s
        amplitude = self.amplitude * (1.0 + _sinusoids(self.amplitude_drift, since))
        phase = self.phase_rad + _sinusoids(self.phase_drift, since)
        gains: ComplexArray = np.asarray(amplitude * np.exp(1j * phase))
        for fault in self.faults:
            self._apply(fault, gains, since=since)
        return gains

    def bandpass(self, spw: SpectralWindow) -> ComplexArray:
        """Return the true bandpass of a window with its residual delay, shape (antenna_name, frequency, receptor)."""
        offset = channel_frequencies(spw) - spw.mean_frequency_hz
        number = spw.baseband - 1
        ripple = 1.0 + _sinusoids(self.ripple[:, number], offset)
        amplitude = np.moveaxis(ripple, 0, 1) * self._edges(spw.n_channels)[None, :, None]
        return np.asarray(amplitude * np.exp(1j * self._bandpass_phase(number, offset)))

    def receiver_temperature(self, spw: SpectralWindow) -> FloatArray:
        """Return the receiver temperature over a window (K), shape (antenna_name, frequency, receptor)."""
        offset = (channel_frequencies(spw) - spw.mean_frequency_hz) / 1e9
        slope = 1.0 + 0.03 * offset + 0.02 * np.cos(3.0 * offset)
        return np.asarray(self.trx_k[:, spw.baseband - 1, None, :] * slope[None, :, None])

    def _edges(self, n_channels: int) -> FloatArray:
        place = (np.arange(n_channels) + 0.5) / n_channels
        distance = np.minimum(place, 1.0 - place)
        return np.asarray(1.0 - self.part.edge * np.exp(-distance / EDGE_WIDTH))

    def _bandpass_phase(self, number: int, offset_hz: FloatArray) -> FloatArray:
        x = offset_hz / 1e9
        basis = np.stack((x**2, x**3))
        curve = np.einsum("arn,nc->acr", self.curvature_rad[:, number], basis)
        slope = 2.0 * np.pi * self.delay_s[:, number, None, :] * offset_hz[None, :, None]
        return np.asarray(curve + slope)

    def _apply(self, fault: FaultPart, gains: ComplexArray, *, since: FloatArray) -> None:
        if fault.antenna not in self.antenna_names:
            return
        antenna = self.antenna_names.index(fault.antenna)
        receptors = [0, 1] if fault.polarization == "XY" else ["XY".index(fault.polarization)]
        hit = np.flatnonzero((since >= fault.after) & (since < fault.until))
        factor = {"dead": 0.0, "low_gain": fault.factor, "phase_jump": np.exp(1j * fault.angle)}.get(fault.kind)
        if factor is not None:
            for receptor in receptors:
                gains[hit, antenna, receptor] *= factor


def make_instrument(scenario: Scenario, array: TrueArray, *, start_mjd_s: float, seed: int) -> Instrument:
    """Return the antennas' true properties, drawn per antenna so that adding one changes no other."""
    part = scenario.instrument
    names = tuple(antenna.name for antenna in array.antennas)
    n_basebands = len(scenario.spectral.baseband)
    draws = [_draw(part, generator(seed, "instrument", name), n_basebands=n_basebands) for name in names]
    stacked = {key: np.array([draw[key] for draw in draws]) for key in draws[0]}
    area = 0.25 * np.pi * array.diameters_m**2
    return Instrument(
        part=part,
        antenna_names=names,
        start_mjd_s=start_mjd_s,
        kelvin_per_jansky=part.aperture_efficiency * area * JANSKY_W_M2_HZ / (2.0 * BOLTZMANN_J_K),
        faults=scenario.fault,
        **stacked,
    )


def _draw(part: InstrumentPart, rng: np.random.Generator, *, n_basebands: int) -> dict[str, FloatArray]:
    """Return the random properties of one antenna."""
    common = 1.0 + part.gain_scatter * _bounded(rng, ())
    y_over_x = np.array([1.0, 1.0 + part.xy_amplitude * _bounded(rng, ())])
    phase = rng.uniform(-np.pi, np.pi) + np.array([0.0, part.xy_phase * _bounded(rng, ())])
    shape = (n_basebands, 2)
    return {
        "amplitude": common * y_over_x,
        "phase_rad": phase,
        "amplitude_drift": _drift(rng, part.gain_drift, shortest_s=part.drift_time),
        "phase_drift": _drift(rng, part.phase_drift, shortest_s=part.drift_time),
        "delay_s": part.delay * _bounded(rng, shape),
        "ripple": _ripples(rng, part.ripple, shape=shape),
        "curvature_rad": part.bandpass_phase * _bounded(rng, (*shape, 2)),
        "trx_k": part.trx * (1.0 + part.trx_scatter * _bounded(rng, shape)),
    }


def _drift(rng: np.random.Generator, size: float, *, shortest_s: float) -> FloatArray:
    """Return sinusoids that are nearly the same in both receptors, zero at the start left to the constant part."""
    terms = np.empty((2, N_TERMS, 3))
    terms[..., 0] = size * _bounded(rng, (N_TERMS,)) * (1.0 + 0.1 * _bounded(rng, (2, N_TERMS)))
    terms[..., 1] = shortest_s * rng.uniform(1.0, LONGEST_OVER_SHORTEST, N_TERMS)
    terms[..., 2] = rng.uniform(-np.pi, np.pi, N_TERMS)
    return terms


def _ripples(rng: np.random.Generator, size: float, *, shape: tuple[int, ...]) -> FloatArray:
    terms = np.empty((*shape, N_TERMS, 3))
    terms[..., 0] = size * _bounded(rng, (*shape, N_TERMS))
    terms[..., 1] = rng.uniform(0.25e9, 1.5e9, (*shape, N_TERMS))
    terms[..., 2] = rng.uniform(-np.pi, np.pi, (*shape, N_TERMS))
    return terms


def _sinusoids(terms: FloatArray, x: FloatArray) -> FloatArray:
    """Return the sums of sinusoids at x, the axis of x put first."""
    size, period, phase = terms[..., 0], terms[..., 1], terms[..., 2]
    argument = 2.0 * np.pi * x.reshape((-1,) + (1,) * size.ndim) / period + phase
    return np.asarray(np.sum(size * np.sin(argument), axis=-1))


def _bounded(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return normal random numbers within 2.5 sigma, so that no antenna is extreme by chance."""
    return np.clip(rng.standard_normal(shape), -2.5, 2.5)
