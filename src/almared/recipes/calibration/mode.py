"""Observing modes: recognised from the facts, then decisions and a rewrite of their own, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from almared.errors import PlanError
from almared.model import Choice, ExecutionBlock
from almared.plan import Plan
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.options import CalibrationOptions
from almared.recipes.calibration.situation import Situation
from almared.recipes.special_case import Rewrite, SpecialCase

NOT_YET = "this mode needs a recipe of its own; use the observatory's script for it"


class Decide(Protocol):
    """Changes decisions for a mode."""

    def __call__(self, decisions: Decisions, eb: ExecutionBlock, /, *, choice: Choice[Any]) -> Decisions:
        """Return the decisions changed by what was recognised."""


def keep(decisions: Decisions, eb: ExecutionBlock, *, choice: Choice[Any]) -> Decisions:
    """Return the decisions of the plain calibration."""
    del eb, choice
    return decisions


@dataclass(frozen=True, slots=True)
class Mode:
    """An observing mode that the plain calibration is not for.

    Parameters
    ----------
    order : int
        Its place among the modes: lower ones are recognised, and rewrite the plan, first.
    name : str
        What it is called, for the head of the script.
    recognise : callable
        Returns why an execution block was observed in this mode, None where it was not.
    decide : Decide
        Returns the decisions changed for the mode, before the steps are written.
    rewrite : Rewrite, optional
        Returns the plan changed for the mode; None when there is no recipe yet and the mode is refused.
    """

    order: int
    name: str
    recognise: Callable[[ExecutionBlock, CalibrationOptions], Choice[Any] | None]
    decide: Decide = keep
    rewrite: Rewrite[Situation] | None = None


@dataclass(frozen=True, slots=True)
class RecognisedMode:
    """A mode that an execution block was observed in.

    Parameters
    ----------
    mode : Mode
        The mode.
    choice : Choice
        What `Mode.recognise` returned.
    """

    mode: Mode
    choice: Choice[Any]

    def decide(self, decisions: Decisions, eb: ExecutionBlock) -> Decisions:
        """Return the decisions changed for the mode."""
        return self.mode.decide(decisions, eb, choice=self.choice)

    def as_case(self) -> SpecialCase[Situation]:
        """Return its rewrite as a special case that is given."""
        return SpecialCase(self.mode.name, lambda _, __: self.choice, self.mode.rewrite or _unchanged)


def recognise_modes(
    eb: ExecutionBlock, options: CalibrationOptions, *, modes: Iterable[Mode]
) -> tuple[RecognisedMode, ...]:
    """Return the modes that an execution block was observed in.

    Raises
    ------
    PlanError
        There is no recipe for one of them: it is refused, never half done (W083).
    """
    found = []
    for mode in modes:
        choice = mode.recognise(eb, options)
        if choice is None:
            continue
        if mode.rewrite is None:
            raise PlanError(choice.reason, where=eb.name, repair=NOT_YET)
        found.append(RecognisedMode(mode, choice))
    return tuple(found)


def _unchanged(plan: Plan, situation: Situation, *, choice: Choice[Any]) -> Plan:
    del situation, choice
    return plan
