"""Writes the truth of a simulation next to its ASDM; `almared.simulate.observe.truth` documents and reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.model import Scan, SpectralWindow
from almared.physics.correlator import HANNING_EFFECTIVE
from almared.simulate.observe.camera import integration_times
from almared.simulate.observe.contents import AsdmContents
from almared.simulate.world.sky import SkyComponent
from almared.simulate.world.world import World

FORMAT = 1
INSTRUMENT_ARRAYS = (
    "kelvin_per_jansky",
    "amplitude",
    "phase_rad",
    "amplitude_drift",
    "phase_drift",
    "delay_s",
    "ripple",
    "curvature_rad",
    "trx_k",
)


def write_truth(world: World, contents: AsdmContents, *, directory: Path) -> None:
    """Write ``truth.json`` and ``truth.npz`` into a directory.

    Parameters
    ----------
    world : World
        The simulated world.
    contents : AsdmContents
        Contents of the ASDM.
    directory : Path
        Directory of the ASDM.
    """
    scans = contents.eb.scans
    rms = _path_rms(world, scans)
    tree = {
        "format": FORMAT,
        "uid": world.scenario.uid,
        "asdm": contents.eb.name,
        "seed": world.seed,
        "scenario": world.scenario.model_dump(mode="json"),
        "start_mjd_s": contents.eb.start_mjd_s,
        "topo_over_lsrk": asdict(world.doppler),
        "antennas": list(_antennas(world)),
        "spws": [_spw(world, spw) for spw in contents.eb.spws if spw.processor == "CORRELATOR"],
        "sources": [_source(world, number) for number in range(len(world.schedule.source_keys))],
        "fields": [asdict(field) for field in world.schedule.fields],
        "scans": [_scan(world, scan, rms=rms) for scan in scans],
        "instrument": {name: getattr(world.instrument, name).tolist() for name in INSTRUMENT_ARRAYS},
    }
    (directory / "truth.json").write_text(json.dumps(tree, indent=1) + "\n")
    with (directory / "truth.npz").open("wb") as stream:
        np.savez(stream, allow_pickle=False, **dict(_arrays(world, scans)))


def _antennas(world: World) -> Iterator[dict[str, Any]]:
    for antenna, error in zip(world.array.antennas, world.array.position_errors_m, strict=True):
        yield {
            "name": antenna.name,
            "pad": antenna.pad,
            "diameter_m": antenna.diameter_m,
            "recorded_position_m": list(antenna.position_m),
            "true_minus_recorded_m": error.tolist(),
        }


def _spw(world: World, spw: SpectralWindow) -> dict[str, Any]:
    facts = asdict(spw)
    facts["role"] = str(spw.role)
    if spw.id in world.air:
        facts["tau_zenith"] = float(np.median(world.air[spw.id].tau))
        facts["noise_per_second"] = _noise_per_second(world, spw)
    return facts


def _noise_per_second(world: World, spw: SpectralWindow) -> float:
    """Return the rms of each part of a stored coefficient in one second, Hanning smoothing included."""
    scenario = world.scenario
    if not scenario.noise.enabled:
        return 0.0
    widening = HANNING_EFFECTIVE if scenario.spectral.smoothing == "hanning" else 1.0
    return float(1.0 / (scenario.instrument.efficiency * np.sqrt(2.0 * spw.channel_width_hz * widening)))


def _source(world: World, number: int) -> dict[str, Any]:
    key = world.schedule.source_keys[number]
    source = world.sources[key]
    spws = [spw for spw in world.setups.spws if spw.id in world.setups.science]
    return {
        "id": number,
        "key": key,
        "name": source.name,
        "body": world.scenario.source[key].body,
        "components": [_component(component) for component in source.components],
        "flux_jy": {str(spw.id): float(source.flux(np.array([spw.mean_frequency_hz]))[0]) for spw in spws},
    }


def _component(component: SkyComponent) -> dict[str, Any]:
    return {
        "direction_rad": list(component.direction_rad),
        "shape": component.shape,
        "size_rad": component.size_rad,
        "flux_jy": component.flux_jy,
        "reference_hz": component.reference_hz,
        "alpha": component.alpha,
        "lines": [asdict(line) for line in component.lines],
        "table": [column.tolist() for column in component.table],
    }


def _scan(world: World, scan: Scan, *, rms: dict[int, float]) -> dict[str, Any]:
    part = world.schedule.parts[scan.number - 1]
    middle = 0.5 * (scan.start_mjd_s + scan.end_mjd_s)
    return {
        "number": scan.number,
        "kind": part.kind,
        "source": part.source,
        "intents": list(scan.intents),
        "start_mjd_s": scan.start_mjd_s,
        "end_mjd_s": scan.end_mjd_s,
        "airmass": world.airmass(world.schedule.fields[scan.field_ids[0]], middle),
        "baseline_path_rms_m": rms.get(scan.number, 0.0),
    }


def _path_rms(world: World, scans: tuple[Scan, ...]) -> dict[int, float]:
    """Return per scan the rms over time of the path difference, averaged in square over baselines."""
    result = {}
    for scan in scans:
        _, water, _ = _scan_paths(world, scan)
        if water.shape[0] > 1:
            result[scan.number] = float(np.sqrt(2.0 * np.mean(np.var(water - water.mean(axis=1, keepdims=True), 0))
                                                * water.shape[1] / (water.shape[1] - 1.0)))  # fmt: skip
    return result


def _scan_paths(world: World, scan: Scan) -> tuple[NDArray[np.float64], ...]:
    times, water, error = [], [], []
    for subscan in scan.subscans:
        moments = integration_times(subscan, subscan.blocks[0])
        field = world.schedule.fields[subscan.field_id]
        slant, wrong = world.paths(field, moments, length_s=subscan.blocks[0].integration_s)
        times.append(moments)
        water.append(slant)
        error.append(wrong)
    return np.concatenate(times), np.concatenate(water), np.concatenate(error)


def _arrays(world: World, scans: tuple[Scan, ...]) -> Iterator[tuple[str, NDArray[Any]]]:
    for spw_id in (*world.setups.tsys, *world.setups.science):
        yield f"bandpass_{spw_id}", world.instrument.bandpass(world.spw(spw_id)).astype(np.complex64)
        yield f"tau_{spw_id}", world.air[spw_id].tau
    for scan in scans:
        times, water, error = _scan_paths(world, scan)
        yield f"times_{scan.number}", times
        yield f"water_{scan.number}", water
        yield f"position_{scan.number}", error
        yield f"gains_{scan.number}", world.instrument.gains(times)
        for spw_id in scan.spw_ids:
            if spw_id in world.setups.tsys or spw_id in world.setups.science:
                yield f"tsys_{scan.number}_{spw_id}", _tsys(world, scan, spw_id=spw_id)


def _tsys(world: World, scan: Scan, *, spw_id: int) -> NDArray[np.float32]:
    field = world.schedule.fields[scan.field_ids[0]]
    airmass = world.airmass(field, 0.5 * (scan.start_mjd_s + scan.end_mjd_s))
    return world.tsys(world.spw(spw_id), airmass).astype(np.float32)
