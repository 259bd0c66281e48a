"""Step 13: the bandpass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags


@dataclass(frozen=True, slots=True)
class BandpassTable:
    """One bandpass table.

    Parameters
    ----------
    suffix : str
        ``bandpass`` or ``bandpass_smooth20ch``.
    solint : str
        Solution interval, frequency part included.
    spws : str
        Windows, empty for all.
    """

    suffix: str
    solint: Choice[str]
    spws: str = ""


def solve_bandpass(
    products: Products,
    *,
    field: Choice[str],
    scans: str,
    refant: str,
    phase_channels: Choice[str],
    tables: Sequence[BandpassTable],
) -> Step:
    """Return step 13: phases of each integration first, then the bandpass (domain A.8 step 13)."""
    before = products.of_split(roles.PHASE_BANDPASS.name)
    names = tuple(products.of_split(table.suffix) for table in tables)
    actions: list[Action] = [
        start_flags(StepId.BANDPASS, products),
        remove(before, *names),
        call(
            "gaincal",
            "Phases of each integration, so that the long solutions below lose nothing.",
            role=roles.PHASE_BANDPASS,
            vis=products.split,
            caltable=before,
            field=field,
            scan=scans,
            spw=phase_channels,
            solint="int",
            refant=refant,
            gaintype="G",
            calmode="p",
        ),
    ]
    for table, name in zip(tables, names, strict=True):
        where = {"spw": table.spws} if table.spws else {}
        actions.append(
            call(
                "bandpass",
                role=roles.BANDPASS,
                vis=products.split,
                caltable=name,
                field=field.value,
                scan=scans,
                **where,
                solint=table.solint,
                combine="scan",
                refant=refant,
                solnorm=True,
                bandtype="B",
                gaintable=(before,),
            )
        )
    return calibration_step(
        StepId.BANDPASS,
        (*actions, check_made(before, *names)),
        makes=(before, *names),
        changes=(products.split,),
        flags=flags_of_step(StepId.BANDPASS, products),
    )
