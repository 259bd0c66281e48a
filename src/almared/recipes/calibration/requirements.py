"""What every calibration needs to have been observed."""

from __future__ import annotations

from almared.errors import PlanError
from almared.model import ExecutionBlock, Intent, SpwRole


def check_requirements(eb: ExecutionBlock) -> None:
    """Let pass what can be calibrated at all.

    Raises
    ------
    PlanError
        There are no science windows, or a calibrator is missing without which there is no calibration.
    """
    if not eb.spws_with_role(SpwRole.SCIENCE):
        raise PlanError("it has no science spectral windows", where=eb.name, repair="look at it with `almared inspect`")
    if not eb.scans_with(Intent.BANDPASS, Intent.PHASE):
        raise PlanError("neither a bandpass nor a phase calibrator was observed", where=eb.name)
