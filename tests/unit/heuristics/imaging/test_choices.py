"""The choices of images against documented values and against what can be computed otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.heuristics.imaging.chunks import BASE_BYTES, BYTES_PER_PIXEL, CubeSize, choose_chunks, spread
from almared.heuristics.imaging.clean import (
    choose_automask,
    choose_cycle_factor,
    choose_deconvolver,
    choose_robust,
    choose_threshold,
)
from almared.heuristics.imaging.geometry import (
    NICE_CELLS,
    Pointings,
    choose_cell,
    choose_gridder,
    choose_imsize,
    choose_phase_centre,
    good_size,
    mosaic_noise_factor,
    round_down,
)
from almared.heuristics.imaging.lines import find_line_channels, find_noisy_channels, line_free_ranges
from almared.heuristics.imaging.psf import PredictedPsf, WeightedPoints, predict_psf
from almared.heuristics.imaging.spectral import (
    WIDTH_MARGIN,
    Band,
    LineWish,
    choose_averaging,
    choose_cube_axis,
    peak_left,
    widest_channel_hz,
    wishes_in,
)
from almared.physics.beams import primary_beam_arcsec
from almared.physics.constants import ARCSEC_PER_RAD, LIGHT_M_S
from almared.physics.directions import direction_text

ONE = Pointings(((1.58, -0.4917),), (0,), "ICRS", (12.0,))


def mosaic(*offsets_arcsec: tuple[float, float], ra: float = 1.58, dec: float = -0.4917) -> Pointings:
    places = tuple(
        ((ra + x / ARCSEC_PER_RAD / math.cos(dec)) % (2 * math.pi), dec + y / ARCSEC_PER_RAD) for x, y in offsets_arcsec
    )
    return Pointings(places, tuple(range(len(places))), "ICRS", (12.0,))


def test_the_cell_is_a_fifth_to_an_eighth_of_the_beam_of_the_longest_baseline() -> None:
    for longest in np.geomspace(1e4, 2e7, 60):
        beam = 206265 / longest
        assert 5.0 <= beam / choose_cell(np.array([longest / 3, longest])).value <= 8.0


@given(st.floats(1e-4, 1e3))
def test_rounding_down_stays_below_and_near(value: float) -> None:
    rounded = round_down(value)
    assert 0.74 * value < rounded <= value * (1 + 1e-9)
    leading = rounded / 10 ** math.floor(math.log10(rounded) + 1e-9)
    assert min(abs(leading - figure) for figure in NICE_CELLS) < 1e-6


def test_the_primary_beam_is_that_of_the_handbook() -> None:
    """ALMA Technical Handbook: 19.4 arcsec at 300 GHz, 58 at 100 GHz for 12 m."""
    assert primary_beam_arcsec(12.0, 300e9) == pytest.approx(19.4, rel=0.01)
    assert primary_beam_arcsec(7.0, 100e9) == pytest.approx(58.0 * 12 / 7, rel=0.01)


def test_the_image_holds_the_beam_of_domain_d3() -> None:
    size = choose_imsize(ONE, cell_arcsec=0.2, frequency_hz=100e9).value
    assert size[0] == size[1]
    assert 6300 / 100 < 0.2 * size[0] < 2 * 6300 / 100


def test_a_mosaic_reaches_a_beam_beyond_its_outermost_pointings() -> None:
    wide = mosaic((-100, 0), (0, 0), (100, 0), (0, 30))
    size = choose_imsize(wide, cell_arcsec=1.0, frequency_hz=100e9).value
    beam = primary_beam_arcsec(12.0, 100e9)
    assert size[0] > 200 + beam
    assert 30 + beam < size[1] < 200


@given(st.integers(1, 20_000))
def test_sizes_are_even_and_have_small_factors_only(least: int) -> None:
    size = good_size(least)
    assert size >= least
    assert size % 2 == 0
    assert size < max(1.1 * least + 10, 66)
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1


def test_the_gridder_is_mosaic_for_several_pointings_or_dishes() -> None:
    both = Pointings(ONE.directions_rad, (0,), "ICRS", (7.0, 12.0))
    chosen = [choose_gridder(p).value for p in (ONE, mosaic((0, 0), (20, 0)), both)]
    assert chosen == ["standard", "mosaic", "mosaic"]


def test_the_phase_centre_is_always_told() -> None:
    assert choose_phase_centre(ONE).value.startswith("ICRS 06:02:")
    moving = Pointings(((1.0, 0.1),), (0,), "ICRS", (12.0,), is_moving=True)
    assert choose_phase_centre(moving).value == "TRACKFIELD"


def test_pointings_on_both_sides_of_0_h_have_their_middle_there() -> None:
    centre = mosaic((-50, 0), (50, 0), ra=0.0).centre_rad
    assert math.remainder(centre[0], 2 * math.pi) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0, 2 * math.pi - 1e-9), st.floats(-math.pi / 2, math.pi / 2))
def test_directions_are_written_exactly(ra: float, dec: float) -> None:
    _, hours, degrees = direction_text(ra, dec, frame="ICRS").split()
    h, m, s = (float(part) for part in hours.split(":"))
    sign = -1 if degrees[0] == "-" else 1
    d, arcmin, arcsec = degrees[1:].split(".", 2)
    assert m < 60
    assert s < 60
    assert float(arcsec) < 60
    assert math.remainder((h + m / 60 + s / 3600) * math.pi / 12 - ra, 2 * math.pi) == pytest.approx(0, abs=1e-9)
    found = sign * math.radians(float(d) + float(arcmin) / 60 + float(arcsec) / 3600)
    assert found == pytest.approx(dec, abs=1e-9)


def points(n: int = 40_000, *, major: float = 60_000.0, minor: float = 30_000.0) -> WeightedPoints:
    """A Gaussian cloud of uv points, longer along u."""
    rng = np.random.default_rng(1)
    return WeightedPoints(rng.normal(0, major, n), rng.normal(0, minor, n), np.ones(n))


def test_the_predicted_beam_of_a_gaussian_cloud_is_its_transform() -> None:
    """Naturally weighted: width 2 sqrt(2 ln 2) / (2 pi sigma), narrow where the cloud is long."""
    psf = predict_psf(points(), robust=2.0, cell_arcsec=0.15, pixels=512)
    expected = [math.sqrt(8 * math.log(2)) / (2 * math.pi * sigma) * ARCSEC_PER_RAD for sigma in (30_000.0, 60_000.0)]
    assert psf.major_arcsec == pytest.approx(expected[0], rel=0.03)
    assert psf.minor_arcsec == pytest.approx(expected[1], rel=0.03)
    assert psf.angle_deg == pytest.approx(0.0, abs=3) or psf.angle_deg == pytest.approx(180.0, abs=3)
    assert psf.noise_factor == pytest.approx(1.0, abs=0.01)


def test_more_uniform_weights_give_a_smaller_beam_and_more_noise() -> None:
    beams = [predict_psf(points(), robust=r, cell_arcsec=0.15, pixels=512) for r in (2.0, 0.5, -2.0)]
    assert [b.minor_arcsec for b in beams] == sorted((b.minor_arcsec for b in beams), reverse=True)
    assert [b.noise_factor for b in beams] == sorted(b.noise_factor for b in beams)


def psf_of(robust: float) -> PredictedPsf:
    size = {0.5: 1.0, 0.0: 0.8, 1.0: 1.2, 2.0: 1.5}[robust]
    return PredictedPsf(size, size, 0.0, 0.1, 1.0)


@pytest.mark.parametrize(
    ("asked", "robust"), [(None, 0.5), ((0.9, 1.3), 0.5), ((0.7, 0.85), 0.0), ((1.4, 1.6), 2.0), ((3.0, 4.0), 2.0)]
)
def test_the_weighting_approaches_the_beam_asked_for(asked: tuple[float, float] | None, robust: float) -> None:
    choice = choose_robust(psf_of, beam_arcsec=asked)
    assert choice.value == robust
    assert bool(choice.warning) == (asked == (3.0, 4.0))


def test_two_terms_are_fitted_above_a_tenth_of_bandwidth() -> None:
    """Domain D.4: Band 3 with both sidebands, not Band 7."""
    assert choose_deconvolver(89.5e9, 105.5e9).value == "mtmfs"
    assert choose_deconvolver(335e9, 351e9).value == "hogbom"


@pytest.mark.parametrize(
    ("dishes", "baseline", "is_cube", "expected"),
    [
        # sidelobe, noise, low noise, negative, beam part: Kepley et al. 2020 and the CASA guide.
        ((12.0,), 150.0, False, (2.0, 4.25, 1.5, 0.0, 0.3)),
        ((12.0,), 150.0, True, (2.0, 4.25, 1.5, 15.0, 0.3)),
        ((12.0,), 900.0, False, (2.5, 5.0, 1.5, 0.0, 0.3)),
        ((12.0,), 900.0, True, (2.5, 5.0, 1.5, 7.0, 0.3)),
        ((7.0,), 30.0, True, (1.25, 5.0, 2.0, 0.0, 0.1)),
        ((7.0, 12.0), 200.0, False, (2.0, 4.25, 1.5, 0.0, 0.3)),
    ],
)
def test_masks_have_the_standard_values_of_the_array(
    dishes: tuple[float, ...], baseline: float, is_cube: bool, expected: tuple[float, ...]
) -> None:
    mask = choose_automask(dishes, baseline_75_m=baseline, psf=psf_of(0.5), is_cube=is_cube).value
    found = (mask.sidelobethreshold, mask.noisethreshold, mask.lownoisethreshold, mask.negativethreshold)
    assert (*found, mask.minbeamfrac) == expected


def test_high_sidelobes_never_leave_the_mask_empty() -> None:
    psf = PredictedPsf(1.0, 1.0, 0.0, 0.55, 1.0, 0.22)
    mask = choose_automask((12.0,), baseline_75_m=100.0, psf=psf, is_cube=False).value
    assert mask.sidelobethreshold * 0.55 < 0.7
    assert mask.noisethreshold * 0.22 < 0.7
    assert choose_cycle_factor(0.1).value == 1.0
    assert choose_cycle_factor(0.5).value == pytest.approx(0.5)


def test_cleaning_stops_at_twice_the_noise_and_tells_when_weights_are_wrong() -> None:
    assert choose_threshold(1e-3).value == pytest.approx(2e-3)
    assert choose_threshold(1e-3).warning == ""
    assert "0.27 times" in choose_threshold(1e-3, scale=0.27).warning


def test_smearing_follows_the_formula_of_bridle_and_schwab() -> None:
    """Their figure: a product of one leaves 0.81 or so of the peak, of two about half."""
    assert peak_left(0.0) == 1.0
    assert peak_left(1.0) == pytest.approx(0.81, abs=0.01)
    assert peak_left(2.0) == pytest.approx(0.52, abs=0.02)
    widest = widest_channel_hz(100e9, beam_arcsec=1.0, radius_arcsec=40.0)
    assert peak_left(widest / 100e9 * 40.0) == pytest.approx(0.95, abs=1e-6)


@pytest.mark.parametrize(("frequency", "beam", "most"), [(100e9, 3.0, 125e6), (345e9, 3.0, 250e6), (100e9, 0.05, 60e6)])
def test_the_continuum_is_averaged_by_rule_and_by_geometry(frequency: float, beam: float, most: float) -> None:
    choice = choose_averaging(
        3840, 488281.25, frequency_hz=frequency, beam_arcsec=beam, radius_arcsec=4400e9 / frequency
    )
    width = choice.value * 488281.25
    assert width <= most
    assert 3840 % choice.value == 0
    lost = next(e.value for e in choice.evidence if e.metric == "peak lost")
    assert isinstance(lost, float)
    assert 0 <= lost < 0.0501


WINDOW = Band(114.5e9, 116.3e9, 488_340.0, 3840)


def test_a_line_has_the_channels_asked_for() -> None:
    wish = LineWish("CO", 115.271e9, 5000.0, (-100e3, 120e3))
    axis = choose_cube_axis(WINDOW, 115e9, wish=wish).value
    assert axis.width_km_s == pytest.approx(5.0, rel=1e-5)
    assert axis.n_channels == 44
    velocities = [(1 - (axis.start_hz + n * axis.width_hz) / axis.rest_hz) * LIGHT_M_S / 1e3 for n in (0, 43)]
    assert velocities == pytest.approx([117.5, -97.5], abs=0.1)


def test_channels_are_never_narrower_than_those_of_the_data() -> None:
    choice = choose_cube_axis(WINDOW, 115e9, wish=LineWish("CO", 115.271e9, 100.0))
    assert choice.value.width_hz >= WINDOW.width_hz
    assert "0.1 km/s was requested" in choice.warning
    assert choice.value.width_hz == pytest.approx(WINDOW.width_hz * WIDTH_MARGIN, rel=1e-5)


def test_without_a_request_channels_are_averaged_to_the_resolution_and_to_a_thousand() -> None:
    wide = choose_cube_axis(WINDOW, 115e9).value
    assert wide.n_channels <= 1000
    fine = choose_cube_axis(Band(100e9, 100.4e9, 976_600.0, 480), 100e9).value
    assert fine.width_hz == pytest.approx(2 * 976_600.0, rel=1e-3)
    coarse = choose_cube_axis(Band(100e9, 102e9, 15.627e6, 128), 100e9).value
    assert coarse.width_hz == pytest.approx(15.627e6, rel=1e-3)


@given(st.floats(1e8, 2e9), st.floats(1e5, 1.6e7), st.integers(64, 4096))
def test_all_channels_of_a_cube_lie_within_the_data(span: float, width: float, n_channels: int) -> None:
    band = Band(100e9, 100e9 + span, width, n_channels)
    axis = choose_cube_axis(band, 100e9).value
    assert axis.start_hz - axis.width_hz / 2 > band.low_hz - 2
    assert axis.start_hz + (axis.n_channels - 0.5) * axis.width_hz < band.high_hz + axis.n_channels + 2


def test_lines_outside_a_window_are_not_imaged_there() -> None:
    inside, outside = LineWish("CO", 115.271e9, None, (-10e3, 10e3)), LineWish("HCN", 88.63e9)
    assert wishes_in((inside, outside), WINDOW) == (inside,)


@given(st.integers(1, 5000), st.integers(1, 64))
def test_chunks_hold_every_channel_once(total: int, parts: int) -> None:
    chunks = spread(total, min(parts, total))
    assert sum(chunks) == total
    assert max(chunks) - min(chunks) <= 1


@given(st.integers(64, 4000), st.integers(8, 4000), st.integers(1, 16), st.floats(2e9, 2e11))
def test_chunks_fit_memory(side: int, n_channels: int, workers: int, memory: float) -> None:
    size = CubeSize(side * side, n_channels, "standard")
    chunks = choose_chunks(size, workers=workers, n_cubes=1, memory_bytes=memory).value
    share = 0.7 * memory / workers
    plane = BYTES_PER_PIXEL["standard"] * size.pixels
    assert sum(chunks) == n_channels
    # A single plane can always be tried; what is cut smaller fits.
    assert max(chunks) == 1 or BASE_BYTES + max(chunks) * plane <= share + plane * 1.001


def test_a_cube_is_cut_for_idle_workers_only() -> None:
    size = CubeSize(300 * 300, 960, "standard")
    assert len(choose_chunks(size, workers=4, n_cubes=1, memory_bytes=3e10).value) == 4
    assert len(choose_chunks(size, workers=4, n_cubes=8, memory_bytes=3e11).value) == 1
    assert len(choose_chunks(CubeSize(90_000, 12, "standard"), workers=8, n_cubes=1, memory_bytes=3e10).value) == 1


def test_chunks_must_pay_for_themselves() -> None:
    """Small planes need many channels, large ones few; who asks for chunks gets them."""
    small, large = CubeSize(64 * 64, 128, "standard"), CubeSize(1000 * 1000, 8, "standard")
    whole = choose_chunks(small, workers=4, n_cubes=1, memory_bytes=3e10)
    assert whole.value == (128,)
    assert "a chunk costs" in whole.reason
    assert choose_chunks(large, workers=4, n_cubes=1, memory_bytes=3e10).value == (2, 2, 2, 2)
    assert choose_chunks(small, workers=1, n_cubes=1, memory_bytes=3e10, asked=3).value == (43, 43, 42)
    assert len(choose_chunks(large, workers=1, n_cubes=1, memory_bytes=1e9, asked=1).value) > 1


def spectrum(n: int = 960, *, lines: tuple[tuple[float, float, float], ...] = (), seed: int = 0) -> np.ndarray:
    """A Hanning-smoothed spectrum with a slope, unit noise before, and Gaussian lines (peak, middle, width)."""
    rng = np.random.default_rng(seed)
    x = np.arange(n)
    noise = np.convolve(rng.normal(0, 1.0, n + 2), [0.25, 0.5, 0.25], mode="valid")
    values = 40 + 0.01 * x + noise
    for peak, middle, width in lines:
        values = values + peak * np.exp(-4 * math.log(2) * ((x - middle) / width) ** 2)
    return values


def test_lines_are_found_with_their_wings_and_the_rest_stays_free() -> None:
    good = np.ones(960, dtype=bool)
    found = find_line_channels(spectrum(lines=((10.0, 300, 40), (-8.0, 700, 20))), good)
    assert found[264:337].all()
    assert found[685:716].all()
    assert not found[:200].any()
    assert not found[400:600].any()


def test_a_broad_weak_line_is_found() -> None:
    found = find_line_channels(spectrum(lines=((2.0, 480, 120),)), np.ones(960, dtype=bool))
    assert found[450:511].mean() > 0.9


def test_continuum_alone_is_left_whole() -> None:
    good = np.ones(960, dtype=bool)
    lost = [find_line_channels(spectrum(seed=seed), good).mean() for seed in range(20)]
    assert np.mean(lost) < 0.01


def test_ranges_leave_out_edges_lines_and_channels_without_data() -> None:
    lines, good = np.zeros(200, dtype=bool), np.ones(200, dtype=bool)
    lines[90:110], good[:10], good[195:] = True, False, False
    assert line_free_ranges(lines, good) == ((14, 89), (110, 190))


def test_channels_under_lines_of_the_atmosphere_are_no_continuum() -> None:
    noise = np.ones(400)
    noise[180:220] = 3.0
    found = find_noisy_channels(noise, np.ones(400, dtype=bool))
    assert found[190:210].all()
    assert not found[:150].any()


def test_a_mosaic_is_noisier_than_its_data_on_one_pointing() -> None:
    """Seven pointings at a hexagon of 29 arcsec: the middle has itself and six at 0.52 of the beam."""
    assert mosaic_noise_factor(ONE, frequency_hz=97.5e9) == 1.0
    seven = mosaic((0, 0), (29, 0), (-29, 0), (14.5, 25.1), (-14.5, 25.1), (14.5, -25.1), (-14.5, -25.1))
    beam = math.exp(-4 * math.log(2) * (29 / primary_beam_arcsec(97.5e9, 12.0)) ** 2)
    expected = math.sqrt(7 / (1 + 6 * beam**2))
    assert mosaic_noise_factor(seven, frequency_hz=97.5e9) == pytest.approx(expected, rel=0.01)
    same = mosaic((0, 0), (0.01, 0), (0, 0.01))
    assert mosaic_noise_factor(same, frequency_hz=97.5e9) == pytest.approx(1.0, abs=1e-3)
