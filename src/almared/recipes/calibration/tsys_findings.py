"""What the reducer has to know about the recorded system temperatures before they are applied."""

from __future__ import annotations

from almared.heuristics.calibration.tsys import check_tsys
from almared.model import Evidence, ExecutionBlock, Finding
from almared.model.finding import warning

MOST_NAMED = 5


def tsys_findings(eb: ExecutionBlock) -> tuple[Finding, ...]:
    """Return a finding for each kind of fault in SysCal, with the worst places named.

    References
    ----------
    domain.md A.3 items 1 and 2, G5, G7.
    """
    if not eb.tsys:
        return ()
    places: dict[str, list[Evidence]] = {}
    worst_first = sorted(check_tsys(eb), key=lambda e: -float(e.value) if "channels" in e.metric else 0.0)
    for found in worst_first:
        places.setdefault(found.metric, []).append(found)
    return tuple(
        warning("TSYS01", f"{metric}: {_listed([_place(entry) for entry in found])}", evidence=tuple(found))
        for metric, found in places.items()
    )


def _place(found: Evidence) -> str:
    return f"{found.selection} ({found.value})" if "channels" in found.metric else found.selection


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
