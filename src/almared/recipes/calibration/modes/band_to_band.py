"""Band-to-band phase transfer: the phase calibrator was observed in a lower band than the target."""

from __future__ import annotations

from typing import Any

from almared.model import Choice, ExecutionBlock
from almared.recipes.calibration.mode import Mode
from almared.recipes.calibration.observed import BAND_RATIO, differential_gain_ratio
from almared.recipes.calibration.options import CalibrationOptions


def recognise(eb: ExecutionBlock, _: CalibrationOptions) -> Choice[Any] | None:
    """Return that the differential gain was observed between bands.

    References
    ----------
    domain.md A.10, A.11.
    """
    ratio = differential_gain_ratio(eb)
    if ratio is None or ratio <= BAND_RATIO:
        return None
    found = f"band-to-band phase transfer (frequency ratio {ratio:.2f})"
    return Choice(ratio, f"a differential gain calibrator was observed: {found}", rule="domain A.11")


MODE = Mode(10, "band-to-band transfer", recognise)
