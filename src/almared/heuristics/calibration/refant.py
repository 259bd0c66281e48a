"""The reference antenna (domain A.6, with the flags as the modern addition)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.errors import PlanError
from almared.heuristics.calibration.calibrators import SUPPORTING
from almared.heuristics.thresholds.refant import (
    REFANT_ALL_FLAGGED,
    REFANT_BAD_TSYS,
    REFANT_MOST_FLAGGED,
    REFANT_NEIGHBOUR_PERCENTILE,
    REFANT_NEIGHBOUR_PERCENTILE_LONG,
    REFANT_SHADOW_ELEVATION,
)
from almared.model import Choice, Evidence, ExecutionBlock


@dataclass(frozen=True, slots=True)
class AntennaScore:
    """Merits of one antenna as reference.

    Parameters
    ----------
    name : str
        Antenna.
    nearest_m, farthest_m : float, m
        Distance to the nearest antenna, and largest baseline.
    flagged : float
        Fraction of the calibrated scans' time that online flags cover.
    has_bad_tsys : bool
        Whether more than a tenth of the channels of a window have no Tsys above zero.
    fails : tuple of str
        Tests of domain A.6 that it fails.
    """

    name: str
    nearest_m: float
    farthest_m: float
    flagged: float
    has_bad_tsys: bool
    fails: tuple[str, ...]

    @property
    def rank(self) -> tuple[bool, bool, int, bool, float]:
        """Sorting key: not fully, not mostly flagged, fewest failed tests, good Tsys, central and little flagged."""
        mostly_flagged = self.flagged >= REFANT_MOST_FLAGGED.value
        central = self.farthest_m * (1.0 + self.flagged)
        return self.is_useless, mostly_flagged, len(self.fails), self.has_bad_tsys, central

    @property
    def is_useless(self) -> bool:
        """Whether it is flagged all the time, up to rounding."""
        return self.flagged >= REFANT_ALL_FLAGGED.value


@dataclass(frozen=True, slots=True)
class _Array:
    """Distances between all antennas, and the limits that follow from them."""

    lengths: NDArray[np.float64]
    shadow: NDArray[np.float64]
    far_m: float
    diameter_m: float
    bad_tsys: frozenset[int]

    @classmethod
    def of(cls, eb: ExecutionBlock, percentile: float) -> _Array:
        lengths = _baseline_lengths(eb)
        nearest = np.where(np.eye(len(lengths), dtype=bool), np.inf, lengths).min(axis=1)
        counts = Counter(a.diameter_m for a in eb.antennas)
        usual = max(counts, key=lambda d: (counts[d], d))
        far = float(np.percentile(nearest, percentile))
        return cls(lengths, _shadowing_lengths(eb), far, usual, _antennas_with_bad_tsys(eb))


def choose_refant(eb: ExecutionBlock, *, override: str | None = None, long_baselines: bool = False) -> Choice[str]:
    """Return the reference antenna; never an empty one.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    override : str, optional
        Antenna chosen by the reducer.
    long_baselines : bool
        Use the percentile of the long-baseline option.

    Raises
    ------
    PlanError
        There are no antennas, or the override does not exist or is flagged all the time.

    References
    ----------
    domain.md A.6: nearest neighbour within the 85th percentile (50th for long baselines), no shadowing above 40 deg,
    then the smallest largest baseline. Two tests are ours: not flagged half of the time, and of the diameter that most
    have. When none passes all, a ranking replaces the empty answer of the old generator (G1). How long ago an antenna
    was moved (A.6 c) is not in the ASDM and not tested.
    """
    scores = rank_antennas(eb, long_baselines=long_baselines)
    if override:
        return _overridden(eb, override, scores=scores)
    best = scores[0]
    second = f", next {scores[1].name}" if len(scores) > 1 else ""
    passed = "the most central antenna that passes all tests" if not best.fails else "no antenna passes all tests"
    return Choice(
        best.name,
        f"{passed}: largest baseline {best.farthest_m:.0f} m, {100 * best.flagged:.1f} % of time flagged{second}",
        _evidence(scores),
        rule="domain A.6",
        warning=_fails_told(best),
    )


def _fails_told(score: AntennaScore) -> str:
    fails = (*score.fails, *(["bad Tsys"] if score.has_bad_tsys else []))
    return f"{score.name} fails: {', '.join(fails)}" if fails else ""


def rank_antennas(eb: ExecutionBlock, *, long_baselines: bool = False) -> tuple[AntennaScore, ...]:
    """Return all antennas, best reference first.

    Raises
    ------
    PlanError
        There are fewer than two antennas.
    """
    if len(eb.antennas) < 2:
        raise PlanError("fewer than two antennas: nothing to calibrate", where=eb.name)
    limit = REFANT_NEIGHBOUR_PERCENTILE_LONG if long_baselines else REFANT_NEIGHBOUR_PERCENTILE
    array = _Array.of(eb, limit.value)
    scores = [_score(eb, i, array=array) for i in range(len(eb.antennas))]
    return tuple(sorted(scores, key=lambda s: (*s.rank, s.name)))


def _baseline_lengths(eb: ExecutionBlock) -> NDArray[np.float64]:
    places = np.array([a.position_m for a in eb.antennas])
    return np.asarray(np.linalg.norm(places[:, None] - places[None, :], axis=-1))


def _shadowing_lengths(eb: ExecutionBlock) -> NDArray[np.float64]:
    """Return per pair the distance below which dishes shadow each other above the elevation of the rule."""
    diameters = np.array([a.diameter_m for a in eb.antennas])
    sine = math.sin(math.radians(REFANT_SHADOW_ELEVATION.value))
    return np.asarray(np.maximum(diameters[:, None], diameters[None, :]) / sine)


def _score(eb: ExecutionBlock, index: int, *, array: _Array) -> AntennaScore:
    antenna = eb.antennas[index]
    others = np.arange(len(eb.antennas)) != index
    nearest = float(array.lengths[index][others].min())
    flagged = flagged_fraction(eb, antenna.name)
    tests = {
        "far from its neighbours": nearest > array.far_m,
        "may be shadowed above 40 deg": bool((array.lengths < array.shadow)[index][others].any()),
        "flagged half of the time or more": flagged >= REFANT_MOST_FLAGGED.value,
        f"not of the usual {array.diameter_m:g} m": antenna.diameter_m != array.diameter_m,
    }
    fails = tuple(words for words, failed in tests.items() if failed)
    bad = antenna.id in array.bad_tsys
    return AntennaScore(antenna.name, nearest, float(array.lengths[index].max()), flagged, bad, fails)


def _antennas_with_bad_tsys(eb: ExecutionBlock) -> frozenset[int]:
    """Return the ids of antennas with more channels of bad Tsys in their worst window than the limit allows."""
    bad, looked_at = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for row in eb.tsys:
        bad[row.antenna_id, row.spw_id] += row.n_bad_tsys
        looked_at[row.antenna_id, row.spw_id] += row.n_values
    limit = REFANT_BAD_TSYS.value
    return frozenset(key[0] for key, count in bad.items() if count > limit * max(looked_at[key], 1))


def flagged_fraction(eb: ExecutionBlock, antenna_name: str) -> float:
    """Return the fraction of an antenna's time under online flags, without pointing and atmosphere scans."""
    wanted = np.array([(s.start_mjd_s, s.end_mjd_s) for s in eb.scans if not set(s.intents) <= SUPPORTING])
    flags = _merged(
        (f.start_mjd_s, f.end_mjd_s) for f in eb.online_flags if not f.antenna_names or antenna_name in f.antenna_names
    )
    if not wanted.size or not flags.size:
        return 0.0
    start = np.maximum(wanted[:, None, 0], flags[None, :, 0])
    end = np.minimum(wanted[:, None, 1], flags[None, :, 1])
    lost = float(np.clip(end - start, 0.0, None).sum())
    return lost / max(float((wanted[:, 1] - wanted[:, 0]).sum()), 1e-9)


def _merged(ranges: Iterable[tuple[float, float]]) -> NDArray[np.float64]:
    """Return ranges that do not overlap, in order, shape (range, 2)."""
    merged: list[list[float]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged, dtype=float)


def _overridden(eb: ExecutionBlock, name: str, *, scores: tuple[AntennaScore, ...]) -> Choice[str]:
    by_name = {s.name: s for s in scores}
    if name not in by_name:
        raise PlanError(
            f"antenna {name!r} is not in this execution block",
            where=eb.name,
            repair=f"choose one of {', '.join(a.name for a in eb.antennas)}",
        )
    score = by_name[name]
    if score.is_useless:
        raise PlanError(f"antenna {name} is flagged all the time", where=eb.name, repair="choose another antenna")
    place = [s.name for s in scores].index(name) + 1
    return Choice(
        name,
        f"given by the reducer (rank {place} of {len(scores)} in our ranking)",
        _evidence((score, *scores[:1])),
        rule="domain A.1 refant",
        warning=_fails_told(score),
    )


def _evidence(scores: tuple[AntennaScore, ...]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("largest baseline", round(s.farthest_m, 1), "m", s.name, "Station and Antenna") for s in scores[:5]
    ) + tuple(Evidence("flagged", round(100 * s.flagged, 2), "%", s.name, "Flag") for s in scores[:5])
