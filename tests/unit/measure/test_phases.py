"""Phase noise before and after the radiometer correction."""

from __future__ import annotations

import numpy as np
import pytest

from almared.measure.coherence import PhaseNoise, coherence, find_wvr_outliers, measure_phase_rms_deg, unwrapped_deg


@pytest.mark.parametrize("rms_deg", [5.0, 30.0, 60.0])
def test_coherence_is_what_gaussian_phases_leave_of_an_amplitude(rms_deg: float) -> None:
    phases = np.random.default_rng(1).normal(0.0, np.deg2rad(rms_deg), 400_000)
    assert coherence(rms_deg) == pytest.approx(abs(np.exp(1j * phases).mean()), abs=3e-3)


def test_coherence_is_not_the_squared_cosine_of_the_old_report() -> None:
    assert coherence(60.0) == pytest.approx(0.578, abs=1e-3)
    assert np.cos(np.deg2rad(60.0)) ** 2 == pytest.approx(0.25)


def test_phases_are_unwrapped_over_flagged_integrations() -> None:
    ramp = np.linspace(0.0, 720.0, 25)
    gains = np.exp(1j * np.deg2rad(ramp))
    gains[7] = np.nan
    found = unwrapped_deg(gains)
    assert np.isnan(found[7])
    assert np.nanmax(found) == pytest.approx(720.0)
    kept = np.delete(ramp, 7)
    assert measure_phase_rms_deg(gains) == pytest.approx(kept.std())


def test_an_antenna_without_phases_is_neither_improved_nor_worse() -> None:
    assert np.isnan(measure_phase_rms_deg(np.full(5, np.nan + 0j)))
    nothing = PhaseNoise("DA41", 100.0, float("nan"), float("nan"))
    assert nothing.is_improved
    assert np.isnan(nothing.ratio_percent)


def test_the_antenna_that_the_correction_spoils_is_told() -> None:
    good = [PhaseNoise(f"DA{41 + n}", 50.0 * n, 40.0, 8.0 + 0.3 * n) for n in range(9)]
    bad = PhaseNoise("DV01", 500.0, 40.0, 55.0)
    assert find_wvr_outliers([*good, bad]) == ("DV01",)
    assert not bad.is_improved
    assert all(noise.is_improved for noise in good)
