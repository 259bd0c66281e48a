"""Bandwidth switching: calibrators in wide windows, the target in narrow ones."""

from __future__ import annotations

from typing import Any

from almared.basics.select import id_ranges
from almared.model import Choice, ExecutionBlock, Intent
from almared.recipes.calibration.mode import Mode
from almared.recipes.calibration.observed import BAND_RATIO, differential_gain_ratio, windows_with
from almared.recipes.calibration.options import CalibrationOptions


def recognise(eb: ExecutionBlock, _: CalibrationOptions) -> Choice[Any] | None:
    """Return that the differential gain was observed in one band, or windows of the target not on its calibrator.

    References
    ----------
    domain.md A.3 item 3, A.10.
    """
    ratio = differential_gain_ratio(eb)
    if ratio is not None and ratio > BAND_RATIO:
        return None
    if ratio is not None:
        found = f"bandwidth switching (frequency ratio {ratio:.2f})"
        return Choice(ratio, f"a differential gain calibrator was observed: {found}", rule="domain A.10")
    phase = {spw.id for spw in windows_with(eb, Intent.PHASE)}
    missing = {spw.id for spw in windows_with(eb, Intent.TARGET)} - phase
    if not phase or not missing:
        return None
    windows = id_ranges(missing)
    reason = f"science windows {windows} were not observed on the phase calibrator: bandwidth switching"
    return Choice(windows, reason, rule="domain A.10")


MODE = Mode(20, "bandwidth switching", recognise)
