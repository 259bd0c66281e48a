"""Known faults of builds of CASA, and whether a plan meets them.

Only faults that a call of the plan meets lead to a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from almared.model import Evidence, Finding
from almared.model.finding import warning
from almared.plan.actions import Call, Value
from almared.plan.plan import Plan
from almared.plan.step import Step
from almared.plan.tasks import APPLIERS

Uses: TypeAlias = Callable[[Sequence[Call]], tuple[Call, ...]]
"""Selects the calls of a plan that meet a fault."""

PHASE_TRANSFER = ("nearestPD", "linearPD")


@dataclass(frozen=True, slots=True)
class BuildFault:
    """A known fault of builds of CASA.

    Parameters
    ----------
    ticket : str
        Ticket of CASA's developers.
    repaired : tuple of int
        First version without the fault.
    wrong : str
        What is wrong, for a warning.
    repair : str
        What to do with an affected build.
    uses : callable
        Returns the calls that meet the fault.
    """

    ticket: str
    repaired: tuple[int, ...]
    wrong: str
    repair: str
    uses: Uses

    def is_in(self, build: str) -> bool:
        """Return whether a build, ``6.7.0.31``, has the fault."""
        return tuple(int(part) for part in build.split(".")[: len(self.repaired)]) < self.repaired

    def warning(self, build: str, where: str) -> str:
        """Return the warning for a place of a plan."""
        version = ".".join(str(part) for part in self.repaired)
        return f"{where}: casatasks {build} {self.wrong} ({self.ticket}, repaired in CASA {version}); {self.repair}"


NEWER = "use a newer CASA (Python 3.13 has the newest), or"


def _transfers(calls: Sequence[Call]) -> tuple[Call, ...]:
    return tuple(call for call in calls if call.task in APPLIERS and _transfers_phases(call))


def _transfers_phases(call: Call) -> bool:
    interp, maps = _each_table(call.get("interp")), call.get("spwmap")
    # A flat list is the map of the first table.
    of_tables = maps if isinstance(maps, tuple) and _is_nested(maps) else (maps,)
    pairs = zip(interp, of_tables, strict=False)
    return any(str(way).split(",")[0] in PHASE_TRANSFER and not _is_trivial(spws) for way, spws in pairs)


def _each_table(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _is_nested(value: tuple[Value, ...]) -> bool:
    return any(isinstance(item, tuple) for item in value)


def _is_trivial(spws: Value) -> bool:
    """Return whether a map of windows maps each window to itself."""
    return not isinstance(spws, tuple) or spws in ((), (-1,)) or spws == tuple(range(len(spws)))


def _reads_joined_tsys(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Return the uses of Tsys of an MS that the plan concatenated."""
    joined, found = set(), []
    for call in calls:
        if call.task == "concat":
            joined.add(call.get("concatvis"))
        elif call.task == "gencal" and call.get("caltype") == "tsys" and call.get("vis") in joined:
            found.append(call)
    return tuple(found)


def _models_for_selfcal(calls: Sequence[Call]) -> tuple[Call, ...]:
    return tuple(call for call in calls if call.task == "tclean" and call.get("savemodel") not in (None, "", "none"))


def _shows_atmosphere(calls: Sequence[Call]) -> tuple[Call, ...]:
    drawn = ("showatm", "showtsky")
    return tuple(call for call in calls if call.task == "sdatmcor" or any(call.get(name) for name in drawn))


FAULTS = (
    BuildFault(
        "CAS-14703",
        (6, 7, 3),
        "transfers phases between windows with occasional slips of a whole turn, and badly around flagged solutions",
        f"{NEWER} look at each transferred phase",
        _transfers,
    ),
    BuildFault(
        "CAS-14683",
        (6, 7, 5),
        "mixes up the windows of SYSCAL when it concatenates, so that these Tsys belong to other windows",
        f"{NEWER} make the Tsys tables before the concatenation",
        _reads_joined_tsys,
    ),
    BuildFault(
        "CAS-14747",
        (6, 7, 6),
        "can shift positions in self-calibration, typically by milliarcseconds",
        f"{NEWER} compare positions with those of the first image",
        _models_for_selfcal,
    ),
    BuildFault(
        "CAS-14337",
        (6, 7, 2),
        "has the atmosphere model from before Cycle 12: a jump of the opacity at 216 GHz, dry opacities 1 to 2 % off",
        f"{NEWER} do not trust it near 216 GHz",
        _shows_atmosphere,
    ),
)
"""From CASA's release notes of 6.7 (docs/decisions/044); that page also lists faults that no plan can meet."""

CONFUSED_FIELDS = BuildFault(
    "CAS-14665",
    (6, 7, 5),
    "can take fields of different names at one position for the same field",
    f"{NEWER} look at the fields of the result with listobs",
    lambda calls: tuple(call for call in calls if call.task == "concat"),
)
"""A fault that also depends on the fields, which the plan of a combination knows."""


def with_fault_warnings(plan: Plan, *more: BuildFault) -> Plan:
    """Return the plan with a warning for each known fault of its build that its calls meet.

    Parameters
    ----------
    plan : Plan
        The plan.
    more : BuildFault
        Further faults that the calls alone do not show.
    """
    return plan.with_findings(*_findings(plan.build, plan.steps, faults=(*FAULTS, *more)))


def _findings(build: str, steps: Sequence[Step], *, faults: Sequence[BuildFault]) -> Iterator[Finding]:
    placed = [(step.number, action) for step in steps for action in step.actions if isinstance(action, Call)]
    calls = [call for _, call in placed]
    for fault in faults:
        met = {id(call) for call in fault.uses(calls)} if fault.is_in(build) else set()
        places = dict.fromkeys(f"step {number}, {call.task}" for number, call in placed if id(call) in met)
        if places:
            where = "; ".join(places)
            yield warning(
                "CASA01", fault.warning(build, where), evidence=(Evidence("ticket", fault.ticket, "", where),)
            )
