"""Spectral scans: several tunings in one execution."""

from __future__ import annotations

from typing import Any

from almared.model import Choice, ExecutionBlock, Intent
from almared.recipes.calibration.mode import Mode
from almared.recipes.calibration.observed import windows_with
from almared.recipes.calibration.options import CalibrationOptions


def recognise(eb: ExecutionBlock, _: CalibrationOptions) -> Choice[Any] | None:
    """Return that the windows of the target were observed in different scans.

    References
    ----------
    domain.md A.3 item 3.
    """
    targets = eb.scans_with(Intent.TARGET)
    tunings = {
        frozenset(scan.number for scan in targets if spw.id in scan.spw_ids) for spw in windows_with(eb, Intent.TARGET)
    }
    if len(tunings) <= 1:
        return None
    return Choice(len(tunings), "the science windows were observed in different scans: a spectral scan")


MODE = Mode(30, "spectral scan", recognise)
