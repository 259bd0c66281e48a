"""The scale that was solved for is not the one that the fluxes give.

Measured
    Median amplitude squared of the gains of each calibrator and window, against its own flux over the flux used in
    allFluxes.txt.

Threshold
    ``COMBINE_APPLIED`` of it (thresholds of the combination); no solution at all is always found.

What to do
    Without a solution its data were flagged: when the calibrator is too weak think of ``--no-scale``. Otherwise compare
    allFluxes.txt with the log of fluxscale.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.combination import COMBINE_APPLIED
from almared.measure.combination import AppliedScale, CombinedMs
from almared.model import Evidence, Finding, Selection, Severity


def check(subject: CombinedMs) -> tuple[Finding, ...]:
    """Return a finding for each calibrator and window whose data are off, or have no solution."""
    return tuple(_finding(scale, fault) for scale in subject.applied if (fault := _fault(scale)))


def _fault(scale: AppliedScale) -> str:
    if scale.found is None:
        return "no solution, so its data were flagged; is the calibrator too weak? Think of `--no-scale`"
    if scale.table is None or abs(scale.found / scale.table - 1) <= COMBINE_APPLIED.value:
        return ""
    off, expected = 100 * (scale.found - 1), 100 * (scale.table - 1)
    return f"its data are {off:+.1f} % off the flux used, by the table it should be {expected:+.1f} %"


def _finding(scale: AppliedScale, fault: str) -> Finding:
    numbers = (("scale found", scale.found), ("scale by the table", scale.table))
    return Finding(
        CHECK.code,
        Severity.WARNING,
        f"{scale.source}, window {scale.spw} of {scale.ms}: {fault}",
        place=scale.ms,
        selection=Selection.where_possible(fields=(scale.source,), spws=(scale.spw,)),
        evidence=tuple(Evidence(name, value) for name, value in numbers if value is not None),
    )


CHECK = Check("COMB13", "scales that were applied", CombinedMs, check)
