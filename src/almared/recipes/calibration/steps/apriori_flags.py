"""Step 3: a-priori flagging."""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.model import ExecutionBlock, Intent, Selection
from almared.names import Products
from almared.plan import Action, Argument, Step, StepId, roles
from almared.recipes.building import calibration_step, call
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags

NOT_FOR_CALIBRATION = (Intent.POINTING, Intent.FOCUS, Intent.SIDEBAND_RATIO, Intent.ATMOSPHERE)
"""Intents whose data are flagged before the calibration (domain A.8 step 3)."""


def flag_apriori(eb: ExecutionBlock, products: Products) -> Step:
    """Return step 3: autocorrelations but those of the radiometers, intents that are no science, online flags."""
    correlator = [spw.id for spw in eb.spws if spw.processor != "RADIOMETER"]
    actions: list[Action] = [
        start_flags(StepId.APRIORI_FLAGS, products),
        call(
            "flagdata",
            "Autocorrelations; those of the radiometers stay, for the water vapour is in them.",
            role=roles.FLAG_AUTOCORRELATIONS,
            vis=products.ms,
            mode="manual",
            spw=id_ranges(correlator),
            autocorr=True,
            flagbackup=False,
        ),
    ]
    actions += [*_intents(eb, products), *_online(eb, products)]
    return calibration_step(
        StepId.APRIORI_FLAGS,
        tuple(actions),
        changes=(products.ms,),
        flags=flags_of_step(StepId.APRIORI_FLAGS, products),
    )


def _intents(eb: ExecutionBlock, products: Products) -> list[Action]:
    present = [i for i in NOT_FOR_CALIBRATION if eb.scans_with(i)]
    if not present:
        return []
    meant = Selection(intents=tuple(i.removeprefix("CALIBRATE_") for i in present))
    return [
        call("flagdata", role=roles.FLAG_INTENTS, vis=products.ms, mode="manual", **meant.to_casa(), flagbackup=False)
    ]


def _online(eb: ExecutionBlock, products: Products) -> list[Action]:
    if not eb.online_flags:
        return []
    action = call(
        "flagcmd",
        f"Flags that the observatory recorded while it observed ({len(eb.online_flags)}).",
        role=roles.FLAG_ONLINE,
        vis=products.ms,
        inpmode="table",
        useapplied=Argument("", True, reason="a repeated step applies them again"),
        action="apply",
        flagbackup=False,
    )
    return [action]
