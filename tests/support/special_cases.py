"""Special cases alone, on the plain plan: what they change of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.small_plan import OPTIONS, small_eb

from almared.model import ExecutionBlock
from almared.names import Products
from almared.plan import CALIBRATION, Call, Plan, Step
from almared.recipes.calibration.decide import decide
from almared.recipes.calibration.plain import plain_steps
from almared.recipes.calibration.situation import Situation

Change = tuple[str, dict[str, Any]]
"""Role of a call, and the arguments that are new or have another value."""


def plain(eb: ExecutionBlock | None = None, **decided: Any) -> tuple[Plan, Situation]:
    """The plan of the small execution block before any special case, and its situation."""
    eb = eb or small_eb()
    products = Products(eb.ms_name)
    situation = Situation(eb, OPTIONS, products, replace(decide(eb, OPTIONS), **decided))
    steps = plain_steps(eb, OPTIONS, products=products, decided=situation.decided)
    return Plan(CALIBRATION, products.script, eb.uid, OPTIONS.build, steps, ms=products.ms, eb=eb), situation


def with_options(situation: Situation, **options: Any) -> Situation:
    """The situation with other options, and the same decisions."""
    return replace(situation, options=replace(situation.options, **options))


def changes(before: Plan, after: Plan) -> dict[int, str | list[Change]]:
    """What differs, by step: why it has nothing to do any more, or each new or changed call."""
    return {
        new.number: new.nothing_because or _changed(old, new)
        for old, new in zip(before.steps, after.steps, strict=True)
        if old != new
    }


def _changed(old: Step, new: Step) -> list[Change]:
    before, after = _calls(old), _calls(new)
    pairs = zip(before, after, strict=True) if len(before) == len(after) else [(None, call) for call in after]
    return [
        (call.role.name, {a.name: a.value for a in call.arguments if _is_new(first, call, a.name)})
        for first, call in pairs
        if first != call and call not in before
    ]


def _calls(step: Step) -> list[Call]:
    return [action for action in step.actions if isinstance(action, Call)]


def _is_new(first: Call | None, second: Call, name: str) -> bool:
    return first is None or first.task != second.task or first.get(name) != second.get(name)
