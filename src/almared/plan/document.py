"""A plan as a document for programs."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from almared.model.finding import records_of
from almared.plan.actions import Action, Argument, Call
from almared.plan.plan import Plan
from almared.plan.step import Step


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain dictionaries, lists, texts and numbers, ready for JSON."""
    return {
        "kind": plan.kind.heading,
        **({"ms": plan.ms} if plan.ms else {}),
        "uid": plan.uid,
        "casatasks": plan.build,
        "head": list(plan.head),
        "choices": [{"name": c.name, **_plain(c.choice)} for c in plan.choices],
        "warnings": list(plan.warnings),
        "findings": records_of(plan.findings),
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    document = {
        "number": step.number,
        "title": step.title,
        "actions": [_action(action) for action in step.actions],
        "makes": list(step.makes),
        "changes": list(step.changes),
        "flags": dict(step.flags),
        "needs": dataclasses.asdict(step.needs),
    }
    document |= {"after": list(step.after)} if step.after is not None else {}
    return document | ({"nothing_because": step.nothing_because} if step.nothing_because else {})


def _action(action: Action) -> dict[str, Any]:
    name = action.task if isinstance(action, Call) else action.name
    document: dict[str, Any] = {"task" if isinstance(action, Call) else "routine": name}
    document["arguments"] = [_argument(a) for a in action.arguments]
    extras = {key: getattr(action, key, "") for key in ("comment", "result", "log_to")}
    return document | {key: value for key, value in extras.items() if value}


def _argument(argument: Argument) -> dict[str, Any]:
    document: dict[str, Any] = {"name": argument.name}
    document |= {"variable": argument.variable} if argument.variable else {"value": _plain(argument.value)}
    return document | ({"reason": argument.reason} if argument.reason else {})


def _plain(value: Any) -> Any:
    """Return any frozen value as a JSON value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    return value
