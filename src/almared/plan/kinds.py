"""Kinds of plans: the calibration of an execution block, or a stage of the MOUS after it."""

from __future__ import annotations

from dataclasses import dataclass

from almared.plan.step_id import StepId


@dataclass(frozen=True, slots=True)
class PlanKind:
    """What a plan is for.

    Parameters
    ----------
    heading : str
        What its script does, for the first line.
    directory : str
        Where the script runs, as its second line says it.
    step_ids : tuple of StepId
        Its steps when they are always the same; empty when they depend on the data.
    names_mous : bool
        Whether the first line gives the MOUS.
    """

    heading: str
    directory: str = "its own directory"
    step_ids: tuple[StepId, ...] = ()
    names_mous: bool = True

    @property
    def has_fixed_steps(self) -> bool:
        """Whether its steps are always the same, each depending on all before it."""
        return bool(self.step_ids)


CALIBRATION = PlanKind(
    "Calibration script of an ALMA execution block",
    directory="the directory that holds the ASDM",
    step_ids=tuple(StepId),
    names_mous=False,
)
COMBINATION = PlanKind("Flux equalisation and concatenation")
IMAGING = PlanKind("Imaging")
