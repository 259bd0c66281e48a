"""Step 7: applying water vapour, system temperatures and antenna positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from almared.basics.select import id_ranges
from almared.heuristics.calibration.tsys import TsysField
from almared.model import Choice, ExecutionBlock
from almared.names import Products
from almared.plan import Action, Argument, Call, Step, StepId, Value, roles
from almared.recipes.building import calibration_step, call
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags

PER_TABLE = ("gaintable", "gainfield", "interp", "spwmap")
"""Arguments of applycal with one entry for each table."""


def apply_apriori(eb: ExecutionBlock, products: Products, *, decided: Decisions) -> Step:
    """Return step 7 with Tsys and WVR, one call for each source (domain A.8 step 7)."""
    calls = [_call(eb, products, decided=decided, source=source) for source in decided.tsys_fields]
    actions: tuple[Action, ...] = (start_flags(StepId.APRIORI_APPLY, products), *(c for c in calls if c.get("spw")))
    return calibration_step(
        StepId.APRIORI_APPLY, actions, changes=(products.ms,), flags=flags_of_step(StepId.APRIORI_APPLY, products)
    )


def _call(eb: ExecutionBlock, products: Products, *, decided: Decisions, source: Choice[TsysField]) -> Call:
    spws = spws_seen(eb, source.value.field_ids, wanted=decided.split_spws.value)
    return call(
        "applycal",
        f"{source.value.name}: {source.warning}" if source.warning else source.value.name,
        role=roles.APRIORI_APPLY,
        vis=products.ms,
        field=id_ranges(source.value.field_ids),
        spw=id_ranges(spws),
        gaintable=(products.of_ms("tsys"), products.of_ms("wvr")),
        gainfield=Argument("", (id_ranges(source.value.gain_field_ids), ""), reason=source.reason),
        interp=("linear,linear", "linear"),
        spwmap=Argument("", (decided.tsys_map.value.spwmap, ()), reason=decided.tsys_map.reason),
        calwt=True,
        flagbackup=False,
    )


def spws_seen(eb: ExecutionBlock, field_ids: Sequence[int], *, wanted: Sequence[int]) -> tuple[int, ...]:
    """Return those of the wanted windows that the fields were observed in."""
    seen = {i for scan in eb.scans if set(field_ids) & set(scan.field_ids) for i in scan.spw_ids}
    return tuple(i for i in wanted if i in seen)


def without_table(table: str, call: Call) -> Call:
    """Return an applycal call without one of its tables."""
    names = call.get("gaintable")
    if not isinstance(names, tuple) or table not in names:
        return call
    gone = names.index(table)
    return _per_table(call, lambda entries: entries[:gone] + entries[gone + 1 :])


def with_table(table: str, call: Call) -> Call:
    """Return an applycal call with one more table, for all fields and windows."""
    added: dict[str, Value] = {"gaintable": table, "gainfield": "", "interp": "linear", "spwmap": ()}
    arguments = tuple(
        replace(a, value=(*a.value, added[a.name])) if a.name in added and isinstance(a.value, tuple) else a
        for a in call.arguments
    )
    return replace(call, arguments=arguments)


def _per_table(call: Call, change: Callable[[tuple[Value, ...]], tuple[Value, ...]]) -> Call:
    arguments = tuple(
        replace(a, value=change(a.value)) if a.name in PER_TABLE and isinstance(a.value, tuple) else a
        for a in call.arguments
    )
    return replace(call, arguments=arguments)
