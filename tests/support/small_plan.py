"""The plan of the small execution block of `tiny_eb`, with any option or changed fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from support import tiny_eb

from almared.model import ExecutionBlock, Scan, Subscan, TsysRecord
from almared.names import Products
from almared.plan import CALIBRATION, Plan, Step
from almared.recipes import CalibrationOptions, plan_calibration

ASDM = "uid___A002_Xabc123_X1f"
MS = f"{ASDM}.ms"
OPTIONS = CalibrationOptions(asdm=ASDM, expected_rows={"MAIN": 1908}, build="6.7.0.31", tsys_channel_tolerance=16.0)


def small_eb() -> ExecutionBlock:
    """The small execution block as its ASDM tells it, with an atmosphere scan on the phase calibrator too."""
    eb = tiny_eb.execution_block()
    first = eb.scans[0]
    subscans = tuple(replace(sub, field_id=1) for sub in moved(first, 90.0))
    scans = (first, eb.scans[1], replace(first, number=5, subscans=subscans), *eb.scans[2:])
    rows = [
        TsysRecord(a.id, spw, scan.start_mjd_s + 1.0, scan.end_mjd_s - 1.0, (60.0, 70.0))
        for scan in (scans[0], scans[2])
        for a in eb.antennas
        for spw in (1, 3)
    ]
    return replace(eb, scans=scans, tsys=tuple(rows))


def bare_plan(steps: Sequence[Step], build: str = "6.7.0.31", **more: Any) -> Plan:
    """A plan of the calibration of ``x.ms`` with these steps and nothing else."""
    eb = tiny_eb.execution_block()
    script = Products("x.ms").script
    return Plan(CALIBRATION, script, eb.uid, build, tuple(steps), ms="x.ms", eb=eb, **more)


def moved(scan: Scan, seconds: float) -> tuple[Subscan, ...]:
    """The subscans of a scan at another time."""
    return tuple(
        replace(sub, start_mjd_s=sub.start_mjd_s + seconds, end_mjd_s=sub.end_mjd_s + seconds) for sub in scan.subscans
    )


def planned(eb: ExecutionBlock | None = None, **options: Any) -> Plan:
    """The plan of the small execution block, changed or with options."""
    return plan_calibration(eb or small_eb(), replace(OPTIONS, **options))
