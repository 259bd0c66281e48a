"""The flag versions from which the steps start (docs/decisions/001-rooms-and-contracts.md)."""

from __future__ import annotations

from almared.names import Products
from almared.plan import Routine
from almared.recipes.building import from_flags

ON_MS = ((3, "BeforeAprioriFlagging"), (7, "BeforeAprioriApply"))
ON_SPLIT = (
    (9, "Original"),
    (12, "BeforeBandpassCalibration"),
    (14, "BeforeGainCalibration"),
    (16, "BeforeApplycal"),
)
ON_CALIBRATED = ((19, "AfterApplycal"),)
STEPS = {
    **dict.fromkeys((3, 7), "ms"),
    **dict.fromkeys((9, 10, 12, 13, 14, 15, 16, 17), "split"),
    19: "calibrated",
}
"""Which MS each step that concerns flags starts on."""

VERSIONS = {"ms": ON_MS, "split": ON_SPLIT, "calibrated": ON_CALIBRATED}


def start_flags(step: int, products: Products) -> Routine:
    """Return the restore or save of flags with which a step begins."""
    return from_flags(step, ms_of_step(step, products), versions=VERSIONS[STEPS[step]])


def ms_of_step(step: int, products: Products) -> str:
    """Return the MS whose flags a step starts from."""
    return {"ms": products.ms, "split": products.split, "calibrated": products.calibrated}[STEPS[step]]


def version_of_step(step: int) -> str:
    """Return the flag version that a step starts from."""
    return max((n, name) for n, name in VERSIONS[STEPS[step]] if n <= step)[1]
