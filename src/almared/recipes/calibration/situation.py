"""What special cases of the calibration may look at."""

from __future__ import annotations

from dataclasses import dataclass

from almared.model import ExecutionBlock
from almared.names import Products
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.options import CalibrationOptions


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts, options and decisions behind a plan.

    Parameters
    ----------
    eb : ExecutionBlock
        Facts.
    options : CalibrationOptions
        What the reducer asked for.
    products : Products
        Names.
    decided : Decisions
        Values of the plain calibration.
    """

    eb: ExecutionBlock
    options: CalibrationOptions
    products: Products
    decided: Decisions
