"""Corrections of antenna positions (domain A.8 step 6)."""

from __future__ import annotations

import numpy as np

from almared.catalogue.antpos import PositionFile
from almared.errors import InputError
from almared.model import Choice, Evidence, ExecutionBlock, Vector

LEAST_CORRECTION_M = 5e-5
"""Shorter differences are no correction (domain A.8 step 6)."""

LARGE_CORRECTION_M = 2e-3
"""Longer ones are told (domain A.8 step 6)."""

IMPLAUSIBLE_M = 1.0
"""An antenna that is a metre away stands on another pad: not a correction."""

Offsets = tuple[tuple[str, Vector], ...]


def choose_position_offsets(eb: ExecutionBlock, given: PositionFile) -> Choice[Offsets]:
    """Return per antenna the offset (m, ITRF) to its position in the data, from a file of positions.

    Antennas of the file that did not observe are left out; absolute positions give offsets to the recorded ones.

    Raises
    ------
    InputError
        No antenna of the file observed, or an offset is implausible (another pad).

    References
    ----------
    domain.md A.8 step 6: corrections from 50 um on; all zeros are none; more than 2 mm are told.
    """
    recorded = {a.name: a.position_m for a in eb.antennas}
    offsets = dict(given.offsets_m)
    for name, position in given.positions_m.items():
        if name in recorded:
            offsets[name] = _difference(position, recorded[name])
    if not set(recorded) & (set(given.offsets_m) | set(given.positions_m)):
        raise InputError(
            "none of its antennas is in the data",
            where=str(given.path),
            repair=f"give positions of {', '.join(sorted(recorded))}",
        )
    lengths = {name: float(np.linalg.norm(offset)) for name, offset in offsets.items() if name in recorded}
    _refuse_implausible(given, lengths)
    kept = tuple((name, offsets[name]) for name, length in lengths.items() if length >= LEAST_CORRECTION_M)
    return _told(given, kept, lengths)


def _difference(position: Vector, recorded: Vector) -> Vector:
    x, y, z = (a - b for a, b in zip(position, recorded, strict=True))
    return x, y, z


def _refuse_implausible(given: PositionFile, lengths: dict[str, float]) -> None:
    for name, length in lengths.items():
        if length > IMPLAUSIBLE_M:
            raise InputError(
                f"{name} would move by {length:.1f} m: it stood on another pad when it was measured",
                where=str(given.path),
                repair="use positions measured on the pad of the observation",
            )


def _told(given: PositionFile, kept: Offsets, lengths: dict[str, float]) -> Choice[Offsets]:
    large = [name for name, _ in kept if lengths[name] > LARGE_CORRECTION_M]
    unknown = sorted((set(given.offsets_m) | set(given.positions_m)) - set(lengths))
    warnings = [f"{', '.join(large)} move by more than 2 mm"] if large else []
    warnings += [f"not in the data: {', '.join(unknown)}"] if unknown else []
    return Choice(
        kept,
        f"{len(kept)} of {len(lengths)} antennas in {given.path.name} are off by 0.05 mm or more",
        tuple(Evidence("offset", round(1e3 * lengths[name], 3), "mm", name, given.path.name) for name, _ in kept),
        rule="domain A.8 step 6",
        warning="; ".join(warnings),
    )
