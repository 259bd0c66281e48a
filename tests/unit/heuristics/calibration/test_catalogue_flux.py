"""Fluxes of calibrators from measurements of other dates and frequencies."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.errors import InputError
from almared.formats.catalogues.measurements import FluxMeasurement, read_measurements
from almared.heuristics.calibration.catalogue_flux import CatalogueFlux, look_up_flux

DAY_S = 86400.0
DATE = 57142 * DAY_S
"""2015-04-30, 0 h."""


def record(ghz: float, jy: float, days: float = 0.0, error: float = 0.01) -> FluxMeasurement:
    return FluxMeasurement(("J1-2",), ghz * 1e9, jy, error, DATE + days * DAY_S)


def found(*records: FluxMeasurement, ghz: float = 230.0) -> CatalogueFlux:
    flux = look_up_flux(records, "J1-2", frequency_hz=ghz * 1e9, mjd_s=DATE)
    assert flux is not None
    return flux


@given(st.floats(0.05, 20.0), st.floats(-1.5, -0.1), st.floats(84.0, 370.0))
def test_a_power_law_is_found_again(jy: float, index: float, ghz: float) -> None:
    flux = found(record(93.0, jy), record(340.0, jy * (340 / 93) ** index), ghz=ghz)
    assert flux.flux_jy == pytest.approx(jy * (ghz / 93) ** index)
    assert flux.spectral_index == pytest.approx(index)
    assert flux.warnings == ()


def test_errors_of_flux_and_index_are_propagated() -> None:
    """At the frequency of the measurement its own error; three times as far as the index was measured, three of it."""
    near, far = (found(record(90.0, 1.0), record(300.0, 0.5, error=0.02), ghz=ghz) for ghz in (90.0, 300.0))
    assert near.error_jy == pytest.approx(0.01)
    assert far.error_jy / far.flux_jy == pytest.approx((0.01**2 + 0.01**2 + 0.04**2) ** 0.5)


def test_the_nearest_day_counts_before_or_after_and_all_its_records() -> None:
    flux = found(
        record(90.0, 1.0, -9.0), record(90.0, 2.0, 4.0), record(96.0, 2.0, 4.3), record(97.0, 5.0, 40.0), ghz=93
    )
    assert flux.flux_jy == pytest.approx(2.0)
    assert flux.age_days == pytest.approx(-4.15)


def test_the_index_is_of_the_pair_nearest_to_one_another_then_to_the_date() -> None:
    steep = (record(90.0, 1.0, -300.0), record(300.0, 0.3, -300.0))
    flat = (record(90.0, 1.0, -200.0), record(300.0, 0.9, -200.0))
    apart = (record(90.0, 1.0, -1.0), record(300.0, 0.6, -8.0))
    flux = found(*steep, *flat, *apart, ghz=300.0)
    assert flux.flux_jy == pytest.approx(0.9)


def test_pairs_of_long_ago_give_no_index_and_one_band_has_the_usual_one() -> None:
    flux = found(record(90.0, 1.0, -2000.0), record(300.0, 0.1, -2000.0), record(90.0, 1.0), ghz=180.0)
    assert flux.spectral_index == -0.7
    assert flux.flux_jy == pytest.approx(2**-0.7)
    assert flux.error_jy / flux.flux_jy == pytest.approx((0.01**2 + (0.2 * 0.693147) ** 2) ** 0.5)


def test_what_makes_it_doubtful_is_told() -> None:
    old = found(record(90.0, 1.0, -30.0), record(300.0, 1.2, -50.0), ghz=700.0).warnings
    assert old == (
        "it was measured 30 d before",
        "its index is from measurements 20 d apart",
        "an index of +0.15 is unusual for a quasar",
        "it was never measured above 300 GHz",
    )
    assert found(record(90.0, 1.0, 20.0)).warnings[0] == "it was measured 20 d after"


def test_a_source_that_is_not_there_is_none() -> None:
    assert look_up_flux([record(90.0, 1.0)], "J3+4", frequency_hz=1e11, mjd_s=DATE) is None


def test_a_file_is_read_with_other_names_comments_and_missing_errors(tmp_path: Path) -> None:
    path = tmp_path / "measured.csv"
    path.write_text(
        "# of our own\nname, frequency_ghz, flux_jy, error_jy, date, origin\n"
        "3C 273;J1229+0203, 91.5, 8.2, , 2015-04-30, ALMA\nJ1-2, 343.5, -1, 0.1, 2015-04-30T06:00:00, ALMA\n"
    )
    (only,) = read_measurements(path)
    assert only == FluxMeasurement(("3C273", "J1229+0203"), 91.5e9, 8.2, pytest.approx(0.82), DATE)
    assert look_up_flux([only], "QSO 3C 273", frequency_hz=91.5e9, mjd_s=DATE) is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,flux\nJ1-2,1", "lacks the columns"),
        ("name,frequency_ghz,flux_jy,error_jy,date\nJ1-2,a,1,0.1,2015-04-30", "data row 1"),
        ("name,frequency_ghz,flux_jy,error_jy,date\nJ1-2,90,1,0.1,yesterday", "data row 1"),
        ("name,frequency_ghz,flux_jy,error_jy,date\n,90,1,0.1,2015-04-30", "data row 1"),
        ("name,frequency_ghz,flux_jy,error_jy,date\nJ1-2,90,nan,0.1,2015-04-30", "data row 1"),
        ("", "lacks the columns"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "measured.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        read_measurements(path)
