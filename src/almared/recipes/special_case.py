"""Special cases of a recipe: recognised from the facts, then a rewrite of the plain plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from almared.model import Choice
from almared.plan import NamedChoice, Plan

Situation = TypeVar("Situation")
"""The facts, options and decisions that a recipe looks at."""


Situation_contra = TypeVar("Situation_contra", contravariant=True)


class Rewrite(Protocol[Situation_contra]):
    """Changes a plan for a special case."""

    def __call__(self, plan: Plan, situation: Situation_contra, /, *, choice: Choice[Any]) -> Plan:
        """Return the plan changed by what was chosen."""


@dataclass(frozen=True, slots=True)
class SpecialCase(Generic[Situation]):
    """What makes a plan differ from the plain one.

    Parameters
    ----------
    name : str
        What is chosen, for the head of the script; empty when the choice is not listed there.
    recognise : callable
        Returns what is chosen and why from the plan so far and the situation, None where the case is not given.
    rewrite : Rewrite
        Returns the plan changed by that choice.
    """

    name: str
    recognise: Callable[[Plan, Situation], Choice[Any] | None]
    rewrite: Rewrite[Situation]

    def apply(self, plan: Plan, situation: Situation) -> Plan:
        """Return the plan changed where the case is given, else the very same plan."""
        choice = self.recognise(plan, situation)
        if choice is None:
            return plan
        plan = self.rewrite(plan, situation, choice=choice)
        return plan.with_choices(NamedChoice(self.name, choice)) if self.name else plan


def apply_cases(plan: Plan, situation: Situation, *, cases: Iterable[SpecialCase[Situation]]) -> Plan:
    """Return the plan with all special cases that are given, one after the other."""
    for case in cases:
        plan = case.apply(plan, situation)
    return plan
