"""Step 10: initial flagging of the science windows. Manual flags belong here."""

from __future__ import annotations

from almared.heuristics.calibration.channels import PlanetLine
from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Argument, Step, StepId, roles
from almared.recipes.building import calibration_step, call
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags


def flag_initially(products: Products, edges: Choice[str], *, planet_lines: Choice[tuple[PlanetLine, ...]]) -> Step:
    """Return step 10: shadowed antennas, edges of TDM windows, lines that the model of a planet does not have.

    References
    ----------
    domain.md A.8 step 10.
    """
    shadow = call(
        "flagdata",
        "Antennas in the shadow of others.",
        role=roles.FLAG_SHADOWED,
        vis=products.split,
        mode="shadow",
        flagbackup=False,
    )
    actions: list[Action] = [start_flags(StepId.INITIAL_FLAGS, products), shadow]
    if edges.value:
        actions.append(
            call(
                "flagdata",
                role=roles.FLAG_EDGES,
                vis=products.split,
                mode="manual",
                spw=edges,
                flagbackup=False,
            )
        )
    actions += [
        call(
            "flagdata",
            role=roles.FLAG_PLANET_LINES,
            vis=products.split,
            mode="manual",
            field=str(line.field_id),
            spw=Argument("", line.selection, reason=line.species),
            flagbackup=False,
        )
        for line in planet_lines.value
    ]
    return calibration_step(
        StepId.INITIAL_FLAGS,
        tuple(actions),
        changes=(products.split,),
        flags=flags_of_step(StepId.INITIAL_FLAGS, products),
    )
