"""The reference antenna (domain A.6, A.13; G1, G41)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import Setup, antenna, build_eb, spiral

from almared.errors import PlanError
from almared.heuristics.calibration.refant import choose_refant, flagged_fraction, rank_antennas
from almared.model import Antenna, ExecutionBlock, OnlineFlag


def block(antennas: tuple[Antenna, ...], *flags: OnlineFlag) -> ExecutionBlock:
    return replace(build_eb(None, Setup(antennas=antennas)), online_flags=flags)


def always(eb: ExecutionBlock, *names: str, share: float = 1.0) -> OnlineFlag:
    return OnlineFlag(
        names, eb.start_mjd_s, eb.start_mjd_s + share * (eb.end_mjd_s - eb.start_mjd_s), "Mount is off source"
    )


def line(*places: float, diameter: float = 12.0) -> tuple[Antenna, ...]:
    """Antennas on a line, so many metres east."""
    return tuple(antenna(n, f"DA{41 + n}", (x, 0.0), diameter) for n, x in enumerate(places))


def test_most_central_antenna_is_chosen() -> None:
    choice = choose_refant(block(line(0, 40, 80, 120, 160)))
    assert choice.value == "DA43"
    assert not choice.warning


def test_antenna_far_from_its_neighbours_is_left_out() -> None:
    """The most central one is 200 m from all others; two clusters stand around it."""
    antennas = line(-240, -220, -200, 0, 200, 220, 240)
    fails = {s.name: s.fails for s in rank_antennas(block(antennas))}
    assert fails["DA44"] == ("far from its neighbours",)
    assert choose_refant(block(antennas)).value in ("DA43", "DA45")


def test_long_baselines_use_the_median_of_the_neighbour_distances() -> None:
    antennas = line(0, 20, 60, 120, 200, 300)
    nearest = {s.name: s.nearest_m for s in rank_antennas(block(antennas))}
    assert nearest["DA43"] == pytest.approx(40, rel=1e-6)
    usual = {s.name for s in rank_antennas(block(antennas)) if not s.fails}
    long = {s.name for s in rank_antennas(block(antennas), long_baselines=True) if not s.fails}
    assert long < usual


@pytest.mark.parametrize(("spacing", "is_shadowed"), [(18.0, True), (18.6, True), (18.7, False), (19.5, False)])
def test_no_shadowing_above_40_degrees(spacing: float, is_shadowed: bool) -> None:
    """12 m / sin(40 deg) is 18.67 m."""
    fails = {f for s in rank_antennas(block(line(*(spacing * n for n in range(4))))) for f in s.fails}
    assert ("may be shadowed above 40 deg" in fails) is is_shadowed


def test_dishes_of_7_m_stand_nearer_before_they_shadow() -> None:
    """7 m / sin(40 deg) is 10.9 m."""
    eb = block(line(0, 11, 22, 33, diameter=7.0))
    assert not any("may be shadowed above 40 deg" in s.fails for s in rank_antennas(eb))


def test_flagged_antenna_is_left_out() -> None:
    antennas = line(0, 40, 80, 120, 160)
    eb = block(antennas)
    assert choose_refant(replace(eb, online_flags=(always(eb, "DA43", share=0.6),))).value in ("DA42", "DA44")


def test_all_flagged_still_gives_the_least_flagged() -> None:
    eb = block(line(0, 40, 80))
    flags = (always(eb, "DA42"), always(eb, "DA43"), always(eb, "DA41", share=0.7))
    choice = choose_refant(replace(eb, online_flags=flags))
    assert choice.value == "DA41"
    assert "flagged" in choice.warning


def test_flag_without_names_is_for_all_antennas() -> None:
    eb = block(line(0, 40, 80))
    assert flagged_fraction(replace(eb, online_flags=(always(eb),)), "DA41") == pytest.approx(1.0)


def test_antenna_with_bad_tsys_comes_after_others() -> None:
    eb = block(line(0, 40, 80, 120, 160))
    rows = tuple(replace(t, n_bad_tsys=100) if t.antenna_id == 2 else t for t in eb.tsys)
    assert choose_refant(replace(eb, tsys=rows)).value in ("DA42", "DA44")


def test_few_bad_tsys_channels_do_not_disqualify() -> None:
    eb = block(line(0, 40, 80, 120, 160))
    rows = tuple(replace(t, n_bad_tsys=1) if t.antenna_id == 2 else t for t in eb.tsys)
    assert choose_refant(replace(eb, tsys=rows)).value == "DA43"


def test_g41_reference_is_of_the_diameter_that_the_final_split_keeps() -> None:
    large = line(0, 40, 80, 120, 160)
    small = antenna(5, "CM01", (85.0, 30.0), 7.0)
    eb = block((*large, small))
    assert choose_refant(eb).value.startswith("DA")
    assert "not of the usual 12 m" in {s.name: s.fails for s in rank_antennas(eb)}["CM01"]


def test_g1_compact_array_is_never_left_without_reference() -> None:
    """All stand so near that the old rule left none; its answer was an empty name."""
    antennas = tuple(antenna(n, f"CM{n + 1:02d}", (9.0 * (n % 3), 9.0 * (n // 3)), 7.0) for n in range(9))
    choice = choose_refant(block(antennas))
    assert choice.value == "CM05"
    assert "shadowed" in choice.warning


def test_reference_given_by_the_reducer() -> None:
    choice = choose_refant(block(spiral()), override="DA50")
    assert choice.value == "DA50"
    assert "rank" in choice.reason


def test_reference_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PlanError, match="DV99"):
        choose_refant(block(spiral()), override="DV99")


def test_reference_that_is_wholly_flagged_is_an_error() -> None:
    eb = block(spiral())
    with pytest.raises(PlanError, match="flagged all the time"):
        choose_refant(replace(eb, online_flags=(always(eb, "DA50"),)), override="DA50")


def test_one_antenna_is_an_error() -> None:
    with pytest.raises(PlanError, match="fewer than two"):
        choose_refant(block(line(0)))


ranges = st.lists(st.tuples(st.floats(-500, 3000), st.floats(0, 2000)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(ranges)
def test_flagged_fraction_is_between_none_and_all_and_grows_with_flags(found: list[tuple[float, float]]) -> None:
    eb = block(line(0, 40, 80))
    flags = tuple(OnlineFlag(("DA41",), eb.start_mjd_s + a, eb.start_mjd_s + a + d, "any") for a, d in found)
    shares = [flagged_fraction(replace(eb, online_flags=flags[:n]), "DA41") for n in range(len(flags) + 1)]
    assert shares[0] == 0.0
    assert all(0.0 <= s <= 1.0 + 1e-9 for s in shares)
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(shares))
    assert flagged_fraction(replace(eb, online_flags=flags), "DA42") == 0.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)), min_size=2, max_size=14))
def test_there_is_always_a_reference(places: list[tuple[float, float]]) -> None:
    antennas = tuple(antenna(n, f"DA{41 + n}", place) for n, place in enumerate(places))
    assert choose_refant(block(antennas)).value in {a.name for a in antennas}
