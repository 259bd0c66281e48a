"""The correlator's output of one subscan: antenna spectra, sky, autos and how the numbers are stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf import (
    BdfWindow,
    CorrelatorBdf,
    CrossType,
    baseline_pairs,
    choose_scale,
    choose_storage,
)
from almared.model import DataBlock, Field, Scan, SpectralWindow, Subscan
from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.kernel import ValueAxis, phase_ramps
from almared.simulate.scenario.spectrum import averaged_channels, channel_frequencies
from almared.simulate.world.seeds import generator
from almared.simulate.world.world import World

FloatArray = NDArray[np.float64]

PIECE_VALUES = 3_000_000
"""Maximum number of complex values of one piece; with integers, sky and averages about 75 MB per thread."""

NOISE_PEAK = 7.0
"""Highest noise allowed for, in sigma; 32 random bits give at most 6.7."""

AMBIENT_LOAD_K, HOT_LOAD_K = 293.0, 353.0
TINIEST = 1e-12


@dataclass(frozen=True, slots=True)
class Look:
    """One subscan of one scan: where the array looks and what it sees.

    Parameters
    ----------
    scan, subscan : Scan, Subscan
        What is observed.
    field : Field
        Direction.
    airmass : float
        In the middle of the subscan.
    has_source : bool
        Whether the source is in the beam (not the loads, not the off position).
    """

    scan: Scan
    subscan: Subscan
    field: Field
    airmass: float
    has_source: bool


def integration_times(subscan: Subscan, block: DataBlock) -> FloatArray:
    """Return the middles of the integrations of a block (MJD seconds UTC)."""
    steps = np.arange(block.n_integrations, dtype=np.float64) + 0.5
    return np.asarray(subscan.start_mjd_s + steps * block.integration_s)


class Camera:
    """The correlator during one subscan, as functions of the times within it.

    Parameters
    ----------
    world : World
        The simulated world.
    look : Look
        Scan, subscan and direction.
    block : DataBlock
        The full-resolution block of the subscan.
    """

    def __init__(self, world: World, look: Look, *, block: DataBlock) -> None:
        self.world, self.look, self.block = world, look, block
        self.spws = [world.spw(i) for i in block.spw_ids]
        self.times = integration_times(look.subscan, block)
        self.fixed = self._fixed_spectra()
        self.cross_type, self.axis = self._storage()

    def header(self, block: DataBlock) -> CorrelatorBdf:
        """Return the header of the file of a block: full resolution, or channel average."""
        is_average = self.world.spw(block.spw_ids[0]).is_channel_average
        windows = tuple(self._window(i, is_average=is_average) for i in range(len(self.spws)))
        return CorrelatorBdf(
            data_uid=block.data_uid,
            exec_block_uid=self.world.scenario.uid,
            scan=self.look.scan.number,
            subscan=self.look.subscan.number,
            n_antennas=block.n_antennas,
            windows=windows,
            start_mjd_s=self.look.subscan.start_mjd_s,
            integration_s=block.integration_s,
            spectral_resolution="CHANNEL_AVERAGE" if is_average else "FULL_RESOLUTION",
            cross_type=CrossType.FLOAT32 if is_average else self.cross_type,
        )

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last-plus-one integration of pieces that fit in memory."""
        n_baselines = self.block.n_antennas * (self.block.n_antennas - 1) // 2
        step = max(1, PIECE_VALUES // (n_baselines * self.axis.n_values))
        for first in range(0, self.times.size, step):
            yield first, min(first + step, self.times.size)

    def antenna_spectra(self, times: FloatArray) -> NDArray[np.complex64]:
        """Return all antenna-based factors, shape (time, antenna_name, value)."""
        water, error = self.world.paths(self.look.field, times, length_s=self.block.integration_s)
        gains = self.world.instrument.gains(times).astype(np.complex64)
        spectra = []
        for spw, fixed in zip(self.spws, self.fixed, strict=True):
            phasors = phase_ramps(-(water + error) / LIGHT_M_S, channel_frequencies(spw))[..., None]
            piece = phasors * fixed[None] * gains[:, :, None, _receptors(spw)]
            spectra.append(piece.reshape(*piece.shape[:2], -1))
        return np.concatenate(spectra, axis=-1)

    def sky(self, times: FloatArray) -> NDArray[np.complex64]:
        """Return the source's visibilities, shape (time or 1, baseline or 1, value)."""
        if not self.look.has_source:
            return np.zeros((1, 1, self.axis.n_values), np.complex64)
        pieces = [np.repeat(self._sky(spw, times), len(spw.correlations), axis=-1) for spw in self.spws]
        return np.concatenate(pieces, axis=-1)

    def autos(self, count: int, first: int) -> NDArray[np.float32]:
        """Return auto-correlations relative to the sky's noise, shape (time, antenna_name, value)."""
        rng = generator(self.world.seed, "autos", self.look.scan.number, self.look.subscan.number, first)
        pieces = []
        for spw in self.spws:
            level = self._auto_level(spw)
            level = level.reshape(level.shape[0], -1)
            noise = rng.standard_normal((count, *level.shape), np.float32)
            rms = 1.0 / np.sqrt(spw.effective_bandwidth_hz * self.block.integration_s)
            pieces.append(level * (1.0 + rms * noise * self.world.scenario.noise.enabled))
        return np.concatenate(pieces, axis=-1).astype(np.float32)

    def average_autos(self, autos: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the channel averages of auto-correlations."""
        means = []
        for spw, start in zip(self.spws, self.axis.starts, strict=True):
            shape = (*autos.shape[:2], spw.n_channels, len(spw.correlations))
            spectrum = autos[..., start : start + shape[2] * shape[3]].reshape(shape)
            low, high = averaged_channels(spw.n_channels)
            means.append(spectrum[:, :, low:high].mean(axis=2))
        return np.concatenate(means, axis=-1)

    def _fixed_spectra(self) -> list[NDArray[np.complex64]]:
        """Return bandpass over root Tsys times root K/Jy of each window, (antenna_name, frequency, product)."""
        root = np.sqrt(self.world.instrument.kelvin_per_jansky)[:, None, None]
        spectra = []
        for spw in self.spws:
            tsys = self.world.tsys(spw, self.look.airmass)
            fixed = root * self.world.bandpass(spw) / np.sqrt(tsys)
            spectra.append(fixed[..., _receptors(spw)].astype(np.complex64))
        return spectra

    def _sky(self, spw: SpectralWindow, times: FloatArray) -> NDArray[np.complex64]:
        world, field = self.world, self.look.field
        key = world.schedule.source_key(field.id)
        source, frequency = world.sources[key], channel_frequencies(spw)
        centre = source.components[0].direction_rad if key in world.bodies else field.direction_rad
        if source.is_point_at(centre):
            return source.flux(frequency)[None, None].astype(np.complex64)
        uvw = world.frame(field, times).uvw(self._baselines())
        return source.visibilities(frequency, uvw, centre=centre, diameters_m=world.array.diameters_m)

    def _baselines(self) -> FloatArray:
        pairs = np.array(baseline_pairs(self.block.n_antennas))
        recorded = self.world.array.recorded_m
        return np.asarray(recorded[pairs[:, 0]] - recorded[pairs[:, 1]])

    def _auto_level(self, spw: SpectralWindow) -> FloatArray:
        world = self.world
        sky = world.received(spw, self.look.airmass)
        temperature = {"AMBIENT": AMBIENT_LOAD_K, "HOT": HOT_LOAD_K}.get(self.look.subscan.intent)
        power = sky if temperature is None else world.instrument.receiver_temperature(spw) + temperature
        level = np.abs(world.bandpass(spw)) ** 2 * power / sky.mean(axis=1, keepdims=True)
        return np.asarray(level[..., _receptors(spw)])

    def _storage(self) -> tuple[CrossType, ValueAxis]:
        world = self.world
        gain = float(np.abs(world.instrument.gains(self.times)).max())
        scales, noises, kinds = [], [], []
        for spw, fixed in zip(self.spws, self.fixed, strict=True):
            noise = self._noise(spw)
            peak = self._brightest(spw) * (gain * float(np.abs(fixed).max())) ** 2 + NOISE_PEAK * noise
            kind, _ = choose_storage(max(peak, TINIEST), noise)
            kinds.append(kind)
            scales.append(max(peak, TINIEST))
            noises.append(noise)
        kind = CrossType.INT16 if all(k is CrossType.INT16 for k in kinds) else CrossType.INT32
        return kind, self._axis(kind, scales, noises=noises)

    def _axis(self, kind: CrossType, peaks: list[float], *, noises: list[float]) -> ValueAxis:
        counts = [spw.n_channels * len(spw.correlations) for spw in self.spws]
        scales = [choose_scale(peak, kind) for peak in peaks]
        return ValueAxis(
            starts=np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64),
            channels=np.array([spw.n_channels for spw in self.spws], dtype=np.int64),
            products=np.array([len(spw.correlations) for spw in self.spws], dtype=np.int64),
            trims=np.array([averaged_channels(spw.n_channels)[0] for spw in self.spws], dtype=np.int64),
            scale=np.repeat(np.array(scales, dtype=np.float32), counts),
            noise=np.repeat(np.array(noises, dtype=np.float32), counts),
            is_smooth=self.world.scenario.spectral.smoothing == "hanning",
        )

    def _brightest(self, spw: SpectralWindow) -> float:
        if not self.look.has_source:
            return 0.0
        source = self.world.sources[self.world.schedule.source_key(self.look.field.id)]
        frequency = channel_frequencies(spw)
        return float(sum(np.abs(component.flux(frequency)).max() for component in source.components))

    def _noise(self, spw: SpectralWindow) -> float:
        """Return the rms of real and imaginary part of a coefficient before smoothing."""
        if not self.world.scenario.noise.enabled:
            return 0.0
        efficiency = self.world.scenario.instrument.efficiency
        return float(1.0 / (efficiency * np.sqrt(2.0 * spw.channel_width_hz * self.block.integration_s)))

    def _window(self, index: int, *, is_average: bool) -> BdfWindow:
        spw = self.spws[index]
        scale = 1.0 if is_average else float(self.axis.scale[self.axis.starts[index]])
        return BdfWindow(spw.baseband, 1 if is_average else spw.n_channels, spw.correlations, spw.sideband, scale)


def _receptors(spw: SpectralWindow) -> list[int]:
    return [("XX", "YY").index(product) for product in spw.correlations]
