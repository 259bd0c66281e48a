"""Channels that are flagged or left out (domain A.8 steps 10 and 13; G25, G26)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import SCIENCE, Look, Setup, build_eb, usual_looks, windows

from almared.heuristics.calibration.channels import (
    PlanetLine,
    channel_frequencies,
    choose_phase_channels,
    choose_planet_lines,
    choose_tdm_edges,
)
from almared.model import ExecutionBlock
from almared.physics.atmosphere import zenith_opacity


def observing(flux: str, *ghz: float, channels: int = 3840) -> ExecutionBlock:
    """An execution block with this flux calibrator and science windows around these frequencies."""
    return build_eb(usual_looks(flux), Setup(windows=windows(ghz, channels=(channels,) * 4)))


def lines(eb: ExecutionBlock) -> tuple[PlanetLine, ...]:
    return choose_planet_lines(eb, (1,), spw_ids=SCIENCE).value


def ranges(selection: str) -> dict[int, tuple[int, int]]:
    parts = (part.split(":") for part in selection.split(","))
    return {int(spw): tuple(map(int, text.split("~"))) for spw, text in parts}  # type: ignore[misc]


def test_edges_of_tdm_windows() -> None:
    eb = build_eb(None, Setup(windows=windows(channels=(128, 3840, 128, 64))))
    assert choose_tdm_edges(eb, SCIENCE).value == "9:0~7;120~127,13:0~7;120~127,15:0~3;60~63"


def test_fine_windows_keep_their_edges() -> None:
    choice = choose_tdm_edges(build_eb(), SCIENCE)
    assert choice.value == ""
    assert "TDM" in choice.reason


def test_g25_lines_of_titan_are_found_where_they_are() -> None:
    """CO 2-1 is from 229.51 to 231.71 GHz; the first window has it in part, the others not at all."""
    eb = observing("Titan", 230.0, 233.0, 245.0, 247.0)
    (line,) = lines(eb)
    assert line.species == "CO of Titan"
    window = eb.spws[9]
    first, last = (int(c) for c in line.selection.removeprefix("9:").split("~"))
    inside = np.sort(channel_frequencies(window)[first : last + 1]) / 1e9
    assert inside[0] == pytest.approx(229.51, abs=0.001)
    assert inside[-1] == pytest.approx(230.0 + 0.9375, abs=0.001)


def test_line_narrower_than_a_channel_takes_the_channel_that_has_it() -> None:
    """H13CN at 86.34 GHz is given without width."""
    eb = observing("Titan", 86.0, 98.0, 100.0, 102.0, channels=128)
    (line,) = [x for x in lines(eb) if x.species == "H13CN of Titan"]
    first, last = (int(c) for c in line.selection.removeprefix("9:").split("~"))
    assert last - first <= 1
    assert np.abs(channel_frequencies(eb.spws[9])[first : last + 1] / 1e9 - 86.34).min() < 0.01


def test_neptune_has_broad_carbon_monoxide_and_the_loss_is_told() -> None:
    eb = observing("Neptune", 230.0, 233.0, 245.0, 247.0)
    choice = choose_planet_lines(eb, (1,), spw_ids=SCIENCE)
    assert {x.species for x in choice.value} == {"CO of Neptune"}
    assert "100 % of spw 9" in choice.warning
    assert "spw 13" not in choice.warning


def test_lines_of_a_window_are_added_before_the_loss_is_told() -> None:
    """Two lines of which neither takes a fifth: HCN (0.34 GHz of 1.875) and H13CN with HC15N nearby do not reach it."""
    quiet = choose_planet_lines(observing("Titan", 88.5, 98.0, 100.0, 102.0), (1,), spw_ids=SCIENCE)
    assert len(quiet.value) == 1
    assert not quiet.warning
    both = choose_planet_lines(observing("Titan", 345.6, 356.5, 358.0, 340.0), (1,), spw_ids=SCIENCE)
    assert "spw 9" in both.warning


@pytest.mark.parametrize("name", ["J1io", "Uranus", "Titania", "J1733-1304", "Juno2", "Neptune-offset"])
def test_other_names_have_no_lines(name: str) -> None:
    assert lines(observing(name, 230.0, 233.0, 245.0, 247.0)) == ()


@pytest.mark.parametrize("name", ["Titan", "Titan_1", "TITAN"])
def test_forms_of_a_body_that_count(name: str) -> None:
    assert lines(observing(name, 230.0, 233.0, 245.0, 247.0))


def test_flux_and_ampli_of_one_field_make_no_duplicates() -> None:
    eb = build_eb([Look("Titan", "FLUX AMPLI")], Setup(windows=windows((230.0, 233.0, 245.0, 247.0))))
    once, twice = (
        choose_planet_lines(eb, (0,), spw_ids=SCIENCE).value,
        choose_planet_lines(eb, (0, 0), spw_ids=SCIENCE).value,
    )
    assert once == twice
    assert len(set(once)) == len(once) == 1


def test_phases_take_the_central_fifth() -> None:
    """Delivered scripts have 1536~2304 of 3840 channels."""
    eb = build_eb(None, Setup(windows=windows((97.0, 99.0, 101.0, 103.0))))
    for first, last in ranges(choose_phase_channels(eb, SCIENCE).value).values():
        assert first == pytest.approx(1536, abs=1)
        assert last == pytest.approx(2304, abs=1)


def test_weak_calibrators_take_whole_windows() -> None:
    assert choose_phase_channels(build_eb(), SCIENCE, whole=True).value == "9,11,13,15"


def test_weaker_calibrators_take_more_than_a_fifth() -> None:
    eb = build_eb(None, Setup(windows=windows((97.0, 99.0, 101.0, 103.0))))
    widths = []
    for snr in (100.0, 9.0, 7.0, 6.0):
        first, last = ranges(choose_phase_channels(eb, SCIENCE, integration_snr={9: snr}).value)[9]
        widths.append(last - first + 1)
    assert widths[0] == 768
    assert all(later > earlier for earlier, later in pairwise(widths))


@pytest.mark.parametrize("ghz", [118.75, 183.31, 325.15, 368.5, 487.25])
def test_g26_phases_avoid_the_cores_of_telluric_lines(ghz: float) -> None:
    """Oxygen at 118.75, 368.5 and 487.25 GHz, water at 183.31 and 325.15 GHz in the middle of a window."""
    eb = build_eb(None, Setup(windows=windows((ghz,) * 4)))
    choice = choose_phase_channels(eb, (9,))
    first, last = ranges(choice.value)[9]
    frequencies = channel_frequencies(eb.spws[9])
    chosen = zenith_opacity(frequencies[first : last + 1], 1.2e-3)
    centre = zenith_opacity(frequencies[1536:2304], 1.2e-3)
    assert chosen.max() < centre.max() - 0.05
    assert not first <= int(np.abs(frequencies - ghz * 1e9).argmin()) <= last
    assert "telluric" in choice.reason


@settings(max_examples=60, deadline=None)
@given(st.floats(85, 940), st.sampled_from([64, 128, 480, 3840]), st.floats(0.5, 60))
def test_phase_channels_lie_inside_the_window(ghz: float, channels: int, snr: float) -> None:
    eb = build_eb(None, Setup(windows=windows((ghz,) * 4, channels=(channels,) * 4)))
    first, last = ranges(choose_phase_channels(eb, (9,), integration_snr={9: snr}).value)[9]
    assert 0 <= first <= last < channels
    assert last - first + 1 >= round(0.2 * channels) - 1
