"""Fluxes of the phase calibrators expected from the catalogue, compared with those measured by each execution block."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from almared.formats.catalogues.measurements import read_measurements
from almared.heuristics.calibration.catalogue_flux import CatalogueFlux, look_up_flux
from almared.heuristics.thresholds.flux import CATALOGUE_OFF
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning
from almared.recipes.combination.facts import CalibratedEb

Expected = Mapping[tuple[str, int, str], CatalogueFlux]
"""By source, window, and calibrated MS."""


def expected_fluxes(catalogue: Path | None, ebs: Sequence[CalibratedEb]) -> Expected:
    """Return what a catalogue expects at the frequencies and dates of execution blocks; nothing without a catalogue.

    Raises
    ------
    InputError
        The catalogue cannot be read.

    References
    ----------
    Requirement W120; domain.md F.2.
    """
    if catalogue is None:
        return {}
    records = read_measurements(catalogue)
    asked = ((eb, name, spw) for eb in ebs for name in eb.calibrator_ids for spw in eb.spw_ids)
    found = {
        (name, spw, eb.ms): look_up_flux(records, name, frequency_hz=eb.frequency_hz(spw), mjd_s=eb.middle_mjd_s)
        for eb, name, spw in asked
    }
    return {key: flux for key, flux in found.items() if flux is not None}


def warn_of_catalogue(catalogue: Path | None, expected: Expected, *, ebs: Sequence[CalibratedEb]) -> Iterator[Finding]:
    """Yield a warning for each source that the catalogue does not know, knows badly, or contradicts."""
    if catalogue is None:
        return
    for name in sorted({name for eb in ebs for name in eb.calibrator_ids}):
        mine = {key: flux for key, flux in expected.items() if key[0] == name}
        if not mine:
            yield warning(
                "COMB06", f"{name} is not in {catalogue.name}", selection=Selection.where_possible(fields=(name,))
            )
        doubts = dict.fromkeys(doubt for flux in mine.values() for doubt in flux.warnings)
        yield from (
            warning(
                "COMB06", f"{name} in {catalogue.name}: {doubt}", selection=Selection.where_possible(fields=(name,))
            )
            for doubt in doubts
        )
        yield from filter(None, (_contradiction(eb, name, expected=mine) for eb in ebs))


def _contradiction(eb: CalibratedEb, name: str, *, expected: Expected) -> Finding | None:
    """Return a finding when the fluxes of an execution block differ from those expected by more than both errors."""
    ratios, worst = [], 0.0
    for spw in eb.spw_ids:
        own, there = eb.own_flux(name, spw), expected.get((name, spw, eb.ms))
        if own is None or there is None:
            continue
        ratios.append(own.flux_jy / there.flux_jy)
        worst = max(worst, abs(own.flux_jy - there.flux_jy) / math.hypot(own.error_jy, there.error_jy))
    if not ratios or worst <= CATALOGUE_OFF.value:
        return None
    percent = 100 * (sum(ratios) / len(ratios) - 1)
    message = f"{eb.ms}: {name} is {percent:+.0f} % off what the catalogue expects, by up to {worst:.1f} errors of both"
    return warning(
        "COMB06", message, place=eb.ms, evidence=(Evidence("off the catalogue", round(percent, 1), "%", name),)
    )
