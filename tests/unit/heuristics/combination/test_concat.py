"""Pointings of several days, and how many fields and windows are left."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_eb import windows

from almared.heuristics.combination.concat import (
    choose_dirtol,
    expected_fields,
    expected_windows,
    separation_arcsec,
)
from almared.model import Field
from almared.physics.constants import ARCSEC_PER_RAD

DEC = -0.5


def field(number: int, name: str, east: float = 0.0, north: float = 0.0) -> Field:
    """A field some arcseconds from a place."""
    return Field(
        number, name, "none", number, (4.6 + east / ARCSEC_PER_RAD / math.cos(DEC), DEC + north / ARCSEC_PER_RAD)
    )


def mosaic(east: float = 0.0, north: float = 0.0) -> tuple[Field, ...]:
    """A calibrator a degree away and seven pointings of one name, 25 arcsec apart, all moved by an offset."""
    ring = [(25 * math.cos(n * math.pi / 3), 25 * math.sin(n * math.pi / 3)) for n in range(6)]
    places = [(0.0, 0.0), *ring]
    calibrator = field(0, "J1", north=3600 + north)
    return (calibrator, *(field(n, "Cloud", x + east, y + north) for n, (x, y) in enumerate(places, start=1)))


@settings(max_examples=30)
@given(st.floats(0.01, 0.4), st.floats(0, 2 * math.pi), st.integers(2, 4))
def test_repeated_mosaic_has_the_pointings_of_one(offset: float, angle: float, days: int) -> None:
    executions = [mosaic(offset * n * math.cos(angle) / 2, offset * n * math.sin(angle) / 2) for n in range(days)]
    assert expected_fields(executions, None) > 8
    choice = choose_dirtol(executions, beam_arcsec=2.0)
    assert choice.value is not None
    assert expected_fields(executions, choice.value) == 8
    assert choice.value > max(float(evidence.value) for evidence in choice.evidence)


def test_equal_centres_need_no_tolerance() -> None:
    assert choose_dirtol([mosaic(), mosaic(0.0004)], beam_arcsec=2.0).value is None
    assert expected_fields([mosaic(), mosaic(0.0004)], None) == 8


def test_offset_of_part_of_a_beam_is_warned_of_and_of_half_a_beam_not_merged() -> None:
    assert not choose_dirtol([mosaic(), mosaic(0.1)], beam_arcsec=2.0).warning
    told = choose_dirtol([mosaic(), mosaic(0.8)], beam_arcsec=2.0)
    assert told.value == pytest.approx(1.25, abs=0.051)
    assert "lose up to 10 % of their peak" in told.warning  # 1 - exp(-4 ln 2 (0.4/2)^2)
    kept = choose_dirtol([mosaic(), mosaic(1.5)], beam_arcsec=2.0)
    assert kept.value is None
    assert "concat would not shift" in kept.warning


def test_other_pointings_are_never_merged() -> None:
    close = [(field(0, "A"), field(1, "A", east=2.0)), (field(0, "A", east=0.7), field(1, "A", east=2.7))]
    choice = choose_dirtol(close, beam_arcsec=5.0)
    assert choice.value is not None
    assert expected_fields(close, choice.value) == 2
    # Half-way between two pointings it is none of them.
    between = [close[0], (field(0, "A", east=1.0),)]
    assert choose_dirtol(between, beam_arcsec=5.0).value is None
    # Another source beside it is not the same pointing.
    other = [close[0], (field(0, "B", east=0.3),)]
    assert choose_dirtol(other, beam_arcsec=5.0).value is None


def test_separation_is_good_for_the_smallest_angles() -> None:
    assert separation_arcsec(field(0, "A"), field(1, "A", east=1e-4)) == pytest.approx(1e-4, rel=1e-4)


def test_windows_that_differ_by_a_doppler_shift_stay_two() -> None:
    here = windows()
    shifted = tuple(replace(w, first_channel_hz=w.first_channel_hz + 4e5) for w in here)
    assert expected_windows([here, here]) == len(here)
    assert expected_windows([here, shifted]) == 2 * len(here)
    # concat looks for its windows among those it has just added, too.
    assert expected_windows([here, (*shifted, shifted[-1])]) == 2 * len(here)
    # A single channel has no width to tell it by.
    wide = replace(here[2], channel_step_hz=2 * here[2].channel_step_hz)
    assert wide.n_channels == 1
    assert expected_windows([here, (wide,)]) == len(here)
