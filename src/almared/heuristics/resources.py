"""What each step will need of disk, memory and time, before it starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from almared.model import DataBlock, ExecutionBlock, Intent

DATA_BYTES, BYTES_PER_ROW, BYTES_PER_MS = 8.125, 300.0, 4.0e6
"""A visibility of DATA with its flag; the small columns of a row; whatever the data. Measured on three scenarios."""

COLUMN_BYTES = 8.0
"""A visibility of MODEL_DATA or CORRECTED_DATA."""

BASE_MEMORY_BYTES = 4.0e8
"""CASA's tasks with little data: 0.27 GB after the import, 0.33 GB at most, measured."""

MEMORY_PER_CHUNK, MEMORY_OF_SOLVING = 1.0, 3.0
"""Over the data of the largest scan and window; a solving task (measured 2) has that of the calibrators alone."""

SNAPSHOT_BYTES, SNAPSHOT_BYTES_PER_ROW = 0.125, 22.0
"""A visibility, and a row, in a saved flag version."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How long a step takes on two cores.

    Parameters
    ----------
    fixed_s : float, s
        Whatever the data.
    row_s, visibility_s : float, s
        For each row of the MS, and each visibility (one polarisation product and channel of a row).
    """

    fixed_s: float
    row_s: float
    visibility_s: float


RATES: dict[int, Rate] = {
    0: Rate(0.1, 5.0e-5, 2.0e-8),
    1: Rate(0.1, 0.0, 0.0),
    2: Rate(0.1, 1.0e-6, 2.0e-9),
    3: Rate(0.3, 3.0e-5, 1.0e-7),
    4: Rate(4.0, 4.0e-5, 7.0e-8),
    5: Rate(0.2, 0.0, 1.0e-8),
    6: Rate(0.1, 0.0, 0.0),
    7: Rate(0.6, 0.0, 3.0e-7),
    8: Rate(0.4, 0.0, 8.0e-8),
    9: Rate(0.1, 0.0, 1.5e-8),
    10: Rate(0.2, 0.0, 5.0e-8),
    11: Rate(0.5, 0.0, 2.2e-7),
    12: Rate(0.1, 0.0, 1.4e-8),
    13: Rate(0.6, 1.5e-5, 1.2e-7),
    14: Rate(0.1, 0.0, 1.4e-8),
    15: Rate(1.5, 0.0, 4.0e-7),
    16: Rate(0.1, 0.0, 1.4e-8),
    17: Rate(0.4, 0.0, 1.7e-7),
    18: Rate(0.4, 0.0, 7.0e-8),
    19: Rate(0.1, 0.0, 1.4e-8),
}
"""Fitted to the runs of three scenarios with 1, 12 and 54 million visibilities, casatasks 6.7.0.31."""

SOLVING = (13, 15)
"""Steps that solve on calibrators."""

ON_ALL_WINDOWS = (0, 1, 2, 3, 4, 5, 6, 7)
"""Steps that work on the first MS."""


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


@dataclass(frozen=True, slots=True)
class Size:
    """How much data there is.

    Parameters
    ----------
    rows : float
        Rows of an MS: one for each window, integration and pair of antennas (each with itself included).
    visibilities : float
        Values in all rows, over polarisation products and channels.
    largest_chunk, largest_calibrator : float
        Visibilities of the largest scan in one window, among all scans and among those of no target.
    """

    rows: float
    visibilities: float
    largest_chunk: float
    largest_calibrator: float

    @property
    def ms_bytes(self) -> float:
        """Disk of an MS with this data in DATA alone (bytes)."""
        return self.visibilities * DATA_BYTES + self.rows * BYTES_PER_ROW + BYTES_PER_MS

    @property
    def snapshot_bytes(self) -> float:
        """Disk of one flag version of it (bytes)."""
        return self.visibilities * SNAPSHOT_BYTES + self.rows * SNAPSHOT_BYTES_PER_ROW


def measure_size(eb: ExecutionBlock, spw_ids: Iterable[int] | None = None) -> Size:
    """Return how much data some (None: all) windows have, counted from the subscans."""
    wanted = {w.id for w in eb.spws} if spw_ids is None else set(spw_ids)
    rows = visibilities = largest = calibrator = 0.0
    for scan in eb.scans:
        in_scan = dict.fromkeys(wanted, 0.0)
        for block in (b for sub in scan.subscans for b in sub.blocks):
            for spw_id in wanted.intersection(block.spw_ids):
                window = eb.spws[spw_id]
                rows += _rows(block)
                in_scan[spw_id] += _rows(block) * window.n_channels * len(window.correlations)
        visibilities += sum(in_scan.values())
        largest = max(largest, *in_scan.values(), 0.0)
        if not scan.has(Intent.TARGET):
            calibrator = max(calibrator, *in_scan.values(), 0.0)
    return Size(rows, visibilities, largest, calibrator)


def _rows(block: DataBlock) -> float:
    # Radiometers have no pairs: a row for each antenna.
    n = block.n_antennas
    return block.n_integrations * (n if block.processor == "RADIOMETER" else n * (n + 1) / 2)


def count_visibilities(eb: ExecutionBlock, spw_ids: Sequence[int] | None = None) -> float:
    """Return the number of visibilities (one polarisation product, channel, integration, baseline), autos included."""
    return measure_size(eb, spw_ids).visibilities


def estimate_resources(eb: ExecutionBlock, spw_ids: Sequence[int]) -> tuple[StepResources, ...]:
    """Return the needs of all twenty steps.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spw_ids : sequence of int
        Windows that go through the calibration.
    """
    first, split = measure_size(eb), measure_size(eb, spw_ids)
    disk = _disk(first, split)
    return tuple(
        StepResources(
            step=number,
            disk_bytes=disk.get(number, 0.0),
            memory_bytes=_memory(number, first if number in ON_ALL_WINDOWS else split),
            seconds=_seconds(rate, first if number in (0, 1, 2, 3, 4) else split),
        )
        for number, rate in RATES.items()
    )


def _disk(first: Size, split: Size) -> dict[int, float]:
    """Return bytes that steps add: two MSs with corrected columns, one with a model, the last with data alone."""
    column = split.visibilities * COLUMN_BYTES
    snapshots = {3: first, 7: first, 9: split, 12: split, 14: split, 16: split, 19: split}
    disk = {number: size.snapshot_bytes for number, size in snapshots.items()}
    # applycal adds CORRECTED_DATA to every row of the first MS, whatever the selection.
    for number, more in (
        (0, first.ms_bytes),
        (7, first.visibilities * COLUMN_BYTES),
        (8, split.ms_bytes),
        (11, column),
        (17, column),
        (18, split.ms_bytes),
    ):
        disk[number] = disk.get(number, 0.0) + more
    return disk


def _memory(step: int, size: Size) -> float:
    solving = MEMORY_OF_SOLVING * size.largest_calibrator if step in SOLVING else 0.0
    return BASE_MEMORY_BYTES + DATA_BYTES * max(MEMORY_PER_CHUNK * size.largest_chunk, solving)


def _seconds(rate: Rate, size: Size) -> float:
    return rate.fixed_s + rate.row_s * size.rows + rate.visibility_s * size.visibilities
