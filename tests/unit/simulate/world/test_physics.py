"""Sky, screen, instrument, geometry and schedule against documented values and plain formulas."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import j1

from almared.model import Intent, SpwRole, assign_roles
from almared.simulate import read_scenario
from almared.simulate.scenario.models import AtmospherePart, RadiometerPart
from almared.simulate.scenario.schedule import make_schedule, start_of
from almared.simulate.scenario.spectrum import channel_frequencies, make_windows
from almared.simulate.world.array import ALMA_ITRF_M, ALMA_LATITUDE_RAD, ALMA_LONGITUDE_RAD, enu_axes, make_array
from almared.simulate.world.bodies import read_body
from almared.simulate.world.geometry import (
    DAY_S,
    make_frame,
    read_earth_orientation,
    shifted,
    sidereal_time,
    tangent_offsets,
)
from almared.simulate.world.instrument import make_instrument
from almared.simulate.world.positions import write_positions
from almared.simulate.world.radiometer import make_radiometer, water_opacity
from almared.simulate.world.screen import make_screen
from almared.simulate.world.sky import SkyComponent, SkySource, SpectralLine, primary_beam

FREQUENCY = np.linspace(99e9, 101e9, 32)
CENTRE = (1.0, -0.4)
DISHES = np.full(3, 12.0)
UVW = np.array([[[80.0, -30.0, 5.0], [0.0, 0.0, 0.0], [-200.0, 150.0, 20.0]]])


def point(offset: tuple[float, float] = (0.0, 0.0), shape: str = "point", size: float = 0.0) -> SkyComponent:
    return SkyComponent(shifted(CENTRE, offset), shape, size, 2.0, 100e9, -0.7)


def seen(*components: SkyComponent) -> NDArray[np.complex64]:
    return SkySource("x", components).visibilities(FREQUENCY, UVW, centre=CENTRE, diameters_m=DISHES)


def test_a_source_off_the_centre_has_the_phase_of_the_ms() -> None:
    """asdm-facts 4: V = S exp(+2 pi i (u l + v m) nu / c)."""
    offset = 5.0 / 206265.0, -3.0 / 206265.0
    angle = 2 * np.pi * (UVW[..., 0] * offset[0] + UVW[..., 1] * offset[1])[..., None] * FREQUENCY / 299792458.0
    # Near the axis the beam of an evenly lit aperture is 1 - x^2 / 4 with x = pi D theta / lambda; the hole adds a bit.
    beam = 1.0 - (np.pi * 10.7 * np.hypot(*offset) * FREQUENCY / 299792458.0) ** 2 / 4.0 * (1.0 + (0.75 / 10.7) ** 2)
    wanted = 2.0 * (FREQUENCY / 100e9) ** -0.7 * beam * np.exp(1j * angle)
    assert np.abs(seen(point(offset)) - wanted).max() < 1e-3


def test_shapes_have_their_transforms() -> None:
    waves = np.hypot(UVW[..., 0], UVW[..., 1])[..., None] * FREQUENCY / 299792458.0
    size = 2.0 / 206265.0
    flux = 2.0 * (FREQUENCY / 100e9) ** -0.7
    gaussian = np.exp(-((np.pi * size * waves) ** 2) / 4 / np.log(2))
    assert np.abs(seen(point(shape="gaussian", size=size)) - flux * gaussian).max() < 1e-4
    x = np.maximum(np.pi * size * waves, 1e-9)
    assert np.abs(seen(point(shape="disk", size=size)) - flux * 2 * j1(x) / x).max() < 1e-4


def test_components_add_and_lines_peak() -> None:
    line = SpectralLine(100e9, 0.2e9, 1.0)
    one = SkyComponent(CENTRE, "point", 0.0, 2.0, 100e9, 0.0, (line,))
    assert one.flux(np.array([100e9, 100.1e9])) == pytest.approx([3.0, 2.5])
    assert np.allclose(seen(one, point()), seen(one) + seen(point()))


@pytest.mark.parametrize(("arcsec", "seen"), [(0, 1.0), (5, 0.98093), (10, 0.92550), (20, 0.72826), (30, 0.47512)])
def test_the_primary_beam_is_the_one_of_casa(arcsec: float, seen: float) -> None:
    """What tclean 6.7 shows as .pb with the gridder mosaic, 12-m dishes, 102.513 GHz, pixels of 0.5 arcsec."""
    beam = primary_beam(arcsec / 206264.806, np.array([102.5129374e9]), diameter_m=12.0)
    assert beam == pytest.approx([seen], rel=6e-3)


def test_the_primary_beam_of_small_dishes_is_wider() -> None:
    assert primary_beam(1e-4, np.array([100e9]), diameter_m=7.0) > primary_beam(
        1e-4, np.array([100e9]), diameter_m=12.0
    )
    assert primary_beam(0.0, np.array([100e9]), diameter_m=7.0) == pytest.approx([1.0])


def test_shift_and_tangent_offset_are_inverse() -> None:
    l_, m_, _ = tangent_offsets(*shifted(CENTRE, (1e-3, -2e-3)), centre=CENTRE)
    assert (l_, m_) == pytest.approx((1e-3, -2e-3), rel=1e-5)


def test_the_screen_is_kolmogorov_with_the_rms_asked_for() -> None:
    air = AtmospherePart().model_copy(update={"path_rms": 300e-6, "outer_scale": 20000.0, "inner_scale": 5.0})
    enu = np.zeros((2, 3))
    screens = [make_screen(air, enu, start_mjd_s=0.0, end_mjd_s=600.0, seed=seed) for seed in range(6)]

    def structure(lag_m: float) -> float:
        lags = [round(lag_m / s.pixel_m) for s in screens]
        return float(np.mean([np.mean((np.roll(s.path_m, k, 0) - s.path_m) ** 2)
                              for s, k in zip(screens, lags, strict=True)]))  # fmt: skip

    assert np.sqrt(structure(300.0)) == pytest.approx(300e-6, rel=0.1)
    slope = np.log(structure(300.0) / structure(75.0)) / np.log(4.0)
    assert slope == pytest.approx(5.0 / 3.0, abs=0.12)


def test_the_wind_carries_the_screen() -> None:
    air = AtmospherePart().model_copy(update={"wind_speed": 10.0, "wind_angle": 0.0})
    enu = np.array([[0.0, 0.0, 0.0], [200.0, 0.0, 0.0]])
    screen = make_screen(air, enu, start_mjd_s=0.0, end_mjd_s=300.0, seed=2)
    up = make_frame(0.0, 0.0, mjd_s=np.array([5.19e9]), earth=read_earth_orientation(60000.0))
    times = np.arange(0.0, 60.0)
    vertical = type(up)(up.u, up.v, np.repeat(enu_axes()[2:3], times.size, axis=0))
    before, after = (screen.paths(enu, vertical, mjd_s=times + shift) for shift in (0.0, 20.0))
    assert np.allclose(before[:, 0], after[:, 1], atol=1e-9)
    assert not np.allclose(before[:, 0], before[:, 1], atol=1e-6)


def test_a_source_on_the_meridian_stands_in_the_north_at_its_altitude() -> None:
    earth = read_earth_orientation(60000.0)
    start = 60000.0 * DAY_S
    lst = sidereal_time(start, float(ALMA_LONGITUDE_RAD), earth=earth)
    frame = make_frame(lst, 0.0, mjd_s=np.array([start]), earth=earth)
    azimuth, elevation = frame.azimuth_elevation()
    assert elevation[0] == pytest.approx(np.pi / 2 + ALMA_LATITUDE_RAD, abs=5e-3)  # precession since J2000
    assert abs(azimuth[0]) < 0.02


def test_axes_of_the_frame_are_orthonormal_and_turn_with_the_sky() -> None:
    times = 60000.0 * DAY_S + np.arange(0.0, 7200.0, 600.0)
    frame = make_frame(1.0, -0.5, mjd_s=times, earth=read_earth_orientation(60000.0))
    axes = np.stack((frame.u, frame.v, frame.w), axis=1)
    assert np.abs(axes @ axes.transpose(0, 2, 1) - np.eye(3)).max() < 1e-6
    turned = np.unwrap(np.arctan2(frame.w[:, 1], frame.w[:, 0]))
    assert np.diff(turned) == pytest.approx(-2 * np.pi * 600.0 / 86164.09, rel=1e-4)


def test_antennas_stand_on_pads_near_alma() -> None:
    array = make_array(read_scenario("b3-quasar"), seed=1)
    names = [antenna.name for antenna in array.antennas]
    assert len(set(names)) == 12
    assert {name[:2] for name in names} == {"DA", "DV", "PM"}
    assert np.linalg.norm(array.recorded_m - ALMA_ITRF_M, axis=1).max() < 2000.0
    assert np.count_nonzero(array.position_errors_m.any(axis=1)) == 4


def test_seven_metre_antennas_are_called_cm() -> None:
    scenario = read_scenario("tiny", overrides={"array.group.0.configuration": "aca.cycle8.cfg"})
    array = make_array(scenario, seed=1)
    assert [antenna.name for antenna in array.antennas] == [f"CM{i:02d}" for i in range(1, 7)]
    assert set(array.diameters_m) == {7.0}


def test_position_files_hold_true_minus_recorded(tmp_path: Path) -> None:
    array = make_array(read_scenario("tiny"), seed=1)
    write_positions(array, tmp_path / "a.csv", answer=tmp_path / "a.json")
    rows = [line.split(",") for line in (tmp_path / "a.csv").read_text().splitlines()[1:]]
    assert len(rows) == 2
    for row in rows:
        number = next(a.id for a in array.antennas if a.name == row[1])
        assert [float(x) for x in row[2:5]] == pytest.approx(array.position_errors_m[number], abs=1e-6)


def test_gains_bandpasses_and_faults() -> None:
    fault = '[{kind = "low_gain", antenna = "DV01", polarization = "X", after = "100 s", factor = 0.2}]'
    scenario = read_scenario("tiny", overrides={"fault": fault})
    array = make_array(scenario, seed=1)
    whole = make_instrument(read_scenario("tiny"), array, start_mjd_s=0.0, seed=1)
    hurt = make_instrument(scenario, array, start_mjd_s=0.0, seed=1)
    times = np.array([50.0, 150.0])
    ratio = hurt.gains(times) / whole.gains(times)
    expected = np.ones((2, 6, 2))
    expected[1, [a.name for a in array.antennas].index("DV01"), 0] = 0.2
    assert np.allclose(ratio, expected)
    assert whole.kelvin_per_jansky[0] == pytest.approx(0.0291, abs=2e-4)  # 12 m at 71 %: 34 Jy/K


def test_the_delay_is_the_slope_of_the_bandpass() -> None:
    settings = {"instrument.ripple": "0 %", "instrument.edge": "0 %", "instrument.bandpass_phase": "0 deg"}
    scenario = read_scenario("tiny", overrides=settings)
    instrument = make_instrument(scenario, make_array(scenario, 1), start_mjd_s=0.0, seed=1)
    spw = make_windows(scenario).spws[17]
    phase = np.unwrap(np.angle(instrument.bandpass(spw)), axis=1)
    slope = np.polyfit(channel_frequencies(spw), phase[2, :, 1], 1)[0]
    assert slope == pytest.approx(2 * np.pi * instrument.delay_s[2, 0, 1], rel=1e-6)


def test_windows_lie_as_in_a_real_execution_block() -> None:
    scenario = read_scenario("tiny")
    setups = make_windows(scenario)
    schedule = make_schedule(scenario, setups, n_antennas=6)
    spws = assign_roles(setups.spws, schedule.scans)
    roles = {role: tuple(spw.id for spw in spws if spw.role is role) for role in SpwRole}
    assert roles[SpwRole.WVR] == (0,)
    assert roles[SpwRole.POINTING] == (1, 3, 5, 7)
    assert roles[SpwRole.TSYS] == (9, 11, 13, 15)
    assert roles[SpwRole.SCIENCE] == (17, 19, 21, 23)
    assert [spw.channel_step_hz < 0 for spw in spws if spw.role is SpwRole.SCIENCE] == [True, True, False, False]
    assert channel_frequencies(spws[17]).mean() == pytest.approx(90.5e9)


def test_the_sequence_brackets_the_target() -> None:
    scenario = read_scenario("b3-quasar")
    setups = make_windows(scenario)
    schedule = make_schedule(scenario, setups, n_antennas=12)
    scans = schedule.scans
    assert (scans[-1].end_mjd_s - scans[0].start_mjd_s) / 60.0 >= 30.0
    order = [part.kind for part in schedule.parts if part.kind in ("phase", "target")]
    assert order == ["phase", "target"] * 3 + ["phase"]
    for one, two in pairwise(scans):
        assert two.start_mjd_s > one.end_mjd_s
    atmosphere = [scan for scan in scans if scan.has(Intent.ATMOSPHERE)]
    assert {schedule.source_key(scan.field_ids[0]) for scan in atmosphere} == set(scenario.source)
    assert [sub.intent for sub in atmosphere[0].subscans] == ["OFF_SOURCE", "AMBIENT", "HOT"]


def test_the_start_is_at_the_sidereal_time_asked_for() -> None:
    scenario = read_scenario("b3-quasar")
    start = start_of(scenario)
    found = sidereal_time(start, float(ALMA_LONGITUDE_RAD), earth=read_earth_orientation(start / DAY_S))
    assert found == pytest.approx(scenario.time.lst, abs=1e-5)


def test_titan_is_a_disk_of_known_size() -> None:
    """2023-08-12: Titan 5150 km at 8.78 au, 0.807 arcsec."""
    body = read_body("Titan", 60168.25 * DAY_S)
    assert body.diameter_rad(60168.25 * DAY_S) * 206264.8 == pytest.approx(0.807, abs=0.003)


def test_radiometers_read_the_spill_over_without_water_and_the_layer_behind_much() -> None:
    part = RadiometerPart()
    radiometer = make_radiometer(part)
    empty, full = radiometer.temperatures(np.array([0.0, 1.0]))
    assert empty == pytest.approx(np.full(4, 0.02 * 275.0 + 0.98 * 0.36), abs=0.05)  # cosmic background
    assert full == pytest.approx(np.full(4, 0.98 * (270.0 - 4.4) + 0.02 * 275.0), abs=0.3)
    rising = radiometer.temperatures(np.linspace(0.3e-3, 4e-3, 20))
    assert (np.diff(rising, axis=0) > 0).all()
    assert (np.diff(rising, axis=1) < 0).all()  # the channels go out from the line's centre


def test_water_opacity_at_225_ghz_is_that_of_chajnantor() -> None:
    """About 0.04 to 0.06 per mm at the ground; a layer at 450 hPa has less of the continuum."""
    found = water_opacity(np.array([225.0]), temperature_k=270.0, pressure_pa=55500.0)
    assert 0.03 < found[0] < 0.06
