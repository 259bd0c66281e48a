"""System temperatures that were recorded for some sources, and would do for all but others."""

from __future__ import annotations

from typing import Any

from almared.basics.select import id_ranges
from almared.errors import PlanError
from almared.model import Choice
from almared.plan import Argument, Call, Plan, roles
from almared.recipes.building import call
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import SpecialCase


def recognise(_: Plan, situation: Situation) -> Choice[Any] | None:
    """Return the fields that no Tsys would do for, while others have it.

    Raises
    ------
    PlanError
        One of them is a calibrator: without it there is no calibration.

    References
    ----------
    domain.md A.8 step 7, G9.
    """
    without = [source.value for source in situation.decided.tsys_fields if not source.value.gain_field_ids]
    if not situation.eb.tsys or not without:
        return None
    needed = set(situation.decided.gain_fields.value)
    for source in without:
        if needed & set(source.field_ids):
            raise PlanError(
                f"the calibrator {source.name!r} has no system temperatures, and no source of its own lends any",
                where=situation.eb.name,
                repair="the SysCal table is incomplete; ask for it to be remade, or leave this calibrator out",
            )
    fields = sorted(number for source in without for number in source.field_ids)
    return Choice(id_ranges(fields), "no system temperatures would do for them", rule="domain A.8 step 7")


def rewrite(plan: Plan, _: Situation, *, choice: Choice[Any]) -> Plan:
    """Return the plan with the data of these sources flagged.

    Uncorrected data of one source next to corrected data of another would give a wrong flux scale.
    """
    del choice
    return plan.with_calls(roles.APRIORI_APPLY, change=_flagged)


def _flagged(apply: Call) -> Call:
    gain_fields = next(a for a in apply.arguments if a.name == "gainfield")
    if not isinstance(gain_fields.value, tuple) or gain_fields.value[0] != "":
        return apply
    return call(
        "flagdata",
        apply.comment,
        role=roles.FLAG_WITHOUT_TSYS,
        vis=apply.get("vis"),
        mode="manual",
        field=Argument("", apply.get("field"), reason=gain_fields.reason),
        spw=apply.get("spw"),
        flagbackup=False,
    )


SOURCES_WITHOUT_TSYS = SpecialCase("", recognise, rewrite)
