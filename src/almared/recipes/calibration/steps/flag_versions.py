"""The flag versions from which the steps start (docs/decisions/001-rooms-and-contracts.md)."""

from __future__ import annotations

from almared.names import Products
from almared.plan import Routine, StepId
from almared.recipes.building import from_flags

ON_MS = (
    (StepId.APRIORI_FLAGS, "BeforeAprioriFlagging"),
    (StepId.APRIORI_APPLY, "BeforeAprioriApply"),
)
ON_SPLIT = (
    (StepId.ORIGINAL_FLAGS, "Original"),
    (StepId.FLAGS_BEFORE_BANDPASS, "BeforeBandpassCalibration"),
    (StepId.FLAGS_BEFORE_GAIN, "BeforeGainCalibration"),
    (StepId.FLAGS_BEFORE_APPLY, "BeforeApplycal"),
)
ON_CALIBRATED = ((StepId.FINAL_FLAGS, "AfterApplycal"),)

STEPS = {
    **dict.fromkeys((StepId.APRIORI_FLAGS, StepId.APRIORI_APPLY), "ms"),
    **dict.fromkeys(
        (
            StepId.ORIGINAL_FLAGS,
            StepId.INITIAL_FLAGS,
            StepId.FLAGS_BEFORE_BANDPASS,
            StepId.BANDPASS,
            StepId.FLAGS_BEFORE_GAIN,
            StepId.GAIN,
            StepId.FLAGS_BEFORE_APPLY,
            StepId.FINAL_APPLY,
        ),
        "split",
    ),
    StepId.FINAL_FLAGS: "calibrated",
}
"""Which MS each step that concerns flags starts on."""

VERSIONS = {"ms": ON_MS, "split": ON_SPLIT, "calibrated": ON_CALIBRATED}


def start_flags(step: StepId, products: Products) -> Routine:
    """Return the restore or save of flags with which a step begins."""
    return from_flags(step, ms_of_step(step, products), versions=VERSIONS[STEPS[step]])


def ms_of_step(step: StepId, products: Products) -> str:
    """Return the MS whose flags a step starts from."""
    return {"ms": products.ms, "split": products.split, "calibrated": products.calibrated}[STEPS[step]]


def flags_of_step(step: StepId, products: Products) -> dict[str, str]:
    """Return the MS whose flags a step starts from, and their version."""
    version = max((n, name) for n, name in VERSIONS[STEPS[step]] if n <= step)[1]
    return {ms_of_step(step, products): version}
