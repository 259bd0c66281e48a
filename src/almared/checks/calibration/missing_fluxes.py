"""Calibrators without a flux density in some windows.

Measured
    Sources and windows for which fluxscale had too few data, in windows where it found a flux of another source.

Threshold
    Any (domain.md B.2).

What to do
    Look at the gains of that source and window: flagged solutions, low signal to noise, a window that was not observed.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.formats.fluxtable import FluxScale
from almared.model import Finding, Selection
from almared.model.finding import warning


def check(subject: FluxScale) -> tuple[Finding, ...]:
    """Return one finding that names all sources and windows without a flux."""
    found = {flux.spw_id for flux in subject.measured}
    lost = [(source, spw) for source, spw in subject.missing if spw in found]
    if not lost:
        return ()
    message = f"no flux of {', '.join(f'{source} spw {spw}' for source, spw in lost)}"
    return (warning(CHECK.code, message, selection=Selection(spws=tuple({spw for _, spw in lost}))),)


CHECK = Check("FLUX01", "calibrators without a flux density", FluxScale, check)
