"""Steps and plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from almared.errors import PlanError
from almared.model import Choice, ExecutionBlock
from almared.plan.actions import Action

STEP_TITLES = (
    "Import of the ASDM",
    "Fix of SYSCAL table times",
    "listobs",
    "A priori flagging",
    "Generation and time averaging of the WVR cal table",
    "Generation of the Tsys cal table",
    "Generation of the antenna position cal table",
    "Application of the WVR, Tsys and antpos cal tables",
    "Split out science SPWs and time average",
    "Listobs, and save original flags",
    "Initial flagging",
    "Putting a model for the flux calibrator(s)",
    "Save flags before bandpass cal",
    "Bandpass calibration",
    "Save flags before gain cal",
    "Gain calibration",
    "Save flags before applycal",
    "Application of the bandpass and gain cal tables",
    "Split out corrected column",
    "Save flags after applycal",
)
"""Titles of the steps 0 to 19 (domain A.7, column 4.3-5.1)."""


@dataclass(frozen=True, slots=True)
class StepNeeds:
    """What a step will need beyond what is there.

    Parameters
    ----------
    disk_bytes : float, bytes
        New files.
    memory_bytes : float, bytes
        Largest memory at one time.
    seconds : float, s
        Time on one core of today.
    """

    disk_bytes: float = 0.0
    memory_bytes: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the script.

    Parameters
    ----------
    number : int
        0 to 19, fixed, in a calibration; in a stage its place.
    actions : tuple of Action
        What it does, in order.
    makes : tuple of str
        Files and directories it makes, relative to the directory of the script.
    changes : tuple of str
        MSs whose flags or data it changes in place.
    flags : mapping of str to str
        Per MS the flag version from which it starts.
    nothing_because : str
        Why it has nothing to do; empty for a step with actions.
    needs : StepNeeds
        Disk, memory and time.
    name : str
        Its title in a stage; a calibration has fixed ones.
    after : tuple of int, optional
        The steps on which it builds, directly; None for all before it.
    """

    number: int
    actions: tuple[Action, ...] = ()
    makes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)
    nothing_because: str = ""
    needs: StepNeeds = StepNeeds()
    name: str = ""
    after: tuple[int, ...] | None = None

    @property
    def title(self) -> str:
        """Its name, or the fixed title of its number."""
        return self.name or STEP_TITLES[self.number]


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """A choice and what it is about.

    Parameters
    ----------
    name : str
        Such as ``reference antenna``.
    choice : Choice
        Value, reason, evidence.
    """

    name: str
    choice: Choice[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The calibration of one execution block.

    Parameters
    ----------
    eb : ExecutionBlock
        Its facts.
    ms : str
        Name of the imported MS.
    build : str
        The casatasks build it is made for.
    steps : tuple of Step
        Twenty, in order.
    choices : tuple of NamedChoice
        In the order in which they were made.
    warnings : tuple of str
        What the reducer has to look at.
    head : tuple of str
        Lines about the observation for the head of the script.
    """

    eb: ExecutionBlock
    ms: str
    build: str
    steps: tuple[Step, ...]
    choices: tuple[NamedChoice, ...] = ()
    warnings: tuple[str, ...] = ()
    head: tuple[str, ...] = ()

    def step(self, number: int) -> Step:
        """Return the step of a number.

        Raises
        ------
        PlanError
            There is none.
        """
        for step in self.steps:
            if step.number == number:
                return step
        raise PlanError(f"there is no step {number}", repair="steps are 0 to 19")

    def with_step(self, number: int, change: Callable[[Step], Step]) -> Plan:
        """Return the plan with one step changed."""
        return replace(self, steps=tuple(change(s) if s.number == number else s for s in self.steps))

    def replacing(self, new: Step) -> Plan:
        """Return the plan with a step of the same number in the place of another."""
        return replace(self, steps=tuple(new if step.number == new.number else step for step in self.steps))

    def with_warnings(self, *warnings: str) -> Plan:
        """Return the plan with more warnings, none of them twice."""
        return replace(self, warnings=tuple(dict.fromkeys((*self.warnings, *warnings))))

    def with_head(self, head: tuple[str, ...]) -> Plan:
        """Return the plan with the lines for the head of the script."""
        return replace(self, head=head)

    def with_choices(self, *choices: NamedChoice) -> Plan:
        """Return the plan with more choices; one of a name that is there takes its place."""
        merged = {entry.name: entry for entry in (*self.choices, *choices)}
        return replace(self, choices=tuple(merged.values()))
