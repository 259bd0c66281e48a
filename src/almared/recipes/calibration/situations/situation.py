"""What a rewrite may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from almared.model import ExecutionBlock
from almared.names import Products
from almared.plan import Plan
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


Rewrite: TypeAlias = Callable[[Plan, Situation], Plan]
"""Returns the plan changed for its situation, or the very same plan where that is not given."""
