"""One flux scale for all execution blocks: means of the fluxes of their phase calibrators (domain B.3)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OwnFlux:
    """The flux density of one calibrator in one window, measured by one execution block.

    Parameters
    ----------
    source : str
        The calibrator.
    spw_id : int
        Window of the calibrated MS.
    ms : str
        The calibrated MS.
    frequency_hz : float, Hz
        Mean frequency of the window.
    flux_jy : float, Jy
        Flux density.
    error_jy : float, Jy
        Its error; 0 when it is not known.
    n_solutions : int or None
        Number of solutions behind it.
    """

    source: str
    spw_id: int
    ms: str
    frequency_hz: float
    flux_jy: float
    error_jy: float
    n_solutions: int | None = None


@dataclass(frozen=True, slots=True)
class Mean:
    """A weighted mean.

    Parameters
    ----------
    value : float
        The mean, weighted by inverse variances.
    error : float or None
        Its error, from the same variances; None when no error is known.
    chi_square : float
        Sum of the squared deviations over the errors alone; 0 when no error is known.
    n_values : int
        Number of values.
    scatter : float
        Added to each error in quadrature, when the values differ by more than their errors.
    by_errors : float
        The mean with the weights of the errors alone.
    """

    value: float
    error: float | None
    chi_square: float
    n_values: int
    scatter: float
    by_errors: float


@dataclass(frozen=True, slots=True)
class EqualFlux:
    """The common flux density for scaling all execution blocks, for one calibrator and window.

    Parameters
    ----------
    source : str
        The calibrator.
    spw_id : int
        The window.
    own : tuple of OwnFlux
        Measured values.
    mean : Mean
        Mean of these, or of those of the chosen execution blocks.
    """

    source: str
    spw_id: int
    own: tuple[OwnFlux, ...]
    mean: Mean


@dataclass(frozen=True, slots=True)
class Ratio:
    """The scale of an execution block relative to the common one, from one calibrator in all windows.

    Parameters
    ----------
    source, ms : str
        The calibrator; the calibrated MS.
    ratio : float
        Its fluxes over the means.
    error : float
        Error of the ratio, 0 when it is not known.
    """

    source: str
    ms: str
    ratio: float
    error: float


def measure_mean(values: Sequence[float], errors: Sequence[float], *, adds_scatter: bool = True) -> Mean:
    """Return the mean with weights of the inverse variances, its error and the chi-square.

    The variance of a value is the square of its error. When the values differ by more than their errors, that of
    their scatter is added to each: the errors alone, estimated from few antennas, would then decide by chance which
    value wins. A value whose error is 0 or unknown gets the typical relative error of the others; without
    any known error all weigh the same.

    Parameters
    ----------
    values, errors : sequence of float
        At least one; of one unit.
    adds_scatter : bool
        False for the weights of the errors alone, as in the old tools.

    References
    ----------
    domain.md B.3; the scatter is that of DerSimonian and Laird (1986, Controlled Clinical Trials 7, 177).
    """
    flux = np.asarray(values, float)
    sigma = _usable_errors(flux, np.asarray(errors, float))
    if sigma is None:
        plain = float(flux.mean())
        return Mean(plain, None, 0.0, len(flux), 0.0, plain)
    by_errors, error = _weighted(flux, sigma)
    chi_square = float((((flux - by_errors) / sigma) ** 2).sum())
    scatter = _scatter(sigma, chi_square) if adds_scatter else 0.0
    mean, error = _weighted(flux, np.hypot(sigma, scatter))
    return Mean(mean, error, chi_square, len(flux), scatter, by_errors)


def _weighted(values: NDArray[np.float64], sigma: NDArray[np.float64]) -> tuple[float, float]:
    # Weights relative to the best: squares of tiny numbers stay in range.
    weights = (sigma.min() / sigma) ** 2
    mean = float((weights * values).sum() / weights.sum())
    return mean, float(sigma.min() / math.sqrt(weights.sum()))


def _scatter(sigma: NDArray[np.float64], chi_square: float) -> float:
    """Return the scatter, in addition to the errors, that explains the chi-square, 0 when the errors explain it."""
    weights = (sigma.min() / sigma) ** 2
    excess = chi_square - (len(sigma) - 1)
    room = weights.sum() - (weights**2).sum() / weights.sum()
    return float(sigma.min() * math.sqrt(excess / room)) if excess > 0 and room > 0 else 0.0


def _usable_errors(values: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64] | None:
    known = np.isfinite(errors) & (errors > 0) & (values != 0)
    if not known.any():
        return None
    usual = float(np.median(errors[known] / np.abs(values[known])))
    return np.where(known, errors, np.maximum(usual * np.abs(values), errors[known].min()))


def equalise(
    own: Iterable[OwnFlux], *, averaged: Collection[str] = (), adds_scatter: bool = True
) -> tuple[EqualFlux, ...]:
    """Return the means per calibrator and window, in their order.

    Parameters
    ----------
    own : iterable of OwnFlux
        What was measured.
    averaged : collection of str
        Calibrated MSs whose values are averaged, all when empty.
    adds_scatter : bool
        As for `measure_mean`.
    """
    groups: dict[tuple[str, int], list[OwnFlux]] = defaultdict(list)
    for value in own:
        groups[value.source, value.spw_id].append(value)
    chosen = {key: [v for v in values if not averaged or v.ms in averaged] for key, values in groups.items()}
    return tuple(
        EqualFlux(*key, tuple(values), _mean_of(chosen[key], adds_scatter=adds_scatter))
        for key, values in sorted(groups.items())
        if chosen[key]
    )


def _mean_of(values: Sequence[OwnFlux], *, adds_scatter: bool) -> Mean:
    return measure_mean([v.flux_jy for v in values], [v.error_jy for v in values], adds_scatter=adds_scatter)


def scale_ratios(fluxes: Sequence[EqualFlux]) -> tuple[Ratio, ...]:
    """Return the scale of each execution block over the means, by each calibrator, averaged over its windows."""
    groups: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for flux in fluxes:
        for own in flux.own:
            groups[own.source, own.ms].append((own.flux_jy / flux.mean.value, own.error_jy / flux.mean.value))
    means = {key: measure_mean(*zip(*pairs, strict=True)) for key, pairs in groups.items()}
    return tuple(Ratio(*key, mean.value, mean.error or 0.0) for key, mean in sorted(means.items()))


def chance(chi_square: float, degrees: int) -> float:
    """Return the probability that chance gives such a chi-square or a larger one."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, chi_square)) if degrees > 0 else 1.0


def smooth_residuals(
    frequencies_hz: Sequence[float], fluxes_jy: Sequence[float], *, steepest: float, rising: float
) -> NDArray[np.float64]:
    """Return the fraction by which each flux exceeds a power law through all of them.

    The law is the one with the least sum of absolute deviations among plausible indices of quasars, so that one
    wrong window does not distort it.

    Parameters
    ----------
    frequencies_hz : sequence of float, Hz
        Of the windows.
    fluxes_jy : sequence of float, Jy
        Positive.
    steepest, rising : float
        Limits of the index, ``-steepest`` to ``rising``.
    """
    x = np.log(np.asarray(frequencies_hz, float))
    y = np.log(np.asarray(fluxes_jy, float))
    indices = np.linspace(-steepest, rising, 401)
    rest = y - indices[:, None] * (x - x.mean())
    rest = rest - np.median(rest, axis=1, keepdims=True)
    best = rest[np.argmin(np.abs(rest).sum(axis=1))]
    return np.asarray(np.expm1(best))
