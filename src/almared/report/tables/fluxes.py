"""flux.txt: what fluxscale found, rearranged."""

from __future__ import annotations

from almared.formats.fluxtable import FluxScale
from almared.report.tables.columns import number_text, table_text


def fluxes_text(scale: FluxScale) -> str:
    """Return reference, fluxes per source and window, and fitted spectra.

    References
    ----------
    domain.md B.2, C.2.
    """
    rows = [
        [
            flux.source,
            str(flux.spw_id),
            number_text(flux.frequency_hz / 1e9, 4) if flux.frequency_hz else "-",
            f"{flux.flux_jy:.6g}",
            f"{flux.error_jy:.2g}",
            str(flux.n_solutions) if flux.n_solutions is not None else "-",
        ]
        for flux in scale.measured
    ]
    lines = [
        f"Flux densities from the scale of {', '.join(scale.references) or 'the flux calibrator'}",
        "",
        table_text(["source", "spw", "GHz", "Jy", "error", "solutions"], rows),
    ]
    lines += [
        f"{fit.source}: {fit.flux_jy:.6g} Jy at {fit.reference_hz / 1e9:.3f} GHz, index {fit.spectral_index:.3f}"
        for fit in scale.fits
    ]
    return "\n".join(lines) + "\n"
