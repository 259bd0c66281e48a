"""The whole table *put in / found* of a calibrated execution block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from almared.names import Products
from almared.simulate.observe.truth import Truth
from almared.simulate.verify.bandpasses import compare_bandpass
from almared.simulate.verify.comparison import Comparison
from almared.simulate.verify.fluxes import (
    POINT_LIMIT_PERCENT,
    TARGET_LIMIT_PERCENT,
    compare_calibrators,
    compare_target,
)
from almared.simulate.verify.phases import compare_check_source, compare_phase_calibrators
from almared.simulate.verify.water import compare_water


def verify_calibration(
    directory: Path,
    truth: Truth,
    *,
    positions_given: bool,
    limits_percent: tuple[float, float] = (POINT_LIMIT_PERCENT, TARGET_LIMIT_PERCENT),
) -> Iterator[Comparison]:
    """Yield every comparison of a calibrated execution block with its truth.

    Parameters
    ----------
    directory : Path
        Where the script was run.
    truth : Truth
        What was put in.
    positions_given : bool
        Whether the calibration had the antenna positions.
    limits_percent : tuple of float, %
        Limits of calibrator amplitudes and of the target's flux scale.
    """
    products = Products(f"{truth.tree['asdm']}.ms")
    calibrated = directory / products.calibrated
    yield from compare_calibrators(calibrated, truth, limit_percent=limits_percent[0])
    yield from compare_target(calibrated, truth, limit_percent=limits_percent[1])
    yield from compare_phase_calibrators(calibrated, truth)
    yield from compare_check_source(calibrated, truth, positions_given=positions_given)
    yield from compare_bandpass(directory / products.of_split("bandpass"), truth)
    wvr = directory / products.of_ms("wvr")
    if wvr.exists():
        yield from compare_water(wvr, truth)
