"""The errors of almared: one family, each with its data, a repair and an exit code.

::

    AlmaredError                 exit 1
    ├── InputError               exit 3   bad or foreign input
    │   ├── AsdmError            an ASDM that cannot be read or trusted
    │   ├── MeasurementSetError  an MS that cannot be read
    │   ├── ScenarioError        a scenario file that cannot be used
    │   └── SelectionError       a selection that names something missing
    ├── PlanError                exit 4   no valid plan for this input
    ├── RunError                 exit 5   a run that cannot start
    │   ├── LockedError          another process is writing to the execution block
    │   └── ResourceError        not enough disk or memory
    ├── StepError                exit 6   a step that failed
    ├── DeliveryError            exit 8   an incomplete delivery
    └── EnvironmentFaultError    exit 7   the installation is unusable
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
    """The ASDM cannot be read, is broken, not of ALMA or not trustworthy."""


class MeasurementSetError(InputError):
    """The MeasurementSet cannot be read."""


class ScenarioError(InputError):
    """The scenario file of the simulator cannot be used."""


class SelectionError(InputError):
    """A selection names something that does not exist."""


class PlanError(AlmaredError):
    """No valid plan can be made."""

    exit_code = 4


class RunError(AlmaredError):
    """A run cannot start or continue."""

    exit_code = 5


class LockedError(RunError):
    """Another process is writing to this execution block."""


class ResourceError(RunError):
    """There is not enough disk or memory."""


class StepError(AlmaredError):
    """A step failed."""

    exit_code = 6


class DeliveryError(AlmaredError):
    """The delivery is incomplete."""

    exit_code = 8


class EnvironmentFaultError(AlmaredError):
    """The installation is unusable."""

    exit_code = 7
