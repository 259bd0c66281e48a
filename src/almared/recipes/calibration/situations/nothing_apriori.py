"""Neither WVR nor Tsys nor positions: there is nothing to apply."""

from __future__ import annotations

from dataclasses import replace

from almared.plan import Call, Plan, StepId
from almared.recipes.building import map_calls, nothing
from almared.recipes.calibration.situations.situation import Situation


def split_data_as_they_are(plan: Plan, _: Situation) -> Plan:
    """Return the plan with an empty step 7 and a split of the raw data where no table is left to apply."""
    applied = [a for a in plan.step(StepId.APRIORI_APPLY).actions if isinstance(a, Call) and a.task == "applycal"]
    if any(call.get("gaintable") for call in applied):
        return plan
    plan = plan.replacing(nothing(StepId.APRIORI_APPLY, "there is no table to apply"))
    return plan.with_step(
        8,
        lambda step: replace(
            map_calls(
                step,
                "mstransform",
                change=lambda call: call.with_argument("datacolumn", "data", reason="nothing was applied before"),
            )
        ),
    )
