"""System temperatures that were not recorded, for some sources or for all."""

from __future__ import annotations

import functools
from dataclasses import replace

from almared.errors import PlanError
from almared.model import Choice
from almared.plan import Action, Argument, Call, NamedChoice, Plan, Step, StepId
from almared.recipes.building import call, map_calls, nothing
from almared.recipes.calibration.situations.situation import Situation
from almared.recipes.calibration.steps.apriori_apply import without_table

ANY = "no system temperatures were recorded"


def go_without_tsys(plan: Plan, situation: Situation) -> Plan:
    """Return the plan without Tsys where none was recorded, or with the sources flagged that have none of their own.

    Uncorrected data of one source beside corrected data of another would give a wrong flux scale, so the data of
    a source for which no Tsys would do are flagged.

    Raises
    ------
    PlanError
        A calibrator has no Tsys that would do while others have: without it there is no calibration.

    References
    ----------
    domain.md A.8 step 7, G9.
    """
    if not situation.eb.tsys:
        table = situation.products.of_ms("tsys")
        plan = plan.replacing(nothing(StepId.TSYS, ANY))
        plan = plan.with_step(
            7, lambda step: map_calls(step, "applycal", change=functools.partial(without_table, table))
        )
        warning = f"{ANY}: amplitudes are scaled by the flux calibrator alone and weights are no measure of noise"
        choice = Choice("none", ANY, rule="domain A.8 step 7", warning=warning)
        return plan.with_choices(NamedChoice("system temperatures", choice))
    _require_calibrators(situation)
    return plan.with_step(StepId.APRIORI_APPLY, _flag_without)


def _require_calibrators(situation: Situation) -> None:
    needed = set(situation.decided.gain_fields.value)
    for source in situation.decided.tsys_fields:
        if not source.value.gain_field_ids and needed & set(source.value.field_ids):
            raise PlanError(
                f"the calibrator {source.value.name!r} has no system temperatures, and no source of its own lends any",
                where=situation.eb.name,
                repair="the SysCal table is incomplete; ask for it to be made anew, or leave this calibrator out",
            )


def _flag_without(step: Step) -> Step:
    return replace(step, actions=tuple(_flagged(action) for action in step.actions))


def _flagged(action: Action) -> Action:
    if not isinstance(action, Call) or action.task != "applycal":
        return action
    gain_fields = next(a for a in action.arguments if a.name == "gainfield")
    if not isinstance(gain_fields.value, tuple) or gain_fields.value[0] != "":
        return action
    given = {name: action.get(name) for name in ("vis", "field", "spw")}
    return call(
        "flagdata",
        action.comment,
        vis=given["vis"],
        mode="manual",
        field=Argument("", given["field"], reason=gain_fields.reason),
        spw=given["spw"],
        flagbackup=False,
    )
