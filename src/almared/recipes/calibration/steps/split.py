"""Steps 8 and 9: the science windows in an MS of their own, listed, its flags saved."""

from __future__ import annotations

from collections.abc import Sequence

from almared.basics.select import id_ranges
from almared.names import Products, flag_versions
from almared.plan import Argument, Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags


def split_science(products: Products, spws: Sequence[int], *, time_bin_s: float = 0.0) -> Step:
    """Return step 8; window ids stay those of the first MS (domain A.8 step 8)."""
    averaging: dict[str, object] = {}
    if time_bin_s:
        averaging = {"timeaverage": True, "timebin": Argument("", f"{time_bin_s:g}s", reason="asked for")}
    split = call(
        "mstransform",
        role=roles.SCIENCE_SPLIT,
        vis=products.ms,
        outputvis=products.split,
        datacolumn="corrected",
        spw=id_ranges(spws),
        keepflags=True,
        reindex=Argument("", False, reason="windows keep their ids, so that selections mean the same in every MS"),
        **averaging,
    )
    made = (products.split, flag_versions(products.split))
    return calibration_step(StepId.SCIENCE_SPLIT, (remove(*made), split, check_made(products.split)), makes=made)


def save_original_flags(products: Products) -> Step:
    """Return step 9."""
    listing = products.of_split("listobs")
    actions = (
        remove(listing),
        call("listobs", role=roles.LISTING, vis=products.split, listfile=listing),
        start_flags(StepId.ORIGINAL_FLAGS, products),
    )
    return calibration_step(
        StepId.ORIGINAL_FLAGS,
        actions,
        makes=(listing,),
        changes=(products.split,),
        flags=flags_of_step(StepId.ORIGINAL_FLAGS, products),
    )
