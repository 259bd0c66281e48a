"""Steps 4 to 6: water vapour, system temperatures, antenna positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from almared.names import Products
from almared.plan import Action, Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove


def solve_wvr(products: Products, wvr_spws: Sequence[int], **chosen: object) -> Step:
    """Return step 4; what is chosen are the arguments of wvrgcal (domain A.8 step 4).

    Its log, with the table of antennas, is kept next to the table; when it smooths, wvrgcal leaves the unsmoothed
    table too.
    """
    table, log = products.of_ms("wvr"), products.of_ms("wvrgcal")
    made = (table, log, *([products.of_ms("wvr_unsmoothed")] if "smooth" in chosen else []))
    solve = call("wvrgcal", role=roles.WVR, vis=products.ms, caltable=table, wvrspw=tuple(wvr_spws), **chosen)
    return calibration_step(StepId.WVR, (remove(*made), replace(solve, log_to=log), check_made(table)), makes=made)


def make_tsys(products: Products, edges: object) -> Step:
    """Return step 5.

    Parameters
    ----------
    products : Products
        Names.
    edges : Choice or str
        Edge channels to flag in the table as a selection, empty for none (domain A.8 step 5).
    """
    table = products.of_ms("tsys")
    actions: list[Action] = [
        remove(table),
        call("gencal", role=roles.TSYS, vis=products.ms, caltable=table, caltype="tsys"),
        check_made(table),
    ]
    if getattr(edges, "value", edges):
        actions.append(call("flagdata", role=roles.FLAG_TSYS, vis=table, mode="manual", spw=edges, flagbackup=False))
    return calibration_step(StepId.TSYS, tuple(actions), makes=(table,))
