"""System temperatures, gains and bandpasses: numbers from tables, made up and of the SMA."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from hypothesis import given
from hypothesis import strategies as st
from support.caltables import made_up_table

from almared.formats.caltable import read_caltable
from almared.measure.bandpass import measure_mean_bandpass, measure_scatter
from almared.measure.gains import measure_relative_gains
from almared.measure.tsys import find_tsys_faults, flagged_fraction, measure_scans, measure_windows
from almared.physics.robust import find_outliers, robust_sigma


def tsys_of(antennas: int, *, x_spread: float, y_spread: float) -> np.ndarray:
    """Return Tsys of 100 K in X and Y with other scatters over the antennas, shape (antenna, 20, 2)."""
    steps = np.linspace(-1.0, 1.0, antennas)
    values = np.stack([100.0 + x_spread * steps, 100.0 + y_spread * steps[::-1]], axis=-1)
    return np.repeat(values[:, np.newaxis], 20, axis=1)


def test_y_is_judged_by_the_deviation_of_y() -> None:
    """The old report divided by that of X, and found no outlier in Y where X scatters much."""
    values = tsys_of(11, x_spread=30.0, y_spread=4.0)
    values[5, :, 1] = 140.0
    found = measure_windows(made_up_table(values, antenna=list(range(11)), spw=[9] * 11, kind="B TSYS"))[0]
    assert [tuple(row) for row in np.argwhere(found.is_outlier)] == [(5, 1)]
    assert (found.median_k[1] - 140.0) / found.sigma_k[0] > -3.0  # no outlier by the deviation of X
    assert found.rms_k[0] == pytest.approx(30.0 * np.std(np.linspace(-1, 1, 11)), rel=1e-6)


def test_only_inner_channels_count() -> None:
    values = tsys_of(5, x_spread=1.0, y_spread=1.0)
    values[:, :4] = 1e4
    values[:, 16:] = -50.0
    found = measure_scans(made_up_table(values, antenna=list(range(5)), spw=[9] * 5, kind="B TSYS"))
    assert [scan.median_k for scan in found] == [(100.0, 100.0)]


def test_an_absurd_antenna_counts_in_no_rms() -> None:
    values = tsys_of(8, x_spread=2.0, y_spread=2.0)
    values[0] = 900.0
    found = measure_windows(made_up_table(values, antenna=list(range(8)), spw=[9] * 8, kind="B TSYS"))[0]
    assert found.rms_k.max() < 3.0
    assert found.is_outlier[0].all()


def test_single_polarisation_and_flagged_antennas_are_read() -> None:
    values = tsys_of(6, x_spread=2.0, y_spread=2.0)[..., :1]
    values[2] = np.nan
    whole = made_up_table(values, antenna=list(range(6)), spw=[9] * 6, kind="B TSYS")
    found = measure_windows(whole)[0]
    assert np.isnan(found.mean_k[2, 0])
    assert not found.is_outlier.any()
    assert flagged_fraction(whole) == {f"DA{41 + n}": float(n == 2) for n in range(6)}


def test_spikes_are_told_and_lines_of_the_atmosphere_are_not() -> None:
    values = tsys_of(7, x_spread=3.0, y_spread=3.0)
    values[:, 6] *= 2.0  # a line: in all antennas
    values[3, 12, 1] *= 1.6
    values[4, 15, 0] = -20.0
    found = find_tsys_faults(made_up_table(values, antenna=list(range(7)), spw=[9] * 7, kind="B TSYS"))
    told = {(fault.kind, fault.antenna, fault.polarization, fault.channels) for fault in found}
    assert told == {("spike", "DA44", "Y", (12,)), ("not above zero", "DA45", "X", (15,))}


def test_a_low_antenna_is_off() -> None:
    gains = np.ones((8, 1, 2), dtype=complex) * np.exp(1j * np.arange(8))[:, None, None]
    gains[3, 0, 1] *= 0.84
    gains[6] = np.nan
    found = measure_relative_gains(made_up_table(gains, antenna=list(range(8)), spw=[17] * 8), [0])
    assert [gain.antenna for gain in found if gain.is_off] == ["DA44"]
    assert [gain.antenna for gain in found if gain.is_flagged] == ["DA47"]
    assert found[3].relative == pytest.approx((1.0, 0.84))


def test_bandpass_scatter_tells_noise_from_shape() -> None:
    random = np.random.default_rng(2)
    shape = 1.0 + 0.05 * np.sin(np.linspace(0.0, 6.0, 400))
    gains = np.repeat(shape[np.newaxis, :, np.newaxis], 6, axis=0) + 0j
    gains = np.repeat(gains, 2, axis=2) + 0.01 * random.normal(size=(6, 400, 2))
    gains[2, :, 1] += 0.1 * random.normal(size=400)
    found = measure_scatter(made_up_table(gains, antenna=list(range(6)), spw=[17] * 6, kind="B Jones"))[0]
    assert found.median_noise == pytest.approx(0.01, rel=0.1)
    assert found.median_rms == pytest.approx(np.hypot(0.01, (shape / shape.mean())[20:380].std()), rel=0.1)
    assert found.is_outlier[2, 1]


def test_scatter_of_real_bandpasses_is_that_of_their_amplitudes(sma: Path) -> None:
    found = measure_scatter(read_caltable(sma / "sma.ms.bcal"))
    with table(str(sma / "sma.ms.bcal"), ack=False) as tab:
        row = next(n for n in range(tab.nrows()) if not tab.getcell("FLAG", n).all())
        flag, gain = tab.getcell("FLAG", row)[:, 0], np.abs(tab.getcell("CPARAM", row)[:, 0])
        antenna, spw = int(tab.getcell("ANTENNA1", row)), tab.getcell("SPECTRAL_WINDOW_ID", row)
    edge = round(0.05 * len(gain))
    central = gain[edge:-edge][~flag[edge:-edge]]
    window = next(window for window in found if window.spw_id == spw)
    with table(str(sma / "sma.ms.bcal" / "ANTENNA"), ack=False) as tab:
        place = window.antenna_names.index(tab.getcell("NAME", antenna))
    assert window.rms[place, 0] == pytest.approx(central.std() / central.mean(), rel=1e-5)


def test_real_gains_and_bandpasses_of_the_sma_are_measured(sma: Path) -> None:
    amplitudes = read_caltable(sma / "sma.ms.amp.gcal")
    gains = measure_relative_gains(amplitudes, sorted({int(n) for n in amplitudes.field_id}))
    assert np.nanmedian([value for gain in gains for value in gain.relative]) == pytest.approx(1.0, abs=1e-9)
    mean = measure_mean_bandpass(read_caltable(sma / "sma.ms.bcal"), 3)
    assert np.nanmean(mean.amplitude) == pytest.approx(1.0, abs=0.02)


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=40), st.floats(0.01, 1e3))
def test_outliers_do_not_depend_on_scale_and_nothing_is_one_among_equals(values: list[float], scale: float) -> None:
    array = np.round(np.array(values), 3)
    found = find_outliers(array, 3.0, deviation=robust_sigma(array), least=1e-3)
    again = find_outliers(array * 2.0, 3.0, deviation=robust_sigma(array * 2.0), least=2e-3)
    assert np.array_equal(found, again)
    assert found.sum() <= len(values) / 2
    assert not find_outliers(np.full(5, scale), 3.0, deviation=0.0).any()
