"""The options of ``almared plan`` as the recipe takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from almared.formats.catalogues.antpos import read_positions
from almared.model import ExecutionBlock
from almared.mous.source import EbSource
from almared.recipes import CalibrationOptions, find_field, parse_flux


def options_for(source: EbSource, eb: ExecutionBlock, *, given: Mapping[str, Any]) -> CalibrationOptions:
    """Return the options of a plan for the data on disk.

    Parameters
    ----------
    source : EbSource
        Where they lie.
    eb : ExecutionBlock
        Their facts.
    given : mapping
        Options of the command, by name.

    Raises
    ------
    PlanError
        An option names what is not there.
    """
    known = {field.name for field in fields(CalibrationOptions)}
    plain = {name: value for name, value in given.items() if name in known and name not in ("fluxes", "positions")}
    return CalibrationOptions(
        asdm=source.asdm.name if source.asdm is not None else "",
        ms=source.ms_name,
        expected_rows=source.rows_after_import(),
        bandpass_field=find_field(eb, given.get("bpass_field", "")),
        fluxes=dict(parse_flux(text) for text in given.get("fluxes", ())),
        positions=read_positions(given["positions"]) if given.get("positions") else None,
        has_wvr_correction=not given.get("no_wvr", False),
        **plain,
    )
