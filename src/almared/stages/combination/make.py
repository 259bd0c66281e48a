"""The combination as one call: from the order to the record, as far as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from almared.mous import Mous
from almared.plots.fluxes import write_flux_plot
from almared.run.display import Display
from almared.stages.combination.stage import (
    CombineOrder,
    choose_combination,
    document,
    finished,
    run_combination,
    write_combination,
)

FLUX_PLOT = "fluxes.png"


class Extent(IntEnum):
    """How far a combination is made."""

    CHOICES = 0
    SCRIPT = 1
    RUN = 2


@dataclass(frozen=True, slots=True)
class CombinationOutcome:
    """What came of a combination.

    Parameters
    ----------
    record : mapping
        Choices, and after a run what calibrated.ms holds.
    was_done : bool
        Whether all of it was there already, so that nothing ran.
    """

    record: Mapping[str, Any]
    was_done: bool = False


def why_nothing(mous: Mous) -> str:
    """Return why there is nothing to combine, empty when there is."""
    return "" if mous.is_combined else "there is only one execution block: nothing to combine"


def make_combination(
    order: CombineOrder, extent: Extent, *, on_choices: Callable[[Mapping[str, Any]], None], display: Display
) -> CombinationOutcome:
    """Choose, write and run as far as asked.

    Parameters
    ----------
    order : CombineOrder
        What is combined, and how.
    extent : Extent
        How far.
    on_choices : callable
        Hears the choices, or the record of a combination that is done, before anything is written.
    display : callable
        Shows the run.

    Raises
    ------
    AlmaredError
        An execution block is not calibrated, no sound script can be made, or a step failed.
    """
    done = finished(order) if extent is Extent.RUN else None
    if done is not None:
        on_choices(done)
        return CombinationOutcome(done, was_done=True)
    chosen = choose_combination(order)
    record = document(order, chosen)
    on_choices(record)
    if extent is Extent.CHOICES:
        return CombinationOutcome(record)
    write_combination(order, chosen)
    if record["fluxes"]:
        write_flux_plot(order.directory / FLUX_PLOT, record)
    if extent is Extent.SCRIPT:
        return CombinationOutcome(record)
    return CombinationOutcome(run_combination(order, chosen, display=display))
