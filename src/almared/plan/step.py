"""One step of a script, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from almared.plan.actions import Action


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
        Of its `StepId` in a calibration; in a stage its place.
    title : str
        What the log and the script call it.
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
    after : tuple of int, optional
        The steps on which it builds, directly; None for all before it.
    """

    number: int
    title: str
    actions: tuple[Action, ...] = ()
    makes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)
    nothing_because: str = ""
    needs: StepNeeds = StepNeeds()
    after: tuple[int, ...] | None = None

    def placed(self, number: int, *, after: tuple[int, ...]) -> Step:
        """Return the same step at another place of its plan, with the steps on which it builds there."""
        return replace(self, number=number, after=after)
