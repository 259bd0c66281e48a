"""A flux that departs from a smooth spectrum of its source in its execution block.

Measured
    The flux of each window against the others of its source and execution block, by a power law whose slope is bounded;
    and whether each is above zero.

Threshold
    ``COMBINE_SPECTRUM_SIGMAS`` times its error, at least ``COMBINE_SPECTRUM_LEAST`` (wiki, Combination: windows of
    nearly one frequency have similar values, or they follow the spectrum; requirement W122).

What to do
    Look at the phases and amplitudes of the window. When its flux is wrong, correct the flux to use, the fourth column
    of allFluxes.txt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from almared.checks.check import Check
from almared.heuristics.combination.equalise import OwnFlux, smooth_residuals
from almared.heuristics.thresholds.combination import (
    COMBINE_RISING,
    COMBINE_SPECTRUM_LEAST,
    COMBINE_SPECTRUM_SIGMAS,
    COMBINE_STEEPEST,
)
from almared.measure.combination import FluxesToCombine
from almared.model import Evidence, Finding, Selection, Severity, Suggestion

CORRECT = "correct the flux to use in allFluxes.txt if it is wrong"


def check(subject: FluxesToCombine) -> tuple[Finding, ...]:
    """Return a finding for each flux that is off the spectrum of its source, or not above zero."""
    groups: dict[tuple[str, str], list[OwnFlux]] = defaultdict(list)
    for value in subject.own:
        groups[value.source, value.ms].append(value)
    return tuple(found for key in sorted(groups) for found in _departures(groups[key]))


def _departures(values: Sequence[OwnFlux]) -> Iterator[Finding]:
    positive = [value for value in values if value.flux_jy > 0]
    for value in values:
        if value.flux_jy <= 0:
            yield _finding(value, f"a flux density of {value.flux_jy:g} Jy")
    if len(positive) < 2:
        return
    residuals = smooth_residuals(
        [value.frequency_hz for value in positive],
        [value.flux_jy for value in positive],
        steepest=COMBINE_STEEPEST.value,
        rising=COMBINE_RISING.value,
    )
    for value, residual in zip(positive, residuals, strict=True):
        error = COMBINE_SPECTRUM_SIGMAS.value * value.error_jy / value.flux_jy
        if abs(residual) > max(error, COMBINE_SPECTRUM_LEAST.value):
            off = f"{value.flux_jy:.5g} Jy is {100 * residual:+.0f} % off a smooth spectrum of its windows; {CORRECT}"
            yield _finding(value, off, Evidence("off the spectrum", 100 * float(residual), "%"))


def _finding(value: OwnFlux, what: str, *more: Evidence) -> Finding:
    return Finding(
        CHECK.code,
        Severity.WARNING,
        f"{value.source} in {value.ms}, window {value.spw_id}: {what}",
        place=value.ms,
        selection=Selection.where_possible(fields=(value.source,), spws=(value.spw_id,)),
        evidence=(Evidence("flux density", value.flux_jy, "Jy"), *more),
        suggestion=Suggestion(CORRECT),
    )


CHECK = Check("COMB03", "fluxes against a smooth spectrum", FluxesToCombine, check)
