"""Step 10: initial flagging of the science windows. Manual flags belong here."""

from __future__ import annotations

from almared.heuristics.calibration.channels import PlanetLine
from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Argument, Step
from almared.recipes.building import call
from almared.recipes.calibration.steps.flag_versions import start_flags, version_of_step


def flag_initially(products: Products, edges: Choice[str], *, planet_lines: Choice[tuple[PlanetLine, ...]]) -> Step:
    """Return step 10: shadowed antennas, edges of TDM windows, lines that the model of a planet does not have.

    References
    ----------
    domain.md A.8 step 10.
    """
    shadow = call("flagdata", "Antennas in the shadow of others.", vis=products.split, mode="shadow", flagbackup=False)
    actions: list[Action] = [start_flags(10, products), shadow]
    if edges.value:
        actions.append(call("flagdata", vis=products.split, mode="manual", spw=edges, flagbackup=False))
    actions += [
        call(
            "flagdata",
            vis=products.split,
            mode="manual",
            field=str(line.field_id),
            spw=Argument("", line.selection, reason=line.species),
            flagbackup=False,
        )
        for line in planet_lines.value
    ]
    return Step(10, tuple(actions), changes=(products.split,), flags={products.split: version_of_step(10)})
