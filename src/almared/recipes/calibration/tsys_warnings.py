"""What the reducer has to know about the recorded system temperatures before they are applied."""

from __future__ import annotations

from almared.heuristics.calibration.tsys import check_tsys
from almared.model import ExecutionBlock

MOST_NAMED = 5


def tsys_warnings(eb: ExecutionBlock) -> tuple[str, ...]:
    """Return one sentence for each kind of fault in SysCal, with the worst places named.

    References
    ----------
    domain.md A.3 items 1 and 2, G5, G7.
    """
    if not eb.tsys:
        return ()
    places: dict[str, list[str]] = {}
    worst_first = sorted(check_tsys(eb), key=lambda e: -float(e.value) if "channels" in e.metric else 0.0)
    for found in worst_first:
        count = f" ({found.value})" if "channels" in found.metric else ""
        places.setdefault(found.metric, []).append(f"{found.selection}{count}")
    return tuple(f"{metric}: {_listed(names)}" for metric, names in places.items())


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
