"""Step 7: applying water vapour, system temperatures and antenna positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Argument, Call, Step, Value
from almared.recipes.building import call
from almared.recipes.decisions import SourceTsys
from almared.recipes.flag_versions import start_flags, version_of_step
from almared.select import id_ranges

PER_TABLE = ("gaintable", "gainfield", "interp", "spwmap")
"""Arguments of applycal with one entry for each table."""


def apply_apriori(products: Products, sources: Sequence[SourceTsys], spwmap: Choice[tuple[int, ...]]) -> Step:
    """Return step 7 with Tsys and WVR, one call for each source (domain A.8 step 7)."""
    tables = (products.of_ms("tsys"), products.of_ms("wvr"))
    calls = [
        call(
            "applycal",
            source.name,
            vis=products.ms,
            field=id_ranges(source.field_ids),
            spw=id_ranges(source.spws),
            gaintable=tables,
            gainfield=Argument("", (id_ranges(source.gain_fields.value), ""), reason=source.gain_fields.reason),
            interp=("linear,linear", "linear"),
            spwmap=Argument("", (spwmap.value, ()), reason=spwmap.reason),
            calwt=True,
            flagbackup=False,
        )
        for source in sources
    ]
    actions: tuple[Action, ...] = (start_flags(7, products), *calls)
    return Step(7, actions, changes=(products.ms,), flags={products.ms: version_of_step(7)})


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
