"""The errors of almared: one family, each with its data, a repair and an exit code.

::

    AlmaredError                 exit 1
    ├── InputError               exit 3   bad or foreign input
    │   ├── AsdmError            an ASDM that cannot be read or trusted
    │   ├── MeasurementSetError  an MS that cannot be read
    │   ├── ScenarioError        a scenario file that cannot be used
    │   └── SelectionError       a selection that names what is not there
    ├── PlanError                exit 4   no plan, or no sound plan, for this input
    ├── RunError                 exit 5   a run that may not start
    │   ├── LockedError          another writer has the execution block
    │   └── ResourceError        disk or memory will not do
    ├── StepError                exit 6   a step that failed while it ran
    ├── DeliveryError            exit 8   a delivery that is not complete
    └── EnvironmentFaultError    exit 7   the installation is not fit
"""

from __future__ import annotations

from typing import ClassVar


class AlmaredError(Exception):
    """Something went wrong that the user can understand and act on.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        The file, table, row or selection concerned.
    repair : str, optional
        What the user can do about it.
    **data : object
        Facts for programs, kept in `data`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", repair: str = "", **data: object) -> None:
        self.what = what
        self.where = where
        self.repair = repair
        self.data = data
        super().__init__(self.text())

    def text(self) -> str:
        """Return the whole message: what, where and the repair."""
        place = f"{self.where}: " if self.where else ""
        repair = f"\n  What to do: {self.repair}" if self.repair else ""
        return f"{place}{self.what}{repair}"


class InputError(AlmaredError):
    """The input cannot be used."""

    exit_code = 3


class AsdmError(InputError):
    """The ASDM cannot be read, is broken, foreign or not to be trusted."""


class MeasurementSetError(InputError):
    """The MeasurementSet cannot be read."""


class ScenarioError(InputError):
    """The scenario file of the simulator cannot be used."""


class SelectionError(InputError):
    """A selection names something that is not there."""


class PlanError(AlmaredError):
    """No sound plan can be made."""

    exit_code = 4


class RunError(AlmaredError):
    """A run may not start or go on."""

    exit_code = 5


class LockedError(RunError):
    """Another process writes to this execution block."""


class ResourceError(RunError):
    """Disk or memory are not enough."""


class StepError(AlmaredError):
    """A step failed while it ran."""

    exit_code = 6


class DeliveryError(AlmaredError):
    """What is to be delivered is not complete."""

    exit_code = 8


class EnvironmentFaultError(AlmaredError):
    """The installation is not fit for the work."""

    exit_code = 7
