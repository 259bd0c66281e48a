"""No ASDM at hand: the MS was imported before, and stays."""

from __future__ import annotations

from almared.plan import Plan, StepId
from almared.recipes.building import nothing
from almared.recipes.calibration.situations.situation import Situation


def use_imported_ms(plan: Plan, situation: Situation) -> Plan:
    """Return the plan without an import where there is no ASDM."""
    if situation.options.asdm:
        return plan
    reason = f"the plan was made from {situation.products.ms} and its ASDM is not here, so the MS is used as it is"
    warning = (
        f"{situation.products.ms} was imported before: nothing is known about its import, and it cannot be made anew"
    )
    return plan.replacing(nothing(StepId.IMPORT, reason)).with_warnings(warning)
