"""A calibrator and window that an execution block did not measure though others did.

Measured
    Which execution blocks have a flux of fluxscale for each calibrator and window.

Threshold
    One that is missing.

What to do
    The mean is of the others. Find out why the solutions failed (a weak calibrator, flags), and whether the mean is to
    be trusted for the execution block that has none.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.combination import FluxesToCombine
from almared.model import Finding, Selection, Severity


def check(subject: FluxesToCombine) -> tuple[Finding, ...]:
    """Return a finding for each calibrator and window that some execution blocks did not measure."""
    return tuple(
        Finding(
            CHECK.code,
            Severity.WARNING,
            f"{flux.source} in window {flux.spw_id}: {' and '.join(absent)} did not measure it; the mean is of the "
            f"others",
            selection=Selection.where_possible(fields=(flux.source,), spws=(flux.spw_id,)),
        )
        for flux in subject.fluxes
        if (absent := [ms for ms in subject.times_mjd_s if all(own.ms != ms for own in flux.own)])
    )


CHECK = Check("COMB04", "calibrators that were not measured everywhere", FluxesToCombine, check)
