"""Observes the world: binary data files of every subscan, with at most a piece of a subscan in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf import CorrelatorBdfWriter, RadiometerBdf, write_radiometer_bdf
from almared.model import DataBlock, Scan, Subscan
from almared.simulate.asdm.writer import binary_data_path
from almared.simulate.observe.camera import Camera, Look, integration_times
from almared.simulate.observe.kernel import correlate
from almared.simulate.world.seeds import generator, stream_key
from almared.simulate.world.world import World

FloatArray = NDArray[np.float64]


def observe_scans(
    world: World, scans: Sequence[Scan], *, directory: Path, threads: int, seen: Callable[[int], None]
) -> tuple[Scan, ...]:
    """Write the binary files of scans and return the scans with the sizes of their files.

    Parameters
    ----------
    world : World
        The simulated world.
    scans : sequence of Scan
        Scans to observe.
    directory : Path
        The ASDM.
    threads : int
        Number of subscans made in parallel; the bytes do not depend on it.
    seen : callable
        Called with the number of visibilities after each piece, from any thread.
    """
    pairs = [(scan, subscan) for scan in scans for subscan in scan.subscans]
    lock = Lock()

    def tell(count: int) -> None:
        with lock:
            seen(count)

    def observed(pair: tuple[Scan, Subscan]) -> Subscan:
        return _observe_subscan(world, _look(world, pair[0], subscan=pair[1]), directory=directory, seen=tell)

    with ThreadPoolExecutor(threads) as pool:
        made = dict(zip(((scan.number, sub.number) for scan, sub in pairs), pool.map(observed, pairs), strict=True))
    return tuple(
        replace(scan, subscans=tuple(made[scan.number, sub.number] for sub in scan.subscans)) for scan in scans
    )


def observe_scan(world: World, scan: Scan, *, directory: Path, threads: int, seen: Callable[[int], None]) -> Scan:
    """Write the binary files of one scan, as `observe_scans` does for several."""
    return observe_scans(world, (scan,), directory=directory, threads=threads, seen=seen)[0]


def _observe_subscan(world: World, look: Look, *, directory: Path, seen: Callable[[int], None]) -> Subscan:
    sizes = _correlator_files(world, look, directory=directory, seen=seen)
    blocks = []
    for block in look.subscan.blocks:
        size = sizes.get(block.data_uid) or _radiometer_file(world, look, block=block, directory=directory)
        blocks.append(replace(block, data_size=size))
    return replace(look.subscan, blocks=tuple(blocks))


def _look(world: World, scan: Scan, *, subscan: Subscan) -> Look:
    field = world.schedule.fields[subscan.field_id]
    middle = 0.5 * (subscan.start_mjd_s + subscan.end_mjd_s)
    is_on = subscan.intent == "ON_SOURCE"
    return Look(scan, subscan, field, world.airmass(field, middle), is_on)


def _correlator_files(world: World, look: Look, *, directory: Path, seen: Callable[[int], None]) -> dict[str, int]:
    blocks = [block for block in look.subscan.blocks if block.processor == "CORRELATOR"]
    camera = Camera(world, look, block=blocks[0])
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
            )
            autos = camera.autos(times.size, first)
            writers[0].write(cross, autos)
            if len(writers) > 1:
                writers[1].write(averages, camera.average_autos(autos))
            seen(cross.size // 2)
    return {block.data_uid: writer.bytes for block, writer in zip(blocks, writers, strict=True)}


def _radiometer_file(world: World, look: Look, *, block: DataBlock, directory: Path) -> int:
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
        binary_data_path(directory, block.data_uid),
        header,
        temperatures=radiometer_temperatures(world, look, block=block),
    )


def radiometer_temperatures(world: World, look: Look, *, block: DataBlock) -> NDArray[np.float32]:
    """Return the readings of the water-vapour radiometers (K), shape (time, antenna_name, channel)."""
    if world.radiometer is None:
        return np.zeros((block.n_integrations, block.n_antennas, 4), np.float32)
    times = integration_times(look.subscan, block)
    slant, _ = world.paths(look.field, times, length_s=block.integration_s)
    _, elevation = world.frame(look.field, times).azimuth_elevation()
    sine = np.sin(elevation)[:, None]
    air, part = world.scenario.atmosphere, world.scenario.radiometer
    zenith_pwv = air.pwv + slant * sine / air.path_per_pwv
    read = world.radiometer.temperatures(zenith_pwv / sine)
    rng = generator(world.seed, "radiometer", look.scan.number, look.subscan.number)
    read = read + part.noise * rng.standard_normal(read.shape)
    return _with_dead_radiometers(world, read).astype(np.float32)


def _with_dead_radiometers(world: World, read: FloatArray) -> FloatArray:
    names = world.instrument.antenna_names
    for fault in world.scenario.fault:
        if fault.kind == "wvr_dead" and fault.antenna in names:
            read[:, names.index(fault.antenna)] = 0.0
    return read
