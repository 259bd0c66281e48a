"""Disk, memory and time that each step will need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from almared.model import DataBlock, ExecutionBlock, Intent
from almared.plan import StepId

DATA_BYTES, BYTES_PER_ROW, BYTES_PER_MS = 8.125, 300.0, 4.0e6
"""A visibility of DATA with its flag; the small columns of a row; fixed overhead. Measured on three scenarios."""

COLUMN_BYTES = 8.0
"""A visibility of MODEL_DATA or CORRECTED_DATA."""

BASE_MEMORY_BYTES = 4.0e8
"""CASA's tasks with little data; measured: 0.27 GB after the import, at most 0.33 GB."""

MEMORY_PER_CHUNK, MEMORY_OF_SOLVING = 1.0, 3.0
"""Relative to the data of the largest scan and window; a solving task (measured 2) reads only the calibrators."""

SNAPSHOT_BYTES, SNAPSHOT_BYTES_PER_ROW = 0.125, 22.0
"""A visibility, and a row, in a saved flag version."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Time that a step takes on two cores.

    Parameters
    ----------
    fixed_s : float, s
        Independent of the data.
    row_s, visibility_s : float, s
        For each row of the MS, and each visibility (one polarisation product and channel of a row).
    """

    fixed_s: float
    row_s: float
    visibility_s: float


RATES: dict[StepId, Rate] = {
    StepId.IMPORT: Rate(0.1, 5.0e-5, 2.0e-8),
    StepId.SYSCAL_TIMES: Rate(0.1, 0.0, 0.0),
    StepId.LISTING: Rate(0.1, 1.0e-6, 2.0e-9),
    StepId.APRIORI_FLAGS: Rate(0.3, 3.0e-5, 1.0e-7),
    StepId.WVR: Rate(4.0, 4.0e-5, 7.0e-8),
    StepId.TSYS: Rate(0.2, 0.0, 1.0e-8),
    StepId.ANTPOS: Rate(0.1, 0.0, 0.0),
    StepId.APRIORI_APPLY: Rate(0.6, 0.0, 3.0e-7),
    StepId.SCIENCE_SPLIT: Rate(0.4, 0.0, 8.0e-8),
    StepId.ORIGINAL_FLAGS: Rate(0.1, 0.0, 1.5e-8),
    StepId.INITIAL_FLAGS: Rate(0.2, 0.0, 5.0e-8),
    StepId.MODELS: Rate(0.5, 0.0, 2.2e-7),
    StepId.FLAGS_BEFORE_BANDPASS: Rate(0.1, 0.0, 1.4e-8),
    StepId.BANDPASS: Rate(0.6, 1.5e-5, 1.2e-7),
    StepId.FLAGS_BEFORE_GAIN: Rate(0.1, 0.0, 1.4e-8),
    StepId.GAIN: Rate(1.5, 0.0, 4.0e-7),
    StepId.FLAGS_BEFORE_APPLY: Rate(0.1, 0.0, 1.4e-8),
    StepId.FINAL_APPLY: Rate(0.4, 0.0, 1.7e-7),
    StepId.CALIBRATED_SPLIT: Rate(0.4, 0.0, 7.0e-8),
    StepId.FINAL_FLAGS: Rate(0.1, 0.0, 1.4e-8),
}
"""Fitted to the runs of three scenarios with 1, 12 and 54 million visibilities, casatasks 6.7.0.31."""

SOLVING = (StepId.BANDPASS, StepId.GAIN)
"""Steps that solve on calibrators."""

ON_ALL_WINDOWS = tuple(step for step in StepId if step < StepId.SCIENCE_SPLIT)
"""Steps that work on the first MS."""

ON_ALL_ROWS = tuple(step for step in ON_ALL_WINDOWS if step < StepId.TSYS)
"""Steps whose time scales with all rows of the first MS."""


SNAPSHOTS_OF_SPLIT = (
    StepId.ORIGINAL_FLAGS,
    StepId.FLAGS_BEFORE_BANDPASS,
    StepId.FLAGS_BEFORE_GAIN,
    StepId.FLAGS_BEFORE_APPLY,
    StepId.FINAL_FLAGS,
)
"""Steps that save the flags of the science windows."""


@dataclass(frozen=True, slots=True)
class StepResources:
    """Needs of one step.

    Parameters
    ----------
    step : StepId
        Which.
    disk_bytes : float, bytes
        Disk space that it adds.
    memory_bytes : float, bytes
        Peak memory.
    seconds : float, s
        Time on two cores.
    """

    step: StepId
    disk_bytes: float
    memory_bytes: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Size:
    """Amount of data.

    Parameters
    ----------
    rows : float
        Rows of an MS: one for each window, integration and pair of antennas (autocorrelations included).
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
        """Disk of an MS with this data in DATA only (bytes)."""
        return self.visibilities * DATA_BYTES + self.rows * BYTES_PER_ROW + BYTES_PER_MS

    @property
    def snapshot_bytes(self) -> float:
        """Disk of one flag version of it (bytes)."""
        return self.visibilities * SNAPSHOT_BYTES + self.rows * SNAPSHOT_BYTES_PER_ROW


def measure_size(eb: ExecutionBlock, spw_ids: Iterable[int] | None = None) -> Size:
    """Return the amount of data of some (None: all) windows, counted from the subscans."""
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
    # Radiometers have no baselines: one row per antenna.
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
            step=step,
            disk_bytes=disk.get(step, 0.0),
            memory_bytes=_memory(step, first if step in ON_ALL_WINDOWS else split),
            seconds=_seconds(rate, first if step in ON_ALL_ROWS else split),
        )
        for step, rate in RATES.items()
    )


def _disk(first: Size, split: Size) -> dict[StepId, float]:
    """Return the bytes that steps add: two MSs with corrected columns, one with a model, the last with only data."""
    column = split.visibilities * COLUMN_BYTES
    disk = dict.fromkeys((StepId.APRIORI_FLAGS, StepId.APRIORI_APPLY), first.snapshot_bytes)
    disk |= dict.fromkeys(SNAPSHOTS_OF_SPLIT, split.snapshot_bytes)
    # applycal adds CORRECTED_DATA to every row of the first MS, whatever the selection.
    for step, more in (
        (StepId.IMPORT, first.ms_bytes),
        (StepId.APRIORI_APPLY, first.visibilities * COLUMN_BYTES),
        (StepId.SCIENCE_SPLIT, split.ms_bytes),
        (StepId.MODELS, column),
        (StepId.FINAL_APPLY, column),
        (StepId.CALIBRATED_SPLIT, split.ms_bytes),
    ):
        disk[step] = disk.get(step, 0.0) + more
    return disk


def _memory(step: StepId, size: Size) -> float:
    solving = MEMORY_OF_SOLVING * size.largest_calibrator if step in SOLVING else 0.0
    return BASE_MEMORY_BYTES + DATA_BYTES * max(MEMORY_PER_CHUNK * size.largest_chunk, solving)


def _seconds(rate: Rate, size: Size) -> float:
    return rate.fixed_s + rate.row_s * size.rows + rate.visibility_s * size.visibilities
