"""The part of a science goal that a MOUS is: 12-m extended, 12-m compact, or 7-m."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import combinations

from almared.errors import InputError
from almared.heuristics.thresholds.part import PART_COMPACT_LONGEST, PART_EXTENDED_LONGEST
from almared.model import Antenna, Choice, Evidence
from almared.physics.beams import SMALL_DISH_BELOW_M

ENDINGS = (
    (re.compile(r"_TE\d*$|_TM1$", re.IGNORECASE), "extended"),
    (re.compile(r"_TC\d*$|_TM2$", re.IGNORECASE), "compact"),
    (re.compile(r"_7M\d*$|_ACA$", re.IGNORECASE), "7m"),
)
"""Endings of SB names: of the early cycles, and the TM1, TM2 of later ones."""

RULE = "requirements W037"


def part_of_name(sb_name: str) -> str:
    """Return the part given by the end of a scheduling block's name, empty if none.

    Examples
    --------
    >>> part_of_name("NGC253_a_06_TC"), part_of_name("M83_a_03_7M"), part_of_name("M83")
    ('compact', '7m', '')
    """
    return next((part for ending, part in ENDINGS if ending.search(sb_name.strip())), "")


def choose_part(sb_name: str, arrays: Sequence[Sequence[Antenna]]) -> Choice[str]:
    """Return the part that a MOUS is.

    Parameters
    ----------
    sb_name : str
        Name of its scheduling block, empty when unknown.
    arrays : sequence of sequence of Antenna
        Antennas of each execution block.

    Raises
    ------
    InputError
        The execution blocks differ, or the name contradicts the dish diameters.

    References
    ----------
    Requirement W037; configurations and their longest baselines in the ALMA Technical Handbook, chapter 7.
    """
    is_small = _is_small(arrays)
    longest = max(_longest_m(antennas) for antennas in arrays)
    evidence = (Evidence("longest baseline", round(longest, 1), "m"),)
    named = part_of_name(sb_name)
    if named and (named == "7m") != is_small:
        raise InputError(
            f"the name {sb_name} is of a {_words(named)} part, but the dishes are {7 if is_small else 12} m",
            repair="correct the name of the scheduling block, or give the ASDMs that belong to this MOUS",
        )
    if is_small:
        return Choice("7m", "most dishes are 7 m", evidence, RULE)
    if named:
        warning = _contradiction(named, longest)
        return Choice(named, f"the name of the scheduling block is {sb_name}", evidence, RULE, warning)
    return _by_length(longest, evidence)


def _is_small(arrays: Sequence[Sequence[Antenna]]) -> bool:
    kinds = {2 * sum(a.diameter_m < SMALL_DISH_BELOW_M for a in antennas) > len(antennas) for antennas in arrays}
    if len(kinds) != 1:
        raise InputError(
            "some execution blocks are from the 7-m array, others from the 12-m array",
            repair="these are two MOUSs of one science goal: prepare each separately",
        )
    return kinds.pop()


def _longest_m(antennas: Sequence[Antenna]) -> float:
    return max((math.dist(a.position_m, b.position_m) for a, b in combinations(antennas, 2)), default=0.0)


def _by_length(longest_m: float, evidence: tuple[Evidence, ...]) -> Choice[str]:
    limit_m = PART_COMPACT_LONGEST.value
    part = "compact" if longest_m < limit_m else "extended"
    relation = "shorter" if part == "compact" else "longer"
    reason = f"12-m dishes, the longest baseline of {longest_m:.0f} m is {relation} than {limit_m:.0f} m"
    return Choice(part, reason, evidence, RULE, "from baselines only: the name of the scheduling block is unknown")


def _contradiction(named: str, longest_m: float) -> str:
    """Return what contradicts a name, empty when nothing does."""
    too_long = named == "compact" and longest_m > PART_EXTENDED_LONGEST.value
    too_short = named == "extended" and longest_m < PART_COMPACT_LONGEST.value
    return f"a longest baseline of {longest_m:.0f} m is unusual for this part" if too_long or too_short else ""


def _words(part: str) -> str:
    return {"extended": "12-m extended", "compact": "12-m compact", "7m": "7-m"}[part]
