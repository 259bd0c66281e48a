"""Fills a replica of a real execution block with simulated data: real structure, simulated sky and instrument."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from almared.basics.sizes import size_text
from almared.basics.times import DAY_S
from almared.errors import InputError, ResourceError
from almared.model import DataBlock, ExecutionBlock, Intent, Scan, SpectralWindow, SpwRole, Subscan
from almared.simulate.asdm.spectral import full_resolution_twin
from almared.simulate.asdm.writer import write_asdm_metadata
from almared.simulate.observe.observe import observe_scan
from almared.simulate.observe.produce import (
    POSITIONS,
    POSITIONS_JSON,
    TRUTH,
    Progress,
    SimulatedEb,
    count_visibilities,
    counter,
)
from almared.simulate.observe.records import make_contents
from almared.simulate.observe.truth_writer import write_truth
from almared.simulate.replica.rebuild import replica_execution_block
from almared.simulate.replica.thin import Thinning, thin
from almared.simulate.scenario.models import (
    ArrayPart,
    AtmospherePart,
    Baseband,
    InstrumentPart,
    NoisePart,
    RadiometerPart,
    ScanPart,
    Scenario,
    SourcePart,
    SpectralPart,
    TimePart,
    TimingPart,
)
from almared.simulate.scenario.schedule import Schedule
from almared.simulate.scenario.spectrum import Setups
from almared.simulate.world.air import make_window_air
from almared.simulate.world.array import TrueArray
from almared.simulate.world.doppler import Doppler
from almared.simulate.world.geometry import read_earth_orientation
from almared.simulate.world.instrument import make_instrument
from almared.simulate.world.positions import write_positions
from almared.simulate.world.radiometer import make_radiometer
from almared.simulate.world.screen import make_screen
from almared.simulate.world.sky import SkyComponent, SkySource
from almared.simulate.world.world import World

CALIBRATOR_JY, TARGET_JY = 1.0, 0.3
REFERENCE_HZ = 100e9
ALPHA = -0.6
"""Flux densities of the replica's sources, which listobs does not print."""

DISK_FACTOR = 1.2
MARGIN_BYTES = 200_000_000

KINDS = (
    (Intent.POINTING, "pointing"),
    (Intent.SIDEBAND_RATIO, "sideband"),
    (Intent.ATMOSPHERE, "atmosphere"),
    (Intent.BANDPASS, "bandpass"),
    (Intent.FLUX, "flux"),
    (Intent.PHASE, "phase"),
    (Intent.CHECK, "check"),
    (Intent.TARGET, "target"),
)


def simulate_like(
    path: Path,
    out: Path,
    *,
    thinning: Thinning | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> SimulatedEb:
    """Simulate data, and return the ASDM with the structure given by a listobs text.

    Parameters
    ----------
    path : Path
        The text.
    out : Path
        Directory for the ASDM, its truth and its antenna positions.
    thinning : Thinning, optional
        How much smaller than the original.
    seed, threads, progress : object
        As for `almared.simulate.simulate`.

    Raises
    ------
    InputError
        The text is not from listobs of an ALMA observation or is truncated, or the ASDM exists already.
    ResourceError
        The disk is too small.
    """
    eb = observable(replica_execution_block(path), thinning or Thinning())
    asdm = out / eb.name
    if asdm.exists():
        raise InputError("the ASDM exists already", where=str(asdm), repair="remove it or choose another --out")
    out.mkdir(parents=True, exist_ok=True)
    _require_disk(out, eb.raw_bytes)
    world = make_world_like(eb, seed)
    scans = _observe(world, asdm, threads=threads or os.cpu_count() or 1, progress=progress)
    contents = make_contents(world, scans)
    contents = replace(contents, eb=replace(contents.eb, sources=eb.sources))
    write_asdm_metadata(contents, asdm)
    write_truth(world, contents, directory=out)
    write_positions(world.array, out / POSITIONS, answer=out / POSITIONS_JSON)
    total = count_visibilities(scans, eb.spws)
    return SimulatedEb(asdm, out / TRUTH, out / POSITIONS, out / POSITIONS_JSON, contents.eb, total)


def observable(eb: ExecutionBlock, thinning: Thinning) -> ExecutionBlock:
    """Return the execution block in the form that the simulator observes.

    Square-law detectors are left out of the data (their windows stay listed), and channel averages get the
    integrations of the full resolution.

    Parameters
    ----------
    eb : ExecutionBlock
        The replica.
    thinning : Thinning
        How much smaller.
    """
    small = thin(
        eb,
        every_nth_integration=thinning.every_nth_integration,
        most_channels=thinning.most_channels,
        most_antennas=thinning.most_antennas,
    )
    scans = tuple(_observable_scan(scan, small.spws) for scan in small.scans)
    kept = tuple(scan for scan in scans if scan.subscans)
    return replace(small, scans=kept, has_binary_data=True)


def make_world_like(eb: ExecutionBlock, seed: int) -> World:
    """Return a world that has the antennas, windows, fields and times of an execution block.

    Parameters
    ----------
    eb : ExecutionBlock
        From `observable`.
    seed : int
        Seed of all random numbers.
    """
    scenario = _scenario(eb)
    array = TrueArray(eb.antennas, np.zeros((len(eb.antennas), 3)))
    start, end = eb.scans[0].start_mjd_s, eb.scans[-1].end_mjd_s
    return World(
        scenario=scenario,
        doppler=Doppler(1.0, {}),
        seed=seed,
        array=array,
        setups=_setups(eb),
        schedule=_schedule(eb),
        earth=read_earth_orientation(start / DAY_S),
        air=make_window_air(scenario.atmosphere, _observed(eb)),
        radiometer=make_radiometer(scenario.radiometer),
        screen=make_screen(scenario.atmosphere, array.enu_m, start_mjd_s=start, end_mjd_s=end, seed=seed),
        instrument=make_instrument(scenario, array, start_mjd_s=start, seed=seed),
        sources={key: _sky(eb, number) for number, key in enumerate(_keys(eb))},
        bodies={},
    )


def _require_disk(out: Path, raw_bytes: int) -> None:
    free = shutil.disk_usage(out).free
    if free < DISK_FACTOR * raw_bytes + MARGIN_BYTES:
        raise ResourceError(
            f"the replica needs {size_text(raw_bytes)} but only {size_text(free)} are free",
            where=str(out),
            repair="thin it (--every-nth-integration, --most-channels, --most-antennas), or use --metadata-only",
        )


def _observe(world: World, asdm: Path, *, threads: int, progress: Progress | None) -> tuple[Scan, ...]:
    scans = world.schedule.scans
    seen = counter(progress, total=count_visibilities(scans, world.setups.spws))
    return tuple(observe_scan(world, scan, directory=asdm, threads=threads, seen=seen) for scan in scans)


def _observable_scan(scan: Scan, spws: tuple[SpectralWindow, ...]) -> Scan:
    subscans = tuple(_observable_subscan(sub, spws) for sub in scan.subscans)
    return replace(scan, subscans=tuple(sub for sub in subscans if _has_correlator(sub)))


def _has_correlator(sub: Subscan) -> bool:
    return any(block.processor == "CORRELATOR" for block in sub.blocks)


def _observable_subscan(sub: Subscan, spws: tuple[SpectralWindow, ...]) -> Subscan:
    def is_full(block: DataBlock) -> bool:
        return block.processor == "CORRELATOR" and not spws[block.spw_ids[0]].is_channel_average

    full = next((block for block in sub.blocks if is_full(block)), None)
    if full is None:
        return replace(sub, blocks=())
    others = [b for b in sub.blocks if b is not full and "SQLD" not in spws[b.spw_ids[0]].name]
    aligned = [
        replace(b, n_integrations=full.n_integrations, integration_s=full.integration_s)
        if b.processor == "CORRELATOR"
        else b
        for b in others
    ]
    return replace(sub, blocks=(full, *aligned))


def _keys(eb: ExecutionBlock) -> tuple[str, ...]:
    return tuple(f"source{n}" for n in range(1 + max(f.source_id for f in eb.fields)))


def _observed(eb: ExecutionBlock) -> tuple[SpectralWindow, ...]:
    used = {i for scan in eb.scans for i in scan.spw_ids}
    return tuple(w for w in eb.spws if w.id in used and w.processor == "CORRELATOR")


def _full(eb: ExecutionBlock, *roles: SpwRole) -> tuple[int, ...]:
    return tuple(w.id for w in eb.spws if w.role in roles)


def _setups(eb: ExecutionBlock) -> Setups:
    atmosphere = {i for scan in eb.scans_with(Intent.ATMOSPHERE) for i in scan.spw_ids}
    tsys = tuple(w.id for w in _observed(eb) if w.id in atmosphere and not w.is_channel_average)
    science = tuple(i for i in _full(eb, SpwRole.SCIENCE, SpwRole.CALIBRATION) if i not in tsys)
    twins = {w.id: full_resolution_twin(w, eb.spws) for w in eb.spws if not w.is_channel_average}
    averages = {spw_id: twin.id for spw_id, twin in twins.items() if twin is not None}
    return Setups(eb.spws, _full(eb, SpwRole.POINTING), tsys, science, averages)


def _schedule(eb: ExecutionBlock) -> Schedule:
    keys = _keys(eb)
    numbered = {scan.number: scan for scan in eb.scans}
    parts = tuple(_part(eb, numbered.get(n), keys=keys) for n in range(1, 1 + max(numbered)))
    return Schedule(eb.scans, parts, eb.fields, keys, {field.id: 0 for field in eb.fields})


def _part(eb: ExecutionBlock, scan: Scan | None, *, keys: tuple[str, ...]) -> ScanPart:
    if scan is None:
        return ScanPart.model_construct(kind="wvr", source=keys[0], duration=0.0, intents=())
    kind = next((kind for intent, kind in KINDS if scan.has(intent)), "wvr")
    source = keys[eb.fields[scan.field_ids[0]].source_id]
    length = scan.end_mjd_s - scan.start_mjd_s
    return ScanPart.model_construct(kind=kind, source=source, duration=length, intents=scan.intents)


def _flux_jy(eb: ExecutionBlock, source_id: int) -> float:
    fields = {f.id for f in eb.fields if f.source_id == source_id}
    is_target = any(scan.has(Intent.TARGET) and fields & set(scan.field_ids) for scan in eb.scans)
    return TARGET_JY if is_target else CALIBRATOR_JY


def _direction(eb: ExecutionBlock, source_id: int) -> tuple[float, float]:
    return next((f.direction_rad for f in eb.fields if f.source_id == source_id), eb.fields[0].direction_rad)


def _name(eb: ExecutionBlock, source_id: int) -> str:
    return next((f.name for f in eb.fields if f.source_id == source_id), f"source{source_id}")


def _sky(eb: ExecutionBlock, source_id: int) -> SkySource:
    flux = _flux_jy(eb, source_id)
    component = SkyComponent(_direction(eb, source_id), "point", 0.0, flux, REFERENCE_HZ, ALPHA)
    return SkySource(_name(eb, source_id), (component,))


def _scenario(eb: ExecutionBlock) -> Scenario:
    """The scenario for the functions of the world; it does not come from a file."""
    sources = {key: _source_part(eb, n) for n, key in enumerate(_keys(eb))}
    count = max((w.baseband for w in eb.spws), default=1)
    windows = [next(w for w in eb.spws if w.baseband == n) for n in range(1, count + 1)]
    basebands = tuple(Baseband.model_construct(centre=w.mean_frequency_hz, bandwidth=w.bandwidth_hz) for w in windows)
    return Scenario.model_construct(
        title=f"structure of {eb.name}",
        uid=eb.uid,
        project=eb.project_uid,
        block=eb.sb_uid,
        observer=eb.observer,
        array=ArrayPart.model_construct(name=eb.array_name, group=()),
        time=TimePart.model_construct(),
        spectral=SpectralPart.model_construct(band=windows[0].band or 3, baseband=basebands),
        source=sources,
        timing=TimingPart(),
        atmosphere=AtmospherePart(),
        radiometer=RadiometerPart(),
        instrument=InstrumentPart(),
        noise=NoisePart(),
        fault=(),
    )


def _source_part(eb: ExecutionBlock, source_id: int) -> SourcePart:
    ra, dec = _direction(eb, source_id)
    return SourcePart.model_construct(
        name=_name(eb, source_id), ra=ra, dec=dec, flux=_flux_jy(eb, source_id), at=REFERENCE_HZ, alpha=ALPHA
    )
