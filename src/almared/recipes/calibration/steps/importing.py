"""Steps 0 to 2: the import, the times of SYSCAL, the listing."""

from __future__ import annotations

from almared.names import Products, flag_versions
from almared.plan import Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove, routine
from almared.recipes.calibration.options import CalibrationOptions

ASIS = "Antenna Station Receiver Source CalAtmosphere CalWVR CorrelatorMode SBSummary"
"""ASDM tables kept as they are (domain A.2)."""


def import_asdm(products: Products, options: CalibrationOptions) -> Step:
    """Return step 0: a fresh MS, compared with the ASDM, with one id for each source.

    References
    ----------
    domain.md A.2; asdm-facts.md 1 (importasdm leaves out rows quietly), G3 (stale flag versions).
    """
    versions = flag_versions(products.ms)
    optional = {"tbuff": options.tbuff_s} if options.tbuff_s else {}
    actions = (
        remove(products.ms, versions),
        call(
            "importasdm",
            role=roles.IMPORT,
            asdm=options.asdm,
            vis=products.ms,
            asis=ASIS,
            bdfflags=True,
            lazy=options.is_lazy,
            process_caldevice=False,
            **optional,
        ),
        routine(
            "check_import",
            products.ms,
            rows=dict(sorted(options.expected_rows.items())),
            comment="importasdm leaves out what it cannot read without saying so: compare with the ASDM.",
        ),
        routine("unify_source_ids", products.ms),
    )
    return calibration_step(StepId.IMPORT, actions, makes=(products.ms, versions))


def fix_syscal_times(products: Products) -> Step:
    """Return step 1; it changes nothing in tables whose times are right (domain A.8 step 1)."""
    return calibration_step(StepId.SYSCAL_TIMES, (routine("fix_syscal_times", products.ms),), changes=(products.ms,))


def list_observation(products: Products) -> Step:
    """Return step 2."""
    listing = products.of_ms("listobs")
    actions = (
        remove(listing),
        call("listobs", role=roles.LISTING, vis=products.ms, listfile=listing),
        check_made(listing),
    )
    return calibration_step(StepId.LISTING, actions, makes=(listing,))
