"""Corrections of antenna positions (domain A.8 step 6)."""

from __future__ import annotations

import numpy as np

from almared.basics.times import DAY_S
from almared.errors import InputError
from almared.formats.catalogues.antpos import PositionFile
from almared.heuristics.thresholds.antpos import ANTPOS_IMPLAUSIBLE, ANTPOS_LARGE, ANTPOS_LEAST
from almared.model import Choice, Evidence, ExecutionBlock, Vector

Offsets = tuple[tuple[str, Vector], ...]


def choose_position_offsets(eb: ExecutionBlock, given: PositionFile) -> Choice[Offsets]:
    """Return per antenna the offset (m, ITRF) to its position in the data, from a file of positions.

    Rows of other execution blocks and absolute positions of antennas that did not observe are skipped.

    Raises
    ------
    InputError
        The file has nothing for this execution block, offsets of an antenna that did not observe, or an offset that is
        implausible (another pad).

    References
    ----------
    domain.md A.8 step 6, G29: corrections of at least 50 um count; all zeros mean none; more than 2 mm are reported.
    """
    recorded = {a.name: a.position_m for a in eb.antennas}
    offsets = _given_offsets(eb, given)
    offsets |= {n: _difference(p, recorded[n]) for n, p in given.positions_m.items() if n in recorded}
    if not offsets and (given.positions_m or given.offsets_of_eb_m):
        raise InputError(
            f"it has no entry for {eb.name}",
            where=str(given.path),
            repair=f"give positions of {', '.join(sorted(recorded))}",
        )
    lengths = {name: float(np.linalg.norm(offset)) for name, offset in offsets.items()}
    _refuse_implausible(given, lengths)
    kept = tuple((name, offsets[name]) for name, n in lengths.items() if n >= ANTPOS_LEAST.value)
    return _told(given, kept, lengths=lengths)


def _given_offsets(eb: ExecutionBlock, given: PositionFile) -> dict[str, Vector]:
    """Return the offsets of this execution block; they hold only for it, so every antenna must be known."""
    offsets = dict(given.offsets_of_eb_m.get(eb.name, given.offsets_m))
    unknown = sorted(set(offsets) - {a.name for a in eb.antennas})
    if unknown:
        raise InputError(
            f"antenna {', '.join(unknown)} did not observe",
            where=str(given.path),
            repair=f"use offsets made for {eb.name}",
        )
    return offsets


def _difference(position: Vector, recorded: Vector) -> Vector:
    x, y, z = (a - b for a, b in zip(position, recorded, strict=True))
    return x, y, z


def _refuse_implausible(given: PositionFile, lengths: dict[str, float]) -> None:
    for name, length in lengths.items():
        if length > ANTPOS_IMPLAUSIBLE.value:
            raise InputError(
                f"{name} would move by {length:.1f} m: it was on another pad when measured",
                where=str(given.path),
                repair="use positions measured on the pad of the observation",
            )


def _told(given: PositionFile, kept: Offsets, *, lengths: dict[str, float]) -> Choice[Offsets]:
    large = [name for name, _ in kept if lengths[name] > ANTPOS_LARGE.value]
    unknown = sorted(set(given.positions_m) - set(lengths))
    warnings = [f"{', '.join(large)} move by more than 2 mm"] if large else []
    warnings += [f"positions of antennas that did not observe: {', '.join(unknown)}"] if unknown else []
    return Choice(
        kept,
        f"{len(kept)} of {len(lengths)} antennas listed in {given.path.name} are off by 0.05 mm or more",
        tuple(Evidence("offset", round(1e3 * lengths[name], 3), "mm", name, given.path.name) for name, _ in kept),
        rule="domain A.8 step 6",
        warning="; ".join(warnings),
    )


KNOWN_FAULTS = (("KB-390", ("DA42", "DA50"), 57747 * DAY_S, 57785 * DAY_S),)
"""Reports of wrong positions: name, antennas, first and last moment (MJD seconds; 25 Dec 2016 to 31 Jan 2017)."""


def check_positions(eb: ExecutionBlock, corrected: Offsets = ()) -> tuple[Evidence, ...]:
    """Return the antennas whose recorded positions are known to be wrong and are not corrected.

    References
    ----------
    domain.md G29, KB-390.
    """
    observed = {a.name for a in eb.antennas} - {name for name, _ in corrected}
    return tuple(
        Evidence("position known to be wrong", report, "", name, "ALMA knowledgebase")
        for report, names, start, end in KNOWN_FAULTS
        for name in names
        if name in observed and eb.start_mjd_s < end and eb.end_mjd_s > start
    )
