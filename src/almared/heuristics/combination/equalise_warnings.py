"""What a reducer should know before fluxes of several execution blocks are made equal (wiki, Combination)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from almared.basics.times import DAY_S
from almared.heuristics.combination.equalise import EqualFlux, OwnFlux, Ratio, chance, scale_ratios, smooth_residuals
from almared.heuristics.thresholds.combination import (
    COMBINE_APPLIED,
    COMBINE_CHANCE,
    COMBINE_DOPPLER,
    COMBINE_FEW_DAYS,
    COMBINE_LEAST_VARIATION,
    COMBINE_RISING,
    COMBINE_SPECTRUM_LEAST,
    COMBINE_SPECTRUM_SIGMAS,
    COMBINE_STEEPEST,
)

MORE_THAN_ERRORS = "scaling would wipe out what may be real, `--no-scale` keeps the scale of each"


def warn_of_dates(times_mjd_s: Mapping[str, float], *, few_days: float | None = None) -> tuple[str, ...]:
    """Return a warning when execution blocks are more than a few days apart.

    Parameters
    ----------
    times_mjd_s : mapping of str to float, s
        Middle of each execution, by name.
    few_days : float, d, optional
        What counts as a few days; None for the usual.

    References
    ----------
    domain.md B.1; requirement W119.
    """
    order = sorted(times_mjd_s, key=lambda name: times_mjd_s[name])
    apart = (times_mjd_s[order[-1]] - times_mjd_s[order[0]]) / DAY_S
    limit = COMBINE_FEW_DAYS.value if few_days is None else few_days
    if apart <= limit:
        return ()
    warning = (
        f"{order[0]} and {order[-1]} are {apart:.1f} days apart (a few are {limit:g}): the phase calibrator may "
        f"have varied; compare with its known fluxes at both dates, and think of `--no-scale`"
    )
    return (warning,)


def warn_of_variation(fluxes: Sequence[EqualFlux]) -> tuple[str, ...]:
    """Return a warning for each calibrator that varies more than its errors allow."""
    ratios: dict[str, list[Ratio]] = defaultdict(list)
    for ratio in scale_ratios(fluxes):
        ratios[ratio.source].append(ratio)
    return tuple(warning for source, found in ratios.items() for warning in _variation(source, found, fluxes=fluxes))


def _variation(source: str, ratios: Sequence[Ratio], *, fluxes: Sequence[EqualFlux]) -> Iterator[str]:
    means = [flux.mean for flux in fluxes if flux.source == source and flux.mean.error is not None]
    chi_square, degrees = sum(m.chi_square for m in means), sum(m.n_values - 1 for m in means)
    low, high = min(r.ratio for r in ratios), max(r.ratio for r in ratios)
    is_large = high - low > COMBINE_LEAST_VARIATION.value
    if not is_large or chance(chi_square, degrees) > COMBINE_CHANCE.value:
        return
    told = ", ".join(f"{ratio.ms} {100 * (ratio.ratio - 1):+.1f} %" for ratio in ratios)
    yield (
        f"{source} varies more than its errors (chi-square {chi_square:.0f} for {degrees} degrees of freedom): {told} "
        f"of the mean; {MORE_THAN_ERRORS}{_note_on_weights([flux for flux in fluxes if flux.source == source])}"
    )


def _note_on_weights(fluxes: Sequence[EqualFlux]) -> str:
    """Tell by how much the mean with the weights of the errors alone differs, when that is of account."""
    part = max((flux.mean.by_errors / flux.mean.value - 1 for flux in fluxes), key=abs)
    if abs(part) < COMBINE_LEAST_VARIATION.value:
        return ""
    return f"; means weighted by the errors alone would be up to {100 * part:+.1f} % off these (`--weights errors`)"


def warn_of_spectra(own: Sequence[OwnFlux]) -> tuple[str, ...]:
    """Return a warning for each flux that departs from a smooth spectrum of its source in its execution block.

    References
    ----------
    Wiki, Combination: windows of nearly one frequency have similar values, or they follow the spectrum;
    requirement W122.
    """
    groups: dict[tuple[str, str], list[OwnFlux]] = defaultdict(list)
    for value in own:
        groups[value.source, value.ms].append(value)
    return tuple(text for key in sorted(groups) for text in _departures(groups[key]))


def _departures(values: Sequence[OwnFlux]) -> Iterator[str]:
    positive = [value for value in values if value.flux_jy > 0]
    for value in values:
        if value.flux_jy <= 0:
            yield f"{value.source} in {value.ms}, window {value.spw_id}: a flux density of {value.flux_jy:g} Jy"
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
            yield (
                f"{value.source} in {value.ms}, window {value.spw_id}: {value.flux_jy:.5g} Jy is {100 * residual:+.0f} "
                f"% off a smooth spectrum of its windows; correct the flux to use in allFluxes.txt if it is wrong"
            )


def warn_of_gaps(fluxes: Sequence[EqualFlux], measurement_sets: Sequence[str]) -> tuple[str, ...]:
    """Return a warning for each calibrator and window that an execution block did not measure though others did."""
    return tuple(
        f"{flux.source} in window {flux.spw_id}: {' and '.join(absent)} did not measure it; the mean is of the others"
        for flux in fluxes
        if (absent := [ms for ms in measurement_sets if all(own.ms != ms for own in flux.own)])
    )


def warn_of_scale(what: str, *, found: float | None, told: float | None) -> tuple[str, ...]:
    """Return a warning when the scale that was solved for is not the one that the fluxes tell.

    Parameters
    ----------
    what : str
        Calibrator, window and MS.
    found : float, optional
        Flux of the data over the flux used, from the solutions; None without any.
    told : float, optional
        The same from the table of fluxes; None when the flux was not measured.
    """
    if found is None:
        return (f"{what}: no solution, so its data were flagged; is the calibrator too weak? Think of `--no-scale`",)
    if told is None or abs(found / told - 1) <= COMBINE_APPLIED.value:
        return ()
    off, expected = 100 * (found - 1), 100 * (told - 1)
    return (f"{what}: its data are {off:+.1f} % off the flux used, by the table it should be {expected:+.1f} %",)


def warn_of_frequencies(frequencies_hz: Mapping[str, Mapping[int, float]]) -> tuple[str, ...]:
    """Return a warning for each window that lies further apart in two execution blocks than Doppler tracking explains.

    Parameters
    ----------
    frequencies_hz : mapping of str to mapping of int to float, Hz
        Per MS and window its mean frequency.
    """
    first, *others = frequencies_hz
    found = []
    for other in others:
        for spw, frequency in frequencies_hz[other].items():
            apart = frequency - frequencies_hz[first].get(spw, frequency)
            if abs(apart) > COMBINE_DOPPLER.value * frequency:
                found.append(
                    f"window {spw} of {other} is {apart / 1e6:+.1f} MHz from that of {first}: more than Doppler "
                    f"tracking explains"
                )
    return tuple(found)
