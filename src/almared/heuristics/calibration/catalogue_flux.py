"""The flux density of a calibrator at a frequency and date, from records of other dates and frequencies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from almared.basics.times import DAY_S
from almared.formats.catalogues.measurements import FluxMeasurement, clean_name
from almared.heuristics.thresholds.flux import (
    CATALOGUE_INDEX_ERROR,
    CATALOGUE_OLDEST,
    CATALOGUE_WINDOW,
    FLUX_FARTHEST,
    FLUX_LARGEST_INDEX,
    FLUX_USUAL_INDEX,
)
from almared.physics.bands import band_at

LOW_BAND, HIGH_BAND = 3, 7
"""Bands in which calibrators are measured regularly (domain F.3)."""


@dataclass(frozen=True, slots=True)
class CatalogueFlux:
    """A flux density expected from the catalogue.

    Parameters
    ----------
    flux_jy, error_jy : float, Jy
        Stokes I; the error holds those of the flux and of the index.
    spectral_index, index_error : float
        Of flux over frequency.
    age_days : float, d
        From the measurement to the requested date; negative for a later measurement.
    warnings : tuple of str
        Reasons for doubt.
    """

    flux_jy: float
    error_jy: float
    spectral_index: float
    index_error: float
    age_days: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """A spectral index, its error, and the time between its two measurements."""

    value: float
    error: float
    apart_days: float = 0.0


def look_up_flux(
    records: Iterable[FluxMeasurement], name: str, *, frequency_hz: float, mjd_s: float
) -> CatalogueFlux | None:
    """Return the flux density of a source expected from the catalogue, or None if it is not listed.

    The records of the day nearest to the date give the flux, those of the low band if there are any; the index
    comes from the two records of both bands that are nearest to each other in time. With only one band, the index
    is the usual one of quasars.

    Parameters
    ----------
    records : iterable of FluxMeasurement
        The catalogue.
    name : str
        The source; any of its names.
    frequency_hz : float, Hz
        Where the flux is wanted.
    mjd_s : float, s
        Requested time, as modified Julian date in seconds.

    References
    ----------
    domain.md F.2 with the pairs of 2017 ("closest"). There the error comes from 10,000 draws; here it is propagated as
    if flux and index were independent, also where the index is assumed. Ages count in both directions.
    """
    wanted = clean_name(name)
    mine = [record for record in records if wanted in record.names]
    if not mine:
        return None
    bands = {LOW_BAND: _of_band(mine, LOW_BAND), HIGH_BAND: _of_band(mine, HIGH_BAND)}
    base = _nearest_day(bands[LOW_BAND] or bands[HIGH_BAND] or mine, mjd_s)
    index = _index(bands[LOW_BAND], bands[HIGH_BAND], mjd_s=mjd_s)
    flux = sum(record.flux_jy for record in base) / len(base)
    reference = sum(record.frequency_hz for record in base) / len(base)
    age = sum(mjd_s - record.mjd_s for record in base) / len(base) / DAY_S
    stretch = math.log(frequency_hz / reference)
    relative = math.sqrt(sum(record.error_jy**2 for record in base)) / len(base) / flux
    there = flux * math.exp(index.value * stretch)
    return CatalogueFlux(
        flux_jy=there,
        error_jy=there * math.hypot(relative, index.error * stretch),
        spectral_index=index.value,
        index_error=index.error,
        age_days=age,
        warnings=_doubts(mine, index, age_days=age, frequency_hz=frequency_hz),
    )


def _of_band(records: Sequence[FluxMeasurement], band: int) -> list[FluxMeasurement]:
    return [record for record in records if band_at(record.frequency_hz) == band]


def _nearest_day(records: Sequence[FluxMeasurement], mjd_s: float) -> list[FluxMeasurement]:
    """Return the records of the day that has the one nearest to a date."""
    nearest = min(records, key=lambda record: abs(record.mjd_s - mjd_s))
    return [record for record in records if record.mjd_s // DAY_S == nearest.mjd_s // DAY_S]


def _index(low: Sequence[FluxMeasurement], high: Sequence[FluxMeasurement], *, mjd_s: float) -> _Index:
    """Return the index of the pair closest in time; among equals, of the one nearest to the date."""
    window = CATALOGUE_WINDOW.value * DAY_S
    pairs = [(a, b) for a in low for b in high if max(abs(a.mjd_s - mjd_s), abs(b.mjd_s - mjd_s)) <= window]
    if not pairs:
        return _Index(FLUX_USUAL_INDEX.value, CATALOGUE_INDEX_ERROR.value)
    a, b = min(pairs, key=lambda pair: (_days_apart(*pair), abs(pair[0].mjd_s + pair[1].mjd_s - 2 * mjd_s)))
    stretch = math.log(b.frequency_hz / a.frequency_hz)
    error = math.hypot(a.error_jy / a.flux_jy, b.error_jy / b.flux_jy) / stretch
    return _Index(math.log(b.flux_jy / a.flux_jy) / stretch, error, _days_apart(a, b))


def _days_apart(a: FluxMeasurement, b: FluxMeasurement) -> float:
    """Return whole days: measurements of one night are equally near, whatever their hours."""
    return float(abs(a.mjd_s - b.mjd_s) // DAY_S)


def _doubts(
    records: Sequence[FluxMeasurement], index: _Index, *, age_days: float, frequency_hz: float
) -> tuple[str, ...]:
    oldest = CATALOGUE_OLDEST.value
    highest = max(record.frequency_hz for record in records)
    doubts = {
        f"it was measured {abs(age_days):.0f} d {'before' if age_days > 0 else 'after'}": abs(age_days) > oldest,
        f"its index is from measurements {index.apart_days:.0f} d apart": index.apart_days > oldest,
        f"an index of {index.value:+.2f} is unusual for a quasar": index.value > FLUX_LARGEST_INDEX.value,
        f"it was never measured above {highest / 1e9:.0f} GHz": (frequency_hz > FLUX_FARTHEST.value * highest),
    }
    return tuple(text for text, holds in doubts.items() if holds)
