"""The reference antenna (domain A.6, with the flags as the modern addition)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.errors import PlanError
from almared.heuristics import thresholds
from almared.heuristics.calibrators import SUPPORTING
from almared.model import Choice, Evidence, ExecutionBlock


@dataclass(frozen=True, slots=True)
class AntennaScore:
    """What speaks for and against one antenna.

    Parameters
    ----------
    name : str
        Antenna.
    nearest_m, farthest_m : float, m
        Distance to the nearest antenna, and largest baseline.
    flagged : float
        Fraction of the calibrated scans' time that online flags cover.
    has_bad_tsys : bool
        Whether a Tsys spectrum has values that are not above zero.
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
    def rank(self) -> tuple[int, bool, float]:
        """Sorting key: fewest failed tests, good Tsys, then most central with little flagged."""
        return len(self.fails), self.has_bad_tsys, self.farthest_m * (1.0 + self.flagged)


def choose_refant(eb: ExecutionBlock, *, override: str | None = None, long_baselines: bool = False) -> Choice[str]:
    """Return the reference antenna; never an empty one.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    override : str, optional
        The antenna that the reducer wants.
    long_baselines : bool
        Use the percentile of the long-baseline option.

    Raises
    ------
    PlanError
        There are no antennas, or the override does not exist or is flagged all the time.

    References
    ----------
    domain.md A.6: nearest neighbour within the 85th percentile (50th for long baselines), no shadowing above 40 deg,
    then the smallest largest baseline. Antennas flagged half of the calibrator time fail a further test of ours;
    where none passes all, a ranking replaces the empty answer of the old generator (G1).
    """
    scores = rank_antennas(eb, long_baselines=long_baselines)
    if override:
        return _overridden(eb, override, scores)
    best = scores[0]
    second = f", next {scores[1].name}" if len(scores) > 1 else ""
    passed = "the most central antenna that passes all tests" if not best.fails else "no antenna passes all tests"
    return Choice(
        best.name,
        f"{passed}: largest baseline {best.farthest_m:.0f} m, {100 * best.flagged:.1f} % of time flagged{second}",
        _evidence(scores),
        rule="domain A.6",
        warning=f"{best.name} fails: {', '.join(best.fails)}" if best.fails else "",
    )


def rank_antennas(eb: ExecutionBlock, *, long_baselines: bool = False) -> tuple[AntennaScore, ...]:
    """Return all antennas, best reference first.

    Raises
    ------
    PlanError
        There are fewer than two antennas.
    """
    if len(eb.antennas) < 2:
        raise PlanError("fewer than two antennas: nothing to calibrate", where=eb.name)
    lengths = _baseline_lengths(eb)
    nearest = np.where(np.eye(len(lengths), dtype=bool), np.inf, lengths).min(axis=1)
    limit = thresholds.REFANT_NEIGHBOUR_PERCENTILE_LONG if long_baselines else thresholds.REFANT_NEIGHBOUR_PERCENTILE
    far = float(np.percentile(nearest, limit.value))
    scores = [_score(eb, i, lengths=lengths[i], nearest=float(nearest[i]), far=far) for i in range(len(eb.antennas))]
    return tuple(sorted(scores, key=lambda s: (*s.rank, s.name)))


def _baseline_lengths(eb: ExecutionBlock) -> NDArray[np.float64]:
    places = np.array([a.position_m for a in eb.antennas])
    return np.asarray(np.linalg.norm(places[:, None] - places[None, :], axis=-1))


def _score(eb: ExecutionBlock, index: int, *, lengths: NDArray[np.float64], nearest: float, far: float) -> AntennaScore:
    antenna = eb.antennas[index]
    diameter = max(a.diameter_m for a in eb.antennas)
    flagged = flagged_fraction(eb, antenna.name)
    shadow = diameter / math.sin(math.radians(thresholds.REFANT_SHADOW_ELEVATION.value))
    tests = {
        "far from its neighbours": nearest > far,
        "may be shadowed above 40 deg": nearest < shadow,
        "flagged half of the time or more": flagged >= thresholds.REFANT_MOST_FLAGGED.value,
    }
    bad = any(t.antenna_id == antenna.id and t.n_bad_tsys > 0 for t in eb.tsys)
    fails = tuple(words for words, failed in tests.items() if failed)
    return AntennaScore(antenna.name, nearest, float(lengths.max()), flagged, bad, fails)


def flagged_fraction(eb: ExecutionBlock, antenna_name: str) -> float:
    """Return the fraction of an antenna's time that online flags take, pointing and atmosphere scans left out."""
    wanted = [(s.start_mjd_s, s.end_mjd_s) for s in eb.scans if not set(s.intents) <= SUPPORTING]
    flags = sorted(
        (f.start_mjd_s, f.end_mjd_s) for f in eb.online_flags if not f.antenna_names or antenna_name in f.antenna_names
    )
    total = sum(end - start for start, end in wanted)
    lost = sum(_overlap(scan, flags) for scan in wanted)
    return lost / total if total > 0 else 0.0


def _overlap(scan: tuple[float, float], flags: list[tuple[float, float]]) -> float:
    """Return how much of a scan sorted, possibly overlapping ranges cover."""
    covered, reached = 0.0, scan[0]
    for start, end in flags:
        first, last = max(start, reached), min(end, scan[1])
        if last > first:
            covered += last - first
            reached = last
    return covered


def _overridden(eb: ExecutionBlock, name: str, scores: tuple[AntennaScore, ...]) -> Choice[str]:
    by_name = {s.name: s for s in scores}
    if name not in by_name:
        raise PlanError(
            f"antenna {name!r} is not in this execution block",
            where=eb.name,
            repair=f"choose one of {', '.join(a.name for a in eb.antennas)}",
        )
    score = by_name[name]
    if score.flagged >= 1.0:
        raise PlanError(f"antenna {name} is flagged all the time", where=eb.name, repair="choose another one")
    place = [s.name for s in scores].index(name) + 1
    return Choice(
        name,
        f"given by the reducer (rank {place} of {len(scores)} by our own order)",
        _evidence((score, *scores[:1])),
        rule="domain A.1 refant",
        warning=f"{name} fails: {', '.join(score.fails)}" if score.fails else "",
    )


def _evidence(scores: tuple[AntennaScore, ...]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("largest baseline", round(s.farthest_m, 1), "m", s.name, "Station and Antenna") for s in scores[:5]
    ) + tuple(Evidence("flagged", round(100 * s.flagged, 2), "%", s.name, "Flag") for s in scores[:5])
