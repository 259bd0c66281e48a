"""Execution blocks that are more than a few days apart.

Measured
    The time between the middles of the first and the last execution.

Threshold
    3 d, or what ``--few-days`` gives (wiki, Combination: "a few days"; domain.md B.1; requirement
    W119).

What to do
    Compare the fluxes of the phase calibrator with those known at both dates (``--catalogue``). When it has really
    varied, ``--no-scale`` keeps the scale of each execution block.
"""

from __future__ import annotations

from almared.basics.times import DAY_S
from almared.checks.check import Check
from almared.heuristics.thresholds.combination import COMBINE_FEW_DAYS
from almared.measure.combination import FluxesToCombine
from almared.model import Evidence, Finding, Severity, Suggestion


def check(subject: FluxesToCombine) -> tuple[Finding, ...]:
    """Return a finding when execution blocks are more than a few days apart."""
    times = subject.times_mjd_s
    if not times:
        return ()
    order = sorted(times, key=lambda name: times[name])
    apart = (times[order[-1]] - times[order[0]]) / DAY_S
    limit = COMBINE_FEW_DAYS.value if subject.few_days is None else subject.few_days
    if apart <= limit:
        return ()
    message = (
        f"{order[0]} and {order[-1]} are {apart:.1f} days apart (a few are {limit:g}): the phase calibrator may "
        f"have varied; compare with its known fluxes at both dates, and think of `--no-scale`"
    )
    return (
        Finding(
            CHECK.code,
            Severity.WARNING,
            message,
            evidence=(Evidence("time apart", apart, "d"), Evidence("limit", limit, "d")),
            suggestion=Suggestion("compare with its known fluxes at both dates, and think of `--no-scale`"),
        ),
    )


CHECK = Check("COMB01", "dates of the execution blocks", FluxesToCombine, check)
