"""Dishes of several sizes in one array."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from almared.model import Antenna, Choice
from almared.plan import NamedChoice, Plan
from almared.recipes.building import map_calls
from almared.recipes.rewrites.situation import Situation

PLAIN_NAME = re.compile(r"[A-Za-z]\w*")


def keep_dominant_diameter(plan: Plan, situation: Situation) -> Plan:
    """Return the plan with the calibrated MS restricted to the most numerous dish size.

    References
    ----------
    domain.md A.8 step 18, A.13.
    """
    antennas = situation.eb.antennas
    sizes = Counter(antenna.diameter_m for antenna in antennas)
    if len(sizes) < 2 or situation.options.keeps_all_antennas:
        return plan
    size = max(sizes, key=lambda d: (sizes[d], d))
    kept = [a for a in antennas if a.diameter_m == size]
    reason = f"{len(kept)} of {len(antennas)} antennas have {size:g} m; imaging wants one primary beam"
    choice = Choice(baselines_among(kept), reason, rule="domain A.8 step 18")
    plan = plan.with_step(
        18,
        lambda step: map_calls(
            step, "mstransform", lambda call: call.with_argument("antenna", choice.value, reason=reason)
        ),
    )
    return plan.with_choices(NamedChoice("antennas of the calibrated MS", choice))


def baselines_among(antennas: Sequence[Antenna]) -> str:
    """Return the selection of the baselines among antennas; odd names are given by id."""
    return ",".join(a.name if PLAIN_NAME.fullmatch(a.name) else str(a.id) for a in antennas) + "&"
