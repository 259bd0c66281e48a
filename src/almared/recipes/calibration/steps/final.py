"""Steps 16 to 19: applying the tables, and the calibrated MS."""

from __future__ import annotations

from collections.abc import Sequence

from almared.basics.select import id_ranges
from almared.heuristics.calibration.gain import ApplyGroup
from almared.model import ExecutionBlock, Intent, Selection
from almared.names import Products, flag_versions
from almared.plan import Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove
from almared.recipes.calibration.steps.flag_versions import flags_of_step, ms_of_step, start_flags

KEPT_INTENTS = (
    Intent.BANDPASS,
    Intent.FLUX,
    Intent.AMPLI,
    Intent.PHASE,
    Intent.DELAY,
    Intent.POLARIZATION,
    Intent.DIFFGAIN,
    Intent.TARGET,
    Intent.CHECK,
)
"""Intents of the calibrated MS; scans for pointing and atmosphere alone stay behind (domain A.8 step 18)."""


def save_flags(which: StepId, products: Products) -> Step:
    """Return a step that saves the flags, or puts them back when they were saved before."""
    changes = (ms_of_step(which, products),)
    return calibration_step(
        which, (start_flags(which, products),), changes=changes, flags=flags_of_step(which, products)
    )


PHASES = {
    "phase_int": "phases of each integration, solved on the very source",
    "phase_inf": "phases of each scan, interpolated between scans of the phase calibrator",
}
"""Why each phase table is applied."""


def apply_tables(products: Products, bandpass: str, *, groups: Sequence[ApplyGroup]) -> Step:
    """Return step 17 (domain A.8 step 17)."""
    actions = [start_flags(StepId.FINAL_APPLY, products)]
    calls = [
        call(
            "applycal",
            f"{', '.join(dict.fromkeys(group.names))}: {PHASES[group.phase_table]}",
            role=roles.FINAL_APPLY,
            vis=products.split,
            field=id_ranges(group.field_ids),
            gaintable=(bandpass, products.of_split(group.phase_table), products.of_split("flux_inf")),
            gainfield=("", str(group.gain_field_id), str(group.gain_field_id)),
            interp=("linear,linear", "linear", "linear"),
            calwt=True,
            flagbackup=False,
        )
        for group in groups
    ]
    return calibration_step(
        StepId.FINAL_APPLY,
        (*actions, *calls),
        changes=(products.split,),
        flags=flags_of_step(StepId.FINAL_APPLY, products),
    )


def split_calibrated(eb: ExecutionBlock, products: Products) -> Step:
    """Return step 18."""
    kept = [intent.removeprefix("CALIBRATE_") for intent in KEPT_INTENTS if eb.scans_with(intent)]
    made = (products.calibrated, flag_versions(products.calibrated))
    split = call(
        "mstransform",
        "Scans for pointing and atmosphere alone stay behind.",
        role=roles.CALIBRATED_SPLIT,
        vis=products.split,
        outputvis=products.calibrated,
        datacolumn="corrected",
        **Selection(intents=tuple(kept)).to_casa(),
        keepflags=True,
        reindex=False,
    )
    return calibration_step(
        StepId.CALIBRATED_SPLIT, (remove(*made), split, check_made(products.calibrated)), makes=made
    )
