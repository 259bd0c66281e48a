"""Bandpass intervals and the signal that is predicted for them (domain A.8 step 13, A.12; G16, G17)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import SCIENCE, Setup, build_eb, spiral, usual_looks, windows

from almared.heuristics.calibration.bandpass import choose_bandpass_solints
from almared.heuristics.calibration.calibrators import choose_gain_fields
from almared.heuristics.calibration.sensitivity import (
    Solution,
    aperture_efficiency,
    noise_bandwidth_hz,
    predict_gain_snr,
    predict_snr,
)
from almared.model import ExecutionBlock, SourceFlux

FINE = (3840,) * 4


def with_bandpass_flux(jy: float | None, channels: tuple[int, ...] = FINE) -> ExecutionBlock:
    known = {} if jy is None else {"J1924-2914": (SourceFlux(97e9, (jy,)),)}
    return build_eb(usual_looks(), Setup(windows=windows(channels=channels), fluxes=known))


def solints(eb: ExecutionBlock, **options: bool) -> tuple[str, str]:
    value = choose_bandpass_solints(eb, 0, scan_numbers=(3,), spw_ids=SCIENCE, **options).value
    return value.fine, value.smooth


def test_fine_windows_are_smoothed_over_20_channels() -> None:
    assert solints(with_bandpass_flux(30.0)) == ("inf", "inf,20ch")


def test_g17_weak_calibrators_are_smoothed_more() -> None:
    eb = with_bandpass_flux(0.3)
    choice = choose_bandpass_solints(eb, 0, scan_numbers=(3,), spw_ids=SCIENCE)
    count = int(choice.value.smooth.removeprefix("inf,").removesuffix("ch"))
    assert 20 < count <= 3840 // 8
    reached = predict_snr(eb, Solution(9, 302.4, noise_bandwidth_hz(eb.spws[9], count), 0.3))
    assert reached == pytest.approx(50, rel=0.05)


def test_eight_solutions_are_kept_and_what_is_missing_is_told() -> None:
    choice = choose_bandpass_solints(with_bandpass_flux(0.01), 0, scan_numbers=(3,), spw_ids=SCIENCE)
    assert choice.value.smooth == "inf,480ch"
    assert "it only reaches SNR" in choice.warning


def test_unknown_flux_smooths_as_usual_and_is_told() -> None:
    """Seven real scripts have 20 channels (or what a reducer chose); smoothing on a guessed flux took up to 1020."""
    eb = with_bandpass_flux(None)
    assert solints(eb) == ("inf", "inf,20ch")
    assert "is unknown" in choose_bandpass_solints(eb, 0, scan_numbers=(3,), spw_ids=SCIENCE).warning


def test_tdm_windows_of_a_bright_calibrator_are_not_smoothed() -> None:
    assert solints(with_bandpass_flux(3.0, (128,) * 4)) == ("inf", "")


def test_mixed_modes_are_smoothed_by_a_width_not_by_channels() -> None:
    """As many channels as the fine windows need would leave the TDM windows one solution."""
    mixed_modes = (128, 3840, 128, 3840)
    assert solints(with_bandpass_flux(30.0, mixed_modes)) == ("inf", "")
    eb = with_bandpass_flux(0.3, mixed_modes)
    megahertz = float(solints(eb)[1].removeprefix("inf,").removesuffix("MHz"))
    assert megahertz * 1e6 <= 2e9 / 8
    assert 50 <= predict_snr(eb, Solution(11, 302.4, megahertz * 1e6, 0.3)) < 60


def test_long_baselines_are_smoothed_to_8_mhz() -> None:
    assert solints(with_bandpass_flux(3.0), long_baselines=True) == ("inf", "inf,8MHz")


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 100), st.floats(1.01, 5))
def test_brighter_calibrators_are_never_smoothed_more(jy: float, factor: float) -> None:
    counts = [int(solints(with_bandpass_flux(f))[1].removeprefix("inf,").removesuffix("ch")) for f in (jy, jy * factor)]
    assert counts[1] <= counts[0]


def test_noise_of_hanning_smoothed_channels() -> None:
    window = replace(build_eb().spws[9], effective_bandwidth_hz=2.0, channel_width_hz=1.0)
    assert [noise_bandwidth_hz(window, n) for n in (1, 2, 10)] == [2.0, 3.0, 11.0]


def test_snr_follows_the_radiometer_equation() -> None:
    """Flux; root of time, bandwidth and antennas; inverse Tsys."""
    eb = build_eb()
    one = predict_snr(eb, Solution(9, 10.0, 1e6, 1.0))
    assert predict_snr(eb, Solution(9, 40.0, 1e6, 1.0)) == pytest.approx(2 * one)
    assert predict_snr(eb, Solution(9, 10.0, 4e6, 2.0)) == pytest.approx(4 * one)
    hot = build_eb(None, Setup(tsys_k=140.0))
    assert predict_snr(hot, Solution(9, 10.0, 1e6, 1.0)) == pytest.approx(0.5 * one)
    more = build_eb(None, Setup(antennas=spiral(42)))
    assert predict_snr(more, Solution(9, 10.0, 1e6, 1.0)) == pytest.approx(2 * one)


def test_snr_of_one_baseline_pair_by_hand() -> None:
    """12 m, 70 K, 10 s, 1 MHz, 1 Jy: 2 k T / (0.85 x 0.71 x 113.1 m2 x sqrt(2e7)) = 0.633 Jy; root of 10 antennas."""
    sigma = 2 * 1380.649 * 70.0 / (0.85 * 0.71 * 113.097 * (2e7) ** 0.5)
    assert sigma == pytest.approx(0.633, abs=1e-3)
    assert predict_snr(build_eb(), Solution(9, 10.0, 1e6, 1.0)) == pytest.approx(10**0.5 / sigma, rel=0.01)


def test_nothing_is_claimed_of_calibrators_of_unknown_flux() -> None:
    eb = with_bandpass_flux(3.0)
    assert set(predict_gain_snr(eb, choose_gain_fields(eb).value, spw_ids=SCIENCE)) == {0}


EFFICIENCIES = {
    12.0: {100: 0.71, 145: 0.70, 230: 0.68, 345: 0.63, 405: 0.60, 690: 0.43, 870: 0.31},
    7.0: {100: 0.71, 230: 0.69, 690: 0.52},
}
"""By diameter and frequency (GHz): ALMA Technical Handbook, sensitivity chapter."""


@pytest.mark.parametrize("diameter_m", EFFICIENCIES)
def test_aperture_efficiency_is_that_of_the_technical_handbook(diameter_m: float) -> None:
    for ghz, documented in EFFICIENCIES[diameter_m].items():
        assert aperture_efficiency(diameter_m, ghz * 1e9) == pytest.approx(documented, abs=0.012)
