"""Plans: the steps of one script, with the choices behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from almared.errors import PlanError
from almared.model import Choice, ExecutionBlock, Finding
from almared.model.finding import messages, warning
from almared.plan.actions import Action, Call
from almared.plan.kinds import PlanKind
from almared.plan.roles import Role
from almared.plan.step import Step


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


def choice_findings(*choices: Choice[Any]) -> tuple[Finding, ...]:
    """Return what the reducer should check of choices, with the evidence behind them."""
    return tuple(warning("PLAN01", choice.warning, evidence=choice.evidence) for choice in choices if choice.warning)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a script does: the calibration of an execution block, or a stage of a MOUS (docs/decisions/030, 040).

    Parameters
    ----------
    kind : PlanKind
        What it is for.
    script : str
        Name of the script.
    uid : str
        Uid of the execution block or of the MOUS, empty when there is none.
    build : str
        The casatasks build it is made for.
    steps : tuple of Step
        Numbered from 0 without gaps.
    choices : tuple of NamedChoice
        In the order in which they were made.
    findings : tuple of Finding
        What the reducer has to look at.
    head : tuple of str
        Lines for the head of the script.
    ms : str
        Name of the imported MS; empty in a stage.
    eb : ExecutionBlock, optional
        Facts of the execution block; None in a stage.
    """

    kind: PlanKind
    script: str
    uid: str
    build: str
    steps: tuple[Step, ...]
    choices: tuple[NamedChoice, ...] = ()
    findings: tuple[Finding, ...] = ()
    head: tuple[str, ...] = ()
    ms: str = ""
    eb: ExecutionBlock | None = None

    @property
    def heading(self) -> str:
        """What its script does, and for which MOUS."""
        return f"{self.kind.heading} of the MOUS {self.uid}" if self.kind.names_mous and self.uid else self.kind.heading

    def step(self, number: int) -> Step:
        """Return the step with a number.

        Raises
        ------
        PlanError
            There is no such step.
        """
        for step in self.steps:
            if step.number == number:
                return step
        raise PlanError(f"there is no step {number}", repair=f"steps are 0 to {len(self.steps) - 1}")

    def with_step(self, number: int, change: Callable[[Step], Step]) -> Plan:
        """Return the plan with one step changed."""
        return replace(self, steps=tuple(change(s) if s.number == number else s for s in self.steps))

    def replacing(self, new: Step) -> Plan:
        """Return the plan with the step of the same number replaced."""
        return replace(self, steps=tuple(new if step.number == new.number else step for step in self.steps))

    def calls(self, *roles: Role) -> tuple[Call, ...]:
        """Return the calls of some roles, or of their families, in order."""
        return tuple(action for step in self.steps for action in step.actions if _has_role(action, roles))

    def with_calls(self, *roles: Role, change: Callable[[Call], Action]) -> Plan:
        """Return the plan with each call of some roles changed; the very same where there is none.

        Parameters
        ----------
        *roles : Role
            Roles, or families of roles.
        change : callable
            Returns what stands in the place of a call.
        """
        if not self.calls(*roles):
            return self
        return self._with_actions(lambda action: (change(action),) if _has_role(action, roles) else (action,))

    def without_calls(self, *roles: Role) -> Plan:
        """Return the plan without the calls of some roles; the very same where there is none."""
        if not self.calls(*roles):
            return self
        return self._with_actions(lambda action: () if _has_role(action, roles) else (action,))

    def _with_actions(self, change: Callable[[Action], tuple[Action, ...]]) -> Plan:
        """Return the plan with any number of actions in the place of each; a step that keeps its own stays itself."""
        steps = []
        for step in self.steps:
            actions = tuple(new for action in step.actions for new in change(action))
            steps.append(step if actions == step.actions else replace(step, actions=actions))
        return replace(self, steps=tuple(steps))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of its findings, none of them twice."""
        return messages(self.findings)

    def with_findings(self, *findings: Finding) -> Plan:
        """Return the plan with more findings, no sentence twice."""
        once: dict[str, Finding] = {}
        for finding in (*self.findings, *findings):
            once.setdefault(finding.message, finding)
        return replace(self, findings=tuple(once.values()))

    def with_head(self, head: tuple[str, ...]) -> Plan:
        """Return the plan with the lines for the head of the script."""
        return replace(self, head=head)

    def with_choices(self, *choices: NamedChoice) -> Plan:
        """Return the plan with more choices; a choice replaces one of the same name."""
        merged = {entry.name: entry for entry in (*self.choices, *choices)}
        return replace(self, choices=tuple(merged.values()))


def _has_role(action: Action, roles: tuple[Role, ...]) -> TypeGuard[Call]:
    return isinstance(action, Call) and action.role.is_one_of(roles)
