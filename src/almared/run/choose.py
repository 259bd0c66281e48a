"""The steps of a run, and why it includes steps that were not requested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from almared.basics.select import parse_ids
from almared.errors import SelectionError
from almared.records.state import StepState, StepStatus
from almared.script.read import CalibrationScript, ScriptStep


@dataclass(frozen=True, slots=True)
class RunChoice:
    """The choice of steps of a run.

    Parameters
    ----------
    steps : tuple of int
        Steps in the order in which they run.
    reasons : tuple of str
        Why unrequested steps run.
    """

    steps: tuple[int, ...]
    reasons: tuple[str, ...] = ()


def parse_steps(text: str, steps: Sequence[ScriptStep]) -> tuple[int, ...]:
    """Return the steps of a selection such as ``5-9``, ``0,1,2`` or ``bandpass``: numbers, ranges or titles.

    Raises
    ------
    SelectionError
        A part is neither a number, a range nor in exactly one title, or the script has no such step.
    """
    chosen: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        chosen.update(parse_ids(part) if part[0].isdigit() else (_step_of_title(part, steps),))
    unknown = chosen - {step.number for step in steps}
    if unknown or not chosen:
        raise SelectionError(
            f"the script has no step {min(unknown)}" if unknown else "no step is selected",
            where=f"--steps {text}",
            repair=f"steps are {steps[0].number} to {steps[-1].number}",
        )
    return tuple(sorted(chosen))


def _step_of_title(part: str, steps: Sequence[ScriptStep]) -> int:
    exact = [step for step in steps if step.title.lower() == part.lower()]
    found = exact or [step for step in steps if part.lower() in step.title.lower()]
    if len(found) != 1:
        titles = "; ".join(f"{step.number} {step.title}" for step in found or steps)
        what = "matches several titles" if found else "matches no title"
        raise SelectionError(f"{part!r} {what}", where="--steps", repair=f"give a number: {titles}")
    return found[0].number


def choose_steps(
    script: CalibrationScript,
    statuses: Sequence[StepStatus],
    *,
    wanted: Iterable[int] | None = None,
    unsound: Mapping[str, str] | None = None,
) -> RunChoice:
    """Return the steps to run.

    Parameters
    ----------
    script : CalibrationScript
        The script as it is now.
    statuses : sequence of StepStatus
        State of each of its steps.
    wanted : iterable of int, optional
        Requested steps; by default all from the first that is not done.
    unsound : mapping of str to str, optional
        Incomplete products, and why.

    References
    ----------
    Architecture decision 7: inputs of a step are complete, or the step that makes them is repeated first.
    """
    pending = _pending(script, statuses, unsound=unsound or {})
    if wanted is None:
        wanted = set(pending).union(*(script.later(number) for number in pending))
    asked = sorted(set(wanted))
    chosen: list[int] = []
    reasons: list[str] = []
    for number in asked:
        for step in _with_needed(script, number, pending=pending):
            if step not in chosen:
                chosen.append(step)
            if step not in asked:
                reasons.append(_reason(step, pending))
        # Steps that depend on a repeated step are out of date.
        later = script.later(number)
        pending = dict.fromkeys(later, f"step {number} runs before it") | {
            n: why for n, why in pending.items() if n not in later and n not in chosen
        }
    return RunChoice(tuple(chosen), tuple(dict.fromkeys(reasons)))


def _pending(
    script: CalibrationScript, statuses: Sequence[StepStatus], *, unsound: Mapping[str, str]
) -> dict[int, str]:
    pending = {status.number: status.reason for status in statuses if status.state is not StepState.DONE}
    for step in script.steps:
        broken = [name for name in step.makes if name in unsound]
        if broken and step.number not in pending:
            pending[step.number] = f"{broken[0]} is incomplete: {unsound[broken[0]]}"
    return pending


def _with_needed(script: CalibrationScript, number: int, *, pending: Mapping[int, str]) -> tuple[int, ...]:
    """Return the step, preceded by those that must run before it and all steps in between."""
    before = script.step(number).after
    taken = {number}
    while True:
        needed = {
            earlier
            for earlier in set(pending) & before - taken
            if any(_builds_on(script, later, earlier=earlier) for later in taken)
        }
        if not needed:
            return tuple(sorted(taken))
        taken |= needed.union(*(script.later(earlier) & before for earlier in needed))


def _builds_on(script: CalibrationScript, later: int, *, earlier: int) -> bool:
    after, before = script.step(later), script.step(earlier)
    return bool({*after.reads, *after.changes} & {*before.makes, *before.changes})


def _reason(step: int, pending: Mapping[int, str]) -> str:
    why = pending.get(step)
    return f"step {step} runs too: {why}" if why else f"step {step} runs too: it lies between steps that run"
