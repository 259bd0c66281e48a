"""From a scenario to a whole ASDM and its truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from almared.basics.processors import usable_processors
from almared.errors import ResourceError, ScenarioError
from almared.model import DataBlock, ExecutionBlock, Scan, SpectralWindow
from almared.names import Uid
from almared.simulate.scenario.files import read_scenario
from almared.simulate.scenario.models import Scenario

if TYPE_CHECKING:
    from almared.simulate.world.world import World

TRUTH, TRUTH_ARRAYS, POSITIONS, POSITIONS_JSON = "truth.json", "truth.npz", "antennapos.csv", "antennapos.json"
BYTES_PER_VALUE = 4
DISK_RESERVE = 100_000_000

Progress = Callable[[int, int], None]
"""Called with the visibilities done and the total."""


@dataclass(frozen=True, slots=True)
class SimulatedEb:
    """Products of a simulation.

    Parameters
    ----------
    asdm : Path
        The ASDM.
    truth : Path
        ``truth.json``.
    positions, positions_json : Path
        Position corrections, as ``antennapos.csv`` and as an answer of the position service.
    eb : ExecutionBlock
        Facts of the execution block.
    visibilities : int
        Number of simulated visibilities (product, channel, integration, baseline).
    """

    asdm: Path
    truth: Path
    positions: Path
    positions_json: Path
    eb: ExecutionBlock
    visibilities: int


def simulate(
    scenario: str | Path | Scenario,
    out: str | Path,
    *,
    seed: int = 1,
    threads: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> SimulatedEb:
    """Simulate a scenario, and return the ASDM with its truth and position corrections, in `out`.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name, TOML file, or a scenario that was read.
    out : str or Path
        Directory; the ASDM ``uid___...`` and ``truth.json`` are written to it.
    seed : int
        Seed of all random numbers; the same seed gives the same bytes for any number of threads.
    threads : int, optional
        For the kernel; the processors of this process by default.
    force : bool
        Whether to replace existing files.
    progress : callable, optional
        Called with the visibilities done and the total.

    Raises
    ------
    ScenarioError
        The scenario cannot be used, or an output exists already.
    ResourceError
        The disk is too small.
    """
    from almared.simulate.asdm.writer import write_asdm_metadata
    from almared.simulate.observe.records import make_contents
    from almared.simulate.observe.truth_writer import write_truth
    from almared.simulate.world.positions import write_positions
    from almared.simulate.world.world import make_world

    plan = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
    target = Path(out)
    asdm = target / Uid.parse(plan.uid).file_name
    _make_room(target, asdm, force=force)
    world = make_world(plan, seed)
    total = count_visibilities(world.schedule.scans, world.setups.spws)
    _check_disk(target, total * BYTES_PER_VALUE)
    scans = _observe(world, asdm, threads=threads or usable_processors(), total=total, progress=progress)
    contents = make_contents(world, scans)
    write_asdm_metadata(contents, asdm)
    write_truth(world, contents, directory=target)
    write_positions(world.array, target / POSITIONS, answer=target / POSITIONS_JSON)
    return SimulatedEb(asdm, target / TRUTH, target / POSITIONS, target / POSITIONS_JSON, contents.eb, total)


def count_visibilities(scans: Sequence[Scan], spws: Sequence[SpectralWindow]) -> int:
    """Return the cross-correlation values of full-resolution windows: baseline, integration, channel, product."""
    total = 0
    for _, block in _correlator_blocks(scans):
        values = sum(spws[i].n_channels * len(spws[i].correlations) for i in block.spw_ids)
        if not spws[block.spw_ids[0]].is_channel_average:
            total += block.n_integrations * values * block.n_antennas * (block.n_antennas - 1) // 2
    return total


def _correlator_blocks(scans: Sequence[Scan]) -> Iterator[tuple[Scan, DataBlock]]:
    for scan in scans:
        for subscan in scan.subscans:
            for block in subscan.blocks:
                if block.processor == "CORRELATOR":
                    yield scan, block


def _make_room(target: Path, asdm: Path, *, force: bool) -> None:
    mine = [asdm, *(target / name for name in (TRUTH, TRUTH_ARRAYS, POSITIONS, POSITIONS_JSON))]
    if not force:
        refuse_existing(mine)
    for path in mine:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    target.mkdir(parents=True, exist_ok=True)


def refuse_existing(paths: Sequence[Path]) -> None:
    """Refuse to overwrite, before the long work starts.

    Raises
    ------
    ScenarioError
        One of the paths exists.
    """
    for path in paths:
        if path.exists():
            raise ScenarioError(
                "a simulation exists already", where=str(path), repair="give another --out, or --force to replace it"
            )


def _check_disk(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target).free
    if free < needed + DISK_RESERVE:
        raise ResourceError(
            f"the simulation needs {needed / 1e6:.0f} MB but only {free / 1e6:.0f} MB are free",
            where=str(target),
            repair="give another --out or free some space",
        )


def _observe(world: World, asdm: Path, *, threads: int, total: int, progress: Progress | None) -> tuple[Scan, ...]:
    from almared.simulate.observe.observe import observe_scans

    seen = counter(progress, total=total)
    return observe_scans(world, world.schedule.scans, directory=asdm, threads=threads, seen=seen)


def counter(progress: Progress | None, *, total: int) -> Callable[[int], None]:
    """Return what adds up counts and shows them with their total."""
    done = 0

    def count(number: int) -> None:
        nonlocal done
        done += number
        if progress is not None:
            progress(done, total)

    return count
