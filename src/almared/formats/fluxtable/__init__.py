"""allFluxes.txt, and the flux densities from fluxscale."""

from almared.formats.fluxtable.fluxscale import FluxScale, MeasuredFlux, parse_log, parse_result, read_fluxscale
from almared.formats.fluxtable.table import NAME, FluxRecord, parse_records, read_fluxes, render_fluxes, write_fluxes

__all__ = [
    "NAME",
    "FluxRecord",
    "FluxScale",
    "MeasuredFlux",
    "parse_log",
    "parse_records",
    "parse_result",
    "read_fluxes",
    "read_fluxscale",
    "render_fluxes",
    "write_fluxes",
]
