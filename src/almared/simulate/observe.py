"""Observes the world: binary data files of every subscan, never more than a piece of a subscan in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.model import DataBlock, Field, Scan, SpectralWindow, Subscan
from almared.simulate.asdm_writer import binary_data_path
from almared.simulate.bdf import (
    BdfWindow,
    CorrelatorBdf,
    CorrelatorBdfWriter,
    CrossType,
    RadiometerBdf,
    choose_storage,
    write_radiometer_bdf,
)
from almared.simulate.kernel import ValueAxis, correlate
from almared.simulate.seeds import generator, stream_key
from almared.simulate.spectrum import averaged_channels, channel_frequencies
from almared.simulate.world import World, slant_phase

FloatArray = NDArray[np.float64]

PIECE_VALUES = 6_000_000
"""Most complex values of one piece; with integers, sky and averages about 150 MB."""

NOISE_PEAK = 7.0
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
        Where.
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


def observe_scan(world: World, scan: Scan, *, directory: Path, threads: int, seen: Callable[[int], None]) -> Scan:
    """Write the binary files of a scan and return the scan with their sizes.

    Parameters
    ----------
    world : World
        All that is true.
    scan : Scan
        To observe.
    directory : Path
        The ASDM.
    threads : int
        For the kernel; the bytes do not depend on it.
    seen : callable
        Told the number of visibilities after each piece.
    """
    subscans = []
    for subscan in scan.subscans:
        look = _look(world, scan, subscan)
        sizes = _correlator_files(world, look, directory=directory, threads=threads, seen=seen)
        blocks = []
        for block in subscan.blocks:
            size = sizes.get(block.data_uid) or _radiometer_file(world, look, block, directory)
            blocks.append(replace(block, data_size=size))
        subscans.append(replace(subscan, blocks=tuple(blocks)))
    return replace(scan, subscans=tuple(subscans))


def integration_times(subscan: Subscan, block: DataBlock) -> FloatArray:
    """Return the middles of the integrations of a block (MJD seconds UTC)."""
    return subscan.start_mjd_s + (np.arange(block.n_integrations) + 0.5) * block.integration_s


def _look(world: World, scan: Scan, subscan: Subscan) -> Look:
    field = world.schedule.fields[subscan.field_id]
    middle = 0.5 * (subscan.start_mjd_s + subscan.end_mjd_s)
    is_on = subscan.intent == "ON_SOURCE"
    return Look(scan, subscan, field, world.airmass(field, middle), is_on)


def _correlator_files(
    world: World, look: Look, *, directory: Path, threads: int, seen: Callable[[int], None]
) -> dict[str, int]:
    blocks = [block for block in look.subscan.blocks if block.processor == "CORRELATOR"]
    camera = _Camera(world, look, blocks[0])
    with ExitStack() as stack:
        writers = [
            stack.enter_context(CorrelatorBdfWriter(binary_data_path(directory, b.data_uid), camera.header(b)))
            for b in blocks
        ]
        for first, end in camera.pieces():
            times = camera.times[first:end]
            spectra = camera.antenna_spectra(times)
            cross, averages = correlate(
                spectra,
                camera.sky(times),
                axis=camera.axis,
                key=stream_key(world.seed, "noise", look.scan.number, look.subscan.number, first),
                dtype=camera.cross_type.dtype,
                threads=threads,
            )
            autos = camera.autos(times.size, first)
            writers[0].write(cross, autos)
            if len(writers) > 1:
                writers[1].write(averages, camera.average_autos(autos))
            seen(cross.size // 2)
    return {block.data_uid: writer.bytes for block, writer in zip(blocks, writers, strict=True)}


def _radiometer_file(world: World, look: Look, block: DataBlock, directory: Path) -> int:
    header = RadiometerBdf(
        data_uid=block.data_uid,
        exec_block_uid=world.scenario.uid,
        scan=look.scan.number,
        subscan=look.subscan.number,
        n_antennas=block.n_antennas,
        n_integrations=block.n_integrations,
        start_mjd_s=look.subscan.start_mjd_s,
        integration_s=block.integration_s,
    )
    return write_radiometer_bdf(
        binary_data_path(directory, block.data_uid), header, radiometer_temperatures(world, look, block)
    )


def radiometer_temperatures(world: World, look: Look, block: DataBlock) -> NDArray[np.float32]:
    """Return what the water-vapour radiometers read (K), shape (time, antenna_name, channel)."""
    if world.radiometer is None:
        return np.zeros((block.n_integrations, block.n_antennas, 4), np.float32)
    times = integration_times(look.subscan, block)
    slant, _ = world.paths(look.field, times, block.integration_s)
    _, elevation = world.frame(look.field, times).azimuth_elevation()
    sine = np.sin(elevation)[:, None]
    air, part = world.scenario.atmosphere, world.scenario.radiometer
    zenith_pwv = air.pwv + slant * sine / air.path_per_pwv
    read = world.radiometer.temperatures(zenith_pwv, np.broadcast_to(1.0 / sine, slant.shape))
    rng = generator(world.seed, "radiometer", look.scan.number, look.subscan.number)
    read = read + part.noise * rng.standard_normal(read.shape)
    return _with_dead_radiometers(world, read).astype(np.float32)


def _with_dead_radiometers(world: World, read: FloatArray) -> FloatArray:
    names = world.instrument.antenna_names
    for fault in world.scenario.fault:
        if fault.kind == "wvr_dead" and fault.antenna in names:
            read[:, names.index(fault.antenna)] = 0.0
    return read


class _Camera:
    """What the correlator makes of one subscan, as functions of the times within it."""

    def __init__(self, world: World, look: Look, block: DataBlock) -> None:
        self.world, self.look, self.block = world, look, block
        self.spws = [world.spw(i) for i in block.spw_ids]
        self.times = integration_times(look.subscan, block)
        self.fixed = self._fixed_spectra()
        self.cross_type, self.axis = self._storage()

    def header(self, block: DataBlock) -> CorrelatorBdf:
        """Return the header of the file of a block: full resolution, or channel average."""
        is_average = self.world.spw(block.spw_ids[0]).is_channel_average
        windows = tuple(self._window(i, is_average) for i in range(len(self.spws)))
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
        """Yield first and last-plus-one integration of pieces that fit in memory."""
        n_baselines = self.block.n_antennas * (self.block.n_antennas - 1) // 2
        step = max(1, PIECE_VALUES // (n_baselines * self.axis.n_values))
        for first in range(0, self.times.size, step):
            yield first, min(first + step, self.times.size)

    def antenna_spectra(self, times: FloatArray) -> NDArray[np.complex64]:
        """Return everything antenna based, shape (time, antenna_name, value)."""
        water, error = self.world.paths(self.look.field, times, self.block.integration_s)
        gains = self.world.instrument.gains(times)
        spectra = []
        for spw, fixed in zip(self.spws, self.fixed, strict=True):
            phasors = slant_phase(water + error, channel_frequencies(spw))[..., None]
            piece = phasors * fixed[None] * gains[:, :, None, _receptors(spw)]
            spectra.append(piece.reshape(*piece.shape[:2], -1).astype(np.complex64))
        return np.concatenate(spectra, axis=-1)

    def sky(self, times: FloatArray) -> NDArray[np.complex64]:
        """Return the source's visibilities, shape (time or 1, baseline or 1, value)."""
        if not self.look.has_source:
            return np.zeros((1, 1, self.axis.n_values), np.complex64)
        pieces = [np.repeat(self._sky(spw, times), len(spw.correlations), axis=-1) for spw in self.spws]
        return np.concatenate(pieces, axis=-1).astype(np.complex64)

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

    def _fixed_spectra(self) -> list[NDArray[np.complex128]]:
        """Return bandpass over root Tsys times root K/Jy of each window, (antenna_name, frequency, product)."""
        root = np.sqrt(self.world.instrument.kelvin_per_jansky)[:, None, None]
        spectra = []
        for spw in self.spws:
            tsys = self.world.tsys(spw, self.look.airmass)
            spectra.append((root * self.world.instrument.bandpass(spw) / np.sqrt(tsys))[..., _receptors(spw)])
        return spectra

    def _sky(self, spw: SpectralWindow, times: FloatArray) -> NDArray[np.complex128]:
        world, field = self.world, self.look.field
        key = world.schedule.source_key(field.id)
        source, frequency = world.sources[key], channel_frequencies(spw)
        centre = source.components[0].direction_rad if key in world.bodies else field.direction_rad
        if source.is_point_at(centre):
            return source.flux(frequency)[None, None].astype(complex)
        uvw = world.frame(field, times).uvw(self._baselines())
        return source.visibilities(frequency, uvw, centre=centre, diameters_m=world.array.diameters_m)

    def _baselines(self) -> FloatArray:
        from almared.simulate.bdf import baseline_pairs

        pairs = np.array(baseline_pairs(self.block.n_antennas))
        recorded = self.world.array.recorded_m
        return np.asarray(recorded[pairs[:, 0]] - recorded[pairs[:, 1]])

    def _auto_level(self, spw: SpectralWindow) -> FloatArray:
        world = self.world
        sky = world.received(spw, self.look.airmass)
        temperature = {"AMBIENT": AMBIENT_LOAD_K, "HOT": HOT_LOAD_K}.get(self.look.subscan.intent)
        power = sky if temperature is None else world.instrument.receiver_temperature(spw) + temperature
        level = np.abs(world.instrument.bandpass(spw)) ** 2 * power / sky.mean(axis=1, keepdims=True)
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
        return kind, self._axis(kind, scales, noises)

    def _axis(self, kind: CrossType, peaks: list[float], noises: list[float]) -> ValueAxis:
        from almared.simulate.bdf import choose_scale

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

    def _window(self, index: int, is_average: bool) -> BdfWindow:
        spw = self.spws[index]
        scale = 1.0 if is_average else float(self.axis.scale[self.axis.starts[index]])
        return BdfWindow(spw.baseband, 1 if is_average else spw.n_channels, spw.correlations, spw.sideband, scale)


def _receptors(spw: SpectralWindow) -> list[int]:
    return [("XX", "YY").index(product) for product in spw.correlations]
