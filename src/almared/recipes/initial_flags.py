"""Step 10: initial flagging of the science windows. Manual flags belong here."""

from __future__ import annotations

from collections.abc import Sequence

from almared.names import Products
from almared.plan import Action, Argument, Step
from almared.recipes.building import call
from almared.recipes.flag_versions import start_flags, version_of_step
from almared.select import id_ranges


def flag_initially(products: Products, edges: object, planet_lines: Sequence[tuple[int, str, str]]) -> Step:
    """Return step 10.

    Parameters
    ----------
    products : Products
        Names.
    edges : Choice or str
        Edge channels of TDM windows as a selection, empty for none.
    planet_lines : sequence of (int, str, str)
        Field id, channels and reason where the flux calibrator has lines that its model lacks.

    References
    ----------
    domain.md A.8 step 10.
    """
    actions: list[Action] = [
        start_flags(10, products),
        call("flagdata", "Antennas in the shadow of others.", vis=products.split, mode="shadow", flagbackup=False),
    ]
    if getattr(edges, "value", edges):
        actions.append(call("flagdata", vis=products.split, mode="manual", spw=edges, flagbackup=False))
    for field_id, channels, reason in planet_lines:
        lines = Argument("", channels, reason=reason)
        actions.append(
            call(
                "flagdata",
                vis=products.split,
                mode="manual",
                field=id_ranges([field_id]),
                spw=lines,
                flagbackup=False,
            )
        )
    return Step(10, tuple(actions), changes=(products.split,), flags={products.split: version_of_step(10)})
