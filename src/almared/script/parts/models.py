"""Models of calibrators whose flux densities come from the data themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casatasks import setjy


def set_derived_fluxes(vis: str, fluxes: Mapping[str, Any], fields: Sequence[int]) -> None:
    """Put the flux densities that fluxscale found into the model of these fields, window by window."""
    for field in fields:
        found = fluxes.get(str(field), {})
        spws = [spw for spw, entry in found.items() if isinstance(entry, dict) and "fluxd" in entry]
        values = {spw: float(found[spw]["fluxd"][0]) for spw in spws}
        usable = {spw: value for spw, value in values.items() if value > 0}
        if not usable:
            raise RuntimeError(f"fluxscale found no flux density of field {field}")
        for spw, value in usable.items():
            setjy(
                vis=vis,
                field=str(field),
                spw=spw,
                standard="manual",
                fluxdensity=[value, 0, 0, 0],
                usescratch=True,
            )
