"""What tables of measures know, read without CASA."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from support.measures import write_measures

from almared.formats.measures import Measures, casadata_path
from almared.formats.measures.tables import measures_stamp, read_leap_seconds, read_orientation
from almared.physics.earth_rotation import KnownOrientation, orientation_error


@pytest.fixture
def measures(tmp_path: Path) -> Path:
    return write_measures(tmp_path, final=61000, last=61100, ut1_s=-0.2, miss_s=0.03)


def test_final_and_predicted_dates_are_told_apart(measures: Path) -> None:
    known = read_orientation(measures, "a test")
    assert known == KnownOrientation("a test", 61000.0, 61100.0, -0.2, pytest.approx(0.1), pytest.approx(0.03))


def test_a_leap_second_between_prediction_and_truth_is_no_miss(measures: Path) -> None:
    with table(str(measures / "geodetic" / "IERSpredict"), readonly=False, ack=False) as rows:
        rows.putcol("dUT1", rows.getcol("dUT1") + 1.0)
    assert read_orientation(measures).ut1_miss_s == pytest.approx(0.03)


def test_predictions_older_than_the_final_values_add_nothing(tmp_path: Path) -> None:
    known = read_orientation(write_measures(tmp_path, final=61000, last=60990))
    assert known.last_mjd == known.final_mjd == 61000.0


def test_leap_seconds_have_their_last_day(measures: Path) -> None:
    leaps = read_leap_seconds(measures)
    assert (f"{leaps.last:%Y-%m-%d}", leaps.tai_utc_s, f"{leaps.made:%Y-%m-%d}") == ("2017-01-01", 37.0, "2026-11-30")


def test_a_stamp_has_version_and_date(measures: Path) -> None:
    assert measures_stamp(Measures(measures, "mine")) == "mine (IERS 2026-11-30)"
    assert measures_stamp(Measures(measures / "none", "mine")) == "mine (IERS unknown)"


def test_the_error_of_casadata_covers_what_the_iers_measured_later() -> None:
    """Truth: the IERS values that astropy carries, newer than the tables of casadata."""
    iers = pytest.importorskip("astropy.utils.iers")
    times = pytest.importorskip("astropy.time")
    import astropy_iers_data

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        newer = iers.IERS_A.open(astropy_iers_data.IERS_A_FILE)
    known = read_orientation(casadata_path())
    with table(str(casadata_path() / "geodetic" / "IERSpredict"), ack=False) as rows:
        days, predicted = rows.getcol("MJD"), rows.getcol("dUT1")
    days, predicted = (column[days > known.final_mjd] for column in (days, predicted))
    days = np.append(days, known.last_mjd + np.arange(1, 300))
    # What CASA takes: the prediction, then zero.
    taken = np.append(predicted, np.zeros(299))
    errors = [orientation_error(known, day) for day in days]
    missed = np.abs(taken - newer.ut1_utc(times.Time(days, format="mjd", scale="utc")).value)
    assert missed.max() > 0.02
    covered = [error is not None and miss <= error.ut1_s for error, miss in zip(errors, missed, strict=True)]
    assert np.mean(covered) > 0.95
    assert max(error.ut1_s for error in errors if error) < 2.0 * missed.max()
