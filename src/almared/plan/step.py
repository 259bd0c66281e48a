"""One step of a script, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from almared.plan.actions import Action


@dataclass(frozen=True, slots=True)
class StepNeeds:
    """Resources that a step will need.

    Parameters
    ----------
    disk_bytes : float, bytes
        Size of new files.
    memory_bytes : float, bytes
        Peak memory.
    seconds : float, s
        Time on one current core.
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
        Its `StepId` in a calibration; its position in a stage.
    title : str
        Its title in log and script.
    actions : tuple of Action
        What it does, in order.
    makes : tuple of str
        Files and directories it makes, relative to the directory of the script.
    changes : tuple of str
        MSs whose flags or data it changes in place.
    flags : mapping of str to str
        Flag version from which it starts, per MS.
    nothing_because : str
        Why it has no actions; empty for a step that has.
    needs : StepNeeds
        Disk, memory and time.
    after : tuple of int, optional
        The steps on which it depends directly; None for all before it.
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
        """Return the same step with another number, and with the steps on which it then depends."""
        return replace(self, number=number, after=after)
