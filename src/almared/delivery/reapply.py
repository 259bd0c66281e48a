"""Which steps of a calibration remain when its tables are there already: those that change or make data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from almared.plan.tasks import FLAGGERS, MODELS, SOLVERS
from almared.script.read import CalibrationScript, ScriptStep, WrittenCall, step_calls

QUIET = frozenset(
    {
        "begin_step",
        "check_made",
        "clear_after_kill",
        "keep_fluxes",
        "listobs",
        "log_copied_to",
        "remove",
        "start_from_flags",
        "tell",
    }
)
"""Functions of the script that leave data and later flags as they are."""

Calls = Mapping[int, Sequence[WrittenCall]]


def steps_of_application(script: CalibrationScript, delivered: Collection[str]) -> tuple[int, ...]:
    """Return the steps to run on raw data when the tables exist: the others only make those tables again.

    A step is left out only when its text calls nothing but solvers, models and functions of which it is known that
    they leave the data alone; a step with other calls added by hand is kept.

    Parameters
    ----------
    script : CalibrationScript
        The script, as it ran.
    delivered : collection of str
        Products of the script that are there, data left out.

    References
    ----------
    domain A.5 and E.5: what ``applyonly`` was for.
    """
    calls = {step.number: step_calls(script, step.number) for step in script.steps}
    solving = {step.number for step in script.steps if _only_solves(step, calls[step.number], delivered=delivered)}
    solving = {n for n in solving if _starts_from_flags_that_are_there(script, n, calls=calls, solving=solving)}
    others = {n for n, found in calls.items() if n not in solving and _names(found) & SOLVERS}
    models = {n for n, found in calls.items() if _names(found) & MODELS and _names(found) <= MODELS | QUIET}
    # A solver that runs after all needs its model.
    left_out = solving if others else solving | {n for n in models if not script.step(n).makes}
    return tuple(number for number in script.numbers if number not in left_out)


def _names(calls: Sequence[WrittenCall]) -> set[str]:
    return {call.name for call in calls}


def _only_solves(step: ScriptStep, calls: Sequence[WrittenCall], *, delivered: Collection[str]) -> bool:
    names = _names(calls)
    if not names & SOLVERS or not set(step.makes) <= set(delivered):
        return False
    flaggers = [call for call in calls if call.name in FLAGGERS]
    are_of_tables = all(call.arguments.get("vis") in step.makes for call in flaggers)
    return are_of_tables and names <= SOLVERS | MODELS | FLAGGERS | QUIET


def _starts_from_flags_that_are_there(
    script: CalibrationScript, number: int, *, calls: Calls, solving: Collection[int]
) -> bool:
    """Tell whether the flags that a step restores are those that the steps before it leave anyhow."""
    for vis, version in script.step(number).flags.items():
        earlier = [step for step in script.steps if step.number < number]
        saved = [step.number for step in earlier if step.flags.get(vis) == version]
        between = [step for step in earlier if saved and saved[-1] <= step.number and vis in step.changes]
        if any(step.number not in solving and not _names(calls[step.number]) <= QUIET | MODELS for step in between):
            return False
    return True
