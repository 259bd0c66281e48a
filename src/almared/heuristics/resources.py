"""What each step will need of disk, memory and time, before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almared.model import ExecutionBlock

BYTES_PER_VISIBILITY = 8.6
"""DATA 8, FLAG one bit, and the small columns of a row spread over its channels."""

SCRATCH_FACTOR = 2.0
"""DATA and CORRECTED_DATA; a model column comes with setjy in the split."""

BASE_MEMORY_BYTES = 1.0e9
"""CASA itself with a small MS, measured."""

MEMORY_FRACTION = 0.25
"""Part of the largest window's data that a solving task holds at once, measured on sets of 2 GB."""

RATES_PER_S: dict[int, float] = {
    0: 8.0e6, 3: 12.0e6, 4: 30.0e6, 7: 9.0e6, 8: 20.0e6, 10: 20.0e6, 11: 40.0e6, 13: 5.0e6,
    15: 2.5e6, 17: 9.0e6, 18: 18.0e6,
}  # fmt: skip
"""Visibilities per second of each step on two cores (architecture, facts about CASA; steps of the demo)."""

OVERHEAD_S = 0.5


@dataclass(frozen=True, slots=True)
class StepResources:
    """Needs of one step.

    Parameters
    ----------
    step : int
        Its number.
    disk_bytes : float, bytes
        What it adds on disk.
    memory_bytes : float, bytes
        Most memory it holds.
    seconds : float, s
        How long it takes on two cores.
    """

    step: int
    disk_bytes: float
    memory_bytes: float
    seconds: float


def count_visibilities(eb: ExecutionBlock, spw_ids: Sequence[int] | None = None) -> float:
    """Return the number of visibilities (one polarisation product, channel, integration, baseline), autos included."""
    wanted = set(spw_ids) if spw_ids is not None else {w.id for w in eb.spws}
    total = 0.0
    for scan in eb.scans:
        for sub in scan.subscans:
            for block in sub.blocks:
                pairs = block.n_antennas * (block.n_antennas + 1) / 2
                if block.processor == "RADIOMETER":
                    pairs = block.n_antennas
                values = sum(eb.spws[i].n_channels * len(eb.spws[i].correlations) for i in block.spw_ids if i in wanted)
                total += pairs * block.n_integrations * values
    return total


def estimate_resources(eb: ExecutionBlock, spw_ids: Sequence[int]) -> tuple[StepResources, ...]:
    """Return the needs of all twenty steps.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spw_ids : sequence of int
        Windows that go through the calibration.
    """
    everything, science = count_visibilities(eb), count_visibilities(eb, spw_ids)
    raw, split = everything * BYTES_PER_VISIBILITY, science * BYTES_PER_VISIBILITY
    disk = {0: raw, 7: raw, 8: split, 11: split, 17: split, 18: split}
    memory = BASE_MEMORY_BYTES + MEMORY_FRACTION * split
    return tuple(
        StepResources(
            step=n,
            disk_bytes=disk.get(n, 0.0),
            memory_bytes=memory if n in RATES_PER_S else BASE_MEMORY_BYTES,
            seconds=OVERHEAD_S
            + ((everything if n in (0, 3) else science) / RATES_PER_S[n] if n in RATES_PER_S else 0.0),
        )
        for n in range(20)
    )
