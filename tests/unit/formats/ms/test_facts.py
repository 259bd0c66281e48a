"""The cut of a real raw ALMA MS, with its oddities, is read; what is no raw ALMA MS is refused."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from casacore.tables import table
from support.places import REAL

from almared.errors import MeasurementSetError
from almared.formats import ms
from almared.formats.ms import main_table
from almared.formats.ms.records import timestamp
from almared.model import SpwRole

ARCHIVE = REAL / "raw-ms" / "mssel_test_small.ms.tgz"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real MS, unpacked."""
    if not ARCHIVE.exists():
        pytest.skip("ALMARED_REAL is absent")
    directory = tmp_path_factory.mktemp("raw")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(directory, filter="data")
    return directory / "mssel_test_small.ms"


def test_what_the_readme_says_is_found(raw: Path) -> None:
    facts = ms.read_execution_block(raw)
    assert (facts.uid, facts.name) == ("uid://A002/X8ca70c/X5", "uid___A002_X8ca70c_X5")
    assert (len(facts.antennas), len(facts.online_flags), len(facts.tsys)) == (13, 10256, 13)
    assert [(scan.number, scan.intents) for scan in facts.scans] == [
        (1, ("CALIBRATE_ATMOSPHERE", "CALIBRATE_WVR")),
        (3, ("CALIBRATE_DELAY", "CALIBRATE_PHASE")),
    ]
    assert [field.name for field in facts.fields] == ["J1617-7717", "J1423-7829"]
    assert facts.spws[0].role is SpwRole.WVR  # although it has no rows
    assert (facts.spws[1].band, facts.spws[1].is_tdm, facts.spws[1].correlations) == (3, True, ("XX", "XY", "YX", "YY"))
    assert facts.spws[1].channel_step_hz == pytest.approx(-31.25e6)
    assert facts.spws[2].role is SpwRole.CHANNEL_AVERAGE
    assert facts.weather is not None
    assert facts.weather.pressure_pa == pytest.approx(55456, abs=5)
    assert facts.correlator == ""  # an older importasdm did not write its name


def test_scan_times_and_integrations(raw: Path) -> None:
    phase = ms.read_execution_block(raw).scans[1]
    with table(str(raw), ack=False) as main:
        chosen = main.query("SCAN_NUMBER==3")
        times, interval = chosen.getcol("TIME"), chosen.getcol("INTERVAL")[0]
        chosen.close()
    assert (phase.start_mjd_s, phase.end_mjd_s) == (times.min() - interval / 2, times.max() + interval / 2)
    (full, average) = phase.subscans[0].blocks
    assert (full.spw_ids, full.n_integrations, full.integration_s, full.n_antennas) == ((1,), 16, 1.92, 13)
    assert average.spw_ids == (2,)


def test_reading_in_small_pieces_changes_nothing(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ms.read_execution_block(raw)
    monkeypatch.setattr(main_table, "N_ROWS_AT_ONCE", 37)
    assert ms.read_execution_block(raw) == whole


def test_first_flag_command_is_parsed(raw: Path) -> None:
    flag = ms.read_execution_block(raw).online_flags[0]
    assert flag.antenna_names == ("DA51",)
    assert flag.start_mjd_s == pytest.approx(timestamp("2014/09/20/10:36:04.632"), abs=1e-6)
    assert flag.end_mjd_s - flag.start_mjd_s == pytest.approx(1.877, abs=1e-5)
    assert "Calibration_device" in flag.reason


def test_dangling_keywords_do_not_count_as_tables(raw: Path) -> None:
    rows = ms.table_rows(raw)
    assert (rows["MAIN"], rows["SYSCAL"], rows["FLAG_CMD"]) == (1058, 13, 10256)
    assert not [name for name in rows if name.startswith("ASDM_")]
    assert ms.count_rows_and_columns(raw) == (1058, 24)


def test_lost_rows_are_told(raw: Path) -> None:
    (found,) = ms.compare_after_import({"MAIN": 2000, "SYSCAL": 13, "ASDM_SOURCE": 5}, raw)
    assert (found.table, found.is_loss) == ("MAIN", True)
    assert found.text() == "the ASDM has 2000 visibility rows and the MeasurementSet has 1058"


def test_broken_and_foreign_ms_are_refused(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(MeasurementSetError, match="cannot be read as a table"):
        ms.read_execution_block(tmp_path / "none.ms")
    copy = Path(shutil.copytree(raw, tmp_path / "copy.ms"))
    with table(str(copy / "OBSERVATION"), readonly=False, ack=False) as tab:
        tab.putcell("TELESCOPE_NAME", 0, "EVLA")
    with pytest.raises(MeasurementSetError, match="from EVLA, not from ALMA"):
        ms.read_execution_block(copy)
    shutil.rmtree(copy / "SPECTRAL_WINDOW")
    with pytest.raises(MeasurementSetError, match="cannot be read as a table"):
        ms.table_rows(copy / "SPECTRAL_WINDOW")


@pytest.mark.parametrize(
    ("text", "seconds"), [("1858/11/17/00:00:01.5", 1.5), ("2000/01/01/12:00:00.000", 51544.5 * 86400)]
)
def test_times_of_flag_commands(text: str, seconds: float) -> None:
    assert timestamp(text) == pytest.approx(seconds, abs=1e-6)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a time"):
        timestamp("yesterday")
