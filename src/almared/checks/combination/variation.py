"""A calibrator that varies between execution blocks by more than its errors.

Measured
    Chi-square of its fluxes about their means over all windows, and the lowest and the highest ratio of an execution
    block to the mean.

Threshold
    A chance below ``COMBINE_CHANCE`` with ratios further apart than ``COMBINE_LEAST_VARIATION``: smaller variation is
    of no account however small the errors (thresholds of the combination; requirement W121).

What to do
    Find out whether it is the calibrator or the flux scale that varied. Scaling wipes out what may be real;
    ``--no-scale`` keeps the scale of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from almared.checks.check import Check
from almared.heuristics.combination.equalise import EqualFlux, Ratio, chance, scale_ratios
from almared.heuristics.thresholds.combination import COMBINE_CHANCE, COMBINE_LEAST_VARIATION
from almared.measure.combination import FluxesToCombine
from almared.model import Evidence, Finding, Selection, Severity, Suggestion

MORE_THAN_ERRORS = "scaling would wipe out what may be real, `--no-scale` keeps the scale of each"


def check(subject: FluxesToCombine) -> tuple[Finding, ...]:
    """Return a finding for each calibrator that varies more than its errors allow."""
    ratios: dict[str, list[Ratio]] = defaultdict(list)
    for ratio in scale_ratios(subject.fluxes):
        ratios[ratio.source].append(ratio)
    return tuple(found for source, mine in ratios.items() for found in _variation(source, mine, fluxes=subject.fluxes))


def _variation(source: str, ratios: Sequence[Ratio], *, fluxes: Sequence[EqualFlux]) -> Iterator[Finding]:
    means = [flux.mean for flux in fluxes if flux.source == source and flux.mean.error is not None]
    chi_square, degrees = sum(m.chi_square for m in means), sum(m.n_values - 1 for m in means)
    low, high = min(r.ratio for r in ratios), max(r.ratio for r in ratios)
    is_large = high - low > COMBINE_LEAST_VARIATION.value
    if not is_large or chance(chi_square, degrees) > COMBINE_CHANCE.value:
        return
    each = ", ".join(f"{ratio.ms} {100 * (ratio.ratio - 1):+.1f} %" for ratio in ratios)
    message = (
        f"{source} varies more than its errors (chi-square {chi_square:.0f} for {degrees} degrees of freedom): {each} "
        f"of the mean; {MORE_THAN_ERRORS}{_note_on_weights([flux for flux in fluxes if flux.source == source])}"
    )
    numbers = (Evidence("chi-square", float(chi_square)), Evidence("degrees of freedom", degrees))
    parts = tuple(Evidence("own flux over mean", float(ratio.ratio), "", ratio.ms) for ratio in ratios)
    yield Finding(
        CHECK.code,
        Severity.WARNING,
        message,
        selection=Selection.where_possible(fields=(source,)),
        evidence=(*numbers, *parts),
        suggestion=Suggestion(MORE_THAN_ERRORS),
    )


def _note_on_weights(fluxes: Sequence[EqualFlux]) -> str:
    """Return by how much the mean with the weights of the errors alone differs, when that is of account."""
    part = max((flux.mean.by_errors / flux.mean.value - 1 for flux in fluxes), key=abs)
    if abs(part) < COMBINE_LEAST_VARIATION.value:
        return ""
    return f"; means weighted by the errors alone would be up to {100 * part:+.1f} % off these (`--weights errors`)"


CHECK = Check("COMB02", "variation of the phase calibrators", FluxesToCombine, check)
