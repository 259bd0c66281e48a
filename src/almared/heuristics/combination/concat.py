"""How execution blocks are concatenated: pointings merged into one field, and resulting fields and windows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from almared.heuristics.thresholds.combination import COMBINE_DEFAULT_DIRTOL, COMBINE_MERGE_BEAMS, COMBINE_OFFSET_BEAMS
from almared.model import Antenna, Choice, Evidence, Field, SpectralWindow
from almared.physics.beams import gaussian_response
from almared.physics.constants import ARCSEC_PER_RAD, LIGHT_M_S
from almared.physics.directions import separation_rad

MARGIN = 1.5
"""The tolerance over the largest offset."""

REACH = 0.4
"""Pointings further apart than this fraction of their usual distance are different."""

HERTZ = 1.0
"""CASA: concat merges windows whose frequencies differ by less."""


def separation_arcsec(here: Field, there: Field) -> float:
    """Return the angle between two fields (arcsec), accurate for very small ones."""
    return separation_rad(here.direction_rad, there.direction_rad) * ARCSEC_PER_RAD


def estimate_beam_arcsec(antennas: Sequence[Antenna], frequency_hz: float) -> float:
    """Return wavelength over longest baseline (arcsec), a little less than the beam of an image."""
    longest = max(math.dist(a.position_m, b.position_m) for a, b in combinations(antennas, 2))
    return LIGHT_M_S / frequency_hz / longest * ARCSEC_PER_RAD


def choose_dirtol(executions: Sequence[Sequence[Field]], *, beam_arcsec: float) -> Choice[float | None]:
    """Return the tolerance of concat (arcsec) with which repeated pointings become one field.

    Pointings of one name in different execution blocks are the same when they are closer to each other than 0.4
    of the smallest distance of two pointings within a block. None leaves concat its own tolerance.

    Parameters
    ----------
    executions : sequence of sequence of Field
        Fields of each execution block; without moving ones.
    beam_arcsec : float, arcsec
        Width of the synthesised beam.

    References
    ----------
    Wiki, Combination; domain.md B.5, G33; requirement W127. concat does not shift the data of a pointing that takes
    another's centre, so an offset that is not small against the beam blurs the image.
    """
    offsets = sorted(_offsets(executions), key=lambda found: found[0])
    largest = offsets[-1][0] if offsets else 0.0
    if largest <= COMBINE_DEFAULT_DIRTOL.value:
        return Choice(None, "repeated pointings have the same centres", rule="domain B.5")
    evidence = tuple(
        Evidence("offset of repeated pointing", round(offset, 4), "arcsec", f"field {field.id} {field.name}", "FIELD")
        for offset, field in reversed(offsets[-5:])
    )
    if largest > COMBINE_MERGE_BEAMS.value * beam_arcsec:
        warning = (
            f"repeated pointings are up to {largest:.3g} arcsec apart, with a beam of {beam_arcsec:.2g} arcsec: they "
            f"remain separate fields, since concat would not shift their data; `--dirtol` merges them anyway"
        )
        return Choice(None, "the offsets are too large to merge pointings", evidence, "domain B.5", warning)
    reason = f"repeated pointings are up to {largest:.3g} arcsec apart, the nearest others {_nearest(executions)}"
    return Choice(_tolerance(largest, executions), reason, evidence, "domain B.5", _blur(largest, beam_arcsec))


def _tolerance(largest: float, executions: Sequence[Sequence[Field]]) -> float:
    """Return the largest offset with a margin, to two digits, but always below the distance to another pointing."""
    wanted = MARGIN * largest
    step = 10.0 ** (math.floor(math.log10(wanted)) - 1)
    return min(math.ceil(round(wanted / step, 6)) * step, (largest + REACH * _smallest(executions)) / 2)


def _blur(offset: float, beam: float) -> str:
    if offset <= COMBINE_OFFSET_BEAMS.value * beam:
        return ""
    loss = 100 * (1 - float(gaussian_response(offset / 2, beam)))
    return (
        f"merged pointings are off by up to {offset:.3g} arcsec, {offset / beam:.2f} of the beam: point sources lose "
        f"up to {loss:.0f} % of their peak"
    )


def _nearest(executions: Sequence[Sequence[Field]]) -> str:
    smallest = _smallest(executions)
    return f"{smallest:.3g} arcsec" if smallest < 3600 else "more than a degree"


def _offsets(executions: Sequence[Sequence[Field]]) -> Iterator[tuple[float, Field]]:
    """Yield the distance of each field from the pointing that it repeats."""
    limit = REACH * _smallest(executions)
    for first, second in combinations(executions, 2):
        for field in second:
            near = [separation_arcsec(field, other) for other in first if other.name == field.name]
            if near and min(near) < limit:
                yield min(near), field


def _smallest(executions: Sequence[Sequence[Field]]) -> float:
    """Return the smallest distance of two pointings of one execution block (arcsec)."""
    pairs = (pair for fields in executions for pair in combinations(fields, 2))
    apart = (separation_arcsec(*pair) for pair in pairs)
    return min((angle for angle in apart if angle > COMBINE_DEFAULT_DIRTOL.value), default=180.0 * 3600)


def expected_fields(executions: Sequence[Sequence[Field]], dirtol_arcsec: float | None) -> int:
    """Return the number of fields after concat: those of the first, and others not near any of them."""
    limit = dirtol_arcsec or COMBINE_DEFAULT_DIRTOL.value
    merged = list(executions[0])
    for field in chain.from_iterable(executions[1:]):
        if all(separation_arcsec(field, other) > limit for other in merged):
            merged.append(field)
    return len(merged)


def expected_windows(executions: Sequence[Sequence[SpectralWindow]]) -> int:
    """Return the number of windows after concat: those of the first, and others with new channels."""
    merged = list(executions[0])
    for window in chain.from_iterable(executions[1:]):
        if not any(_is_same(window, other) for other in merged):
            merged.append(window)
    return len(merged)


def _is_same(one: SpectralWindow, other: SpectralWindow) -> bool:
    apart = abs(one.first_channel_hz - other.first_channel_hz), abs(one.channel_step_hz - other.channel_step_hz)
    return one.n_channels == other.n_channels and apart[0] < HERTZ and apart[1] * (one.n_channels - 1) < HERTZ
