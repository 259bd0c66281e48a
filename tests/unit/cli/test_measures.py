"""`almared measures`: what it shows, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.measures import write_measures, write_tarball

from almared.cli.main import almared
from almared.errors import InputError
from almared.formats.measures import casadata_path, measures_in_use

NAME = "WSRT_Measures_20261130-160001.ztar"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for imported measures."""
    monkeypatch.setenv("ALMARED_MEASURES", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    return write_tarball(write_measures(tmp_path / "measures", final=61340, last=61420), tmp_path / NAME)


def output(*arguments: object) -> str:
    done = CliRunner().invoke(almared, ["measures", *map(str, arguments)], standalone_mode=False)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_what_is_in_use_is_shown_with_its_dates() -> None:
    shown = output()
    assert shown.startswith("measures           casadata 20")
    for words in (
        str(casadata_path()),
        "final until 20",
        "predicted until 20",
        "TAI-UTC 37 s",
        "DE405: 1959",
        "Titan: 20",
    ):
        assert words in shown


def test_the_same_as_data_for_programs() -> None:
    found = json.loads(output("--json"))
    assert found["path"] == str(casadata_path())
    assert set(found["tables"]) == {"IERSeop97", "IERSeop2000", "IERSpredict", "TAI_UTC"}
    orientation = found["earth_orientation"]
    assert orientation["final_until"] < orientation["predicted_until"]
    assert found["leap_seconds"]["last"] == "2017-01-01"
    assert found["bodies"]["Titan"][0] < found["bodies"]["Titan"][1]


def test_an_import_is_shown_and_a_reset_goes_back(tarball: Path) -> None:
    shown = output("--import", tarball)
    assert "WSRT_Measures_20261130-160001 (IERS 2026-11-30)" in shown
    assert "final until 2026-10-27, predicted until 2027-01-15" in shown
    assert "casadata 20" in output("--reset")


def test_a_dry_run_says_that_they_are_sound_and_keeps_nothing(tarball: Path, place: Path) -> None:
    assert output("--import", tarball, "--dry-run") == "Sound: WSRT_Measures_20261130-160001.\n"
    assert json.loads(output("--import", tarball, "--dry-run", "--json"))["is_sound"] is True
    assert not place.exists()


def test_broken_measures_are_bad_input(tarball: Path) -> None:
    tarball.write_bytes(b"cut")
    with pytest.raises(InputError) as raised:
        output("--import", tarball)
    assert raised.value.exit_code == 3
    assert not measures_in_use().is_imported


@pytest.mark.parametrize(
    "arguments", [("--update", "--reset"), ("--import", ".", "--update"), ("--dry-run",), ("--reset", "--dry-run")]
)
def test_orders_that_contradict_each_other_are_wrong_use(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(almared, ["measures", *arguments])
    assert done.exit_code == 2


def test_a_path_that_is_not_there_is_wrong_use() -> None:
    assert CliRunner().invoke(almared, ["measures", "--import", "no-such-file"]).exit_code == 2
