"""Importing measures: sound ones are in use from then on, others leave all as it was."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from support.measures import write_measures, write_tarball

from almared.doctor.measures_import import import_measures, reset_measures, update_measures
from almared.doctor.measures_state import read_state
from almared.engine.configure import data_paths, site_configuration
from almared.errors import EnvironmentFaultError, InputError, LockedError
from almared.formats.measures import casadata_path, measures_in_use, measures_root
from almared.formats.measures.tables import known_orientation, measures_stamp
from almared.records.lock import locked

NAME = "WSRT_Measures_20261130-160001.ztar"
FINAL, LAST = 61340, 61420


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for imported measures."""
    monkeypatch.setenv("ALMARED_MEASURES", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def measures(tmp_path: Path) -> Path:
    return write_measures(tmp_path / "measures", final=FINAL, last=LAST)


def kept(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name[:1].isdigit())


def test_without_import_the_measures_are_those_of_casadata(root: Path) -> None:
    used = measures_in_use()
    assert used.path == casadata_path()
    assert not used.is_imported
    assert used.version.startswith("casadata 20")
    assert data_paths(used) == [str(casadata_path())]
    assert not root.exists()


@pytest.mark.parametrize("begin", ["", "./", "data/"])
def test_a_tarball_is_used_under_its_name(root: Path, measures: Path, tmp_path: Path, begin: str) -> None:
    found = import_measures(write_tarball(measures, tmp_path / NAME, begin=begin))
    assert measures_in_use() == found
    assert found.version == "WSRT_Measures_20261130-160001"
    assert measures_stamp(found) == "WSRT_Measures_20261130-160001 (IERS 2026-11-30)"
    assert data_paths(found) == [str(found.path), str(casadata_path())]
    assert repr(str(found.path)) in site_configuration("x.log")
    state = read_state(found)
    assert (f"{state.final_until:%Y-%m-%d}", f"{state.predicted_until:%Y-%m-%d}") == ("2026-10-27", "2027-01-15")
    assert "Titan" in state.bodies
    assert set(state.planets) == {"DE200", "DE405"}
    assert json.loads(json.dumps(state.as_record()))["earth_orientation"]["final_until"] == "2026-10-27"


def test_a_directory_is_copied_and_completed_from_casadata(root: Path, measures: Path) -> None:
    (measures / "geodetic" / "readme.txt").write_text("# by casaconfig\nversion : WSRT_Measures_20261129-1.ztar\n")
    found = import_measures(measures)
    shutil.rmtree(measures)
    assert found.version == "WSRT_Measures_20261129-1"
    for name in ("Observatories", "IGRF"):
        assert (found.path / "geodetic" / name / "table.dat").is_file()
    assert (found.path / "ephemerides" / "Sources" / "table.dat").is_file()
    assert found.horizons == casadata_path() / "ephemerides" / "JPL-Horizons"
    assert known_orientation() is not None


def test_the_observatories_stay_those_of_casa(root: Path, measures: Path) -> None:
    shutil.copytree(measures / "geodetic" / "TAI_UTC", measures / "geodetic" / "Observatories")
    found = import_measures(measures)
    with table(str(found.path / "geodetic" / "Observatories"), ack=False) as rows:
        assert "ALMA" in rows.getcol("Name")


def test_what_is_imported_is_completed_when_it_names_no_version(root: Path, measures: Path) -> None:
    assert import_measures(measures).version == "measures of 2026-11-30"


def test_the_import_before_stays_for_runs_that_read_it(root: Path, measures: Path) -> None:
    for count in (1, 2, 2):
        import_measures(measures)
        assert len(kept(root)) == count
        assert measures_in_use().path.name in kept(root)


def test_a_clock_that_goes_back_never_removes_the_measures_in_use(root: Path, measures: Path) -> None:
    import_measures(measures)
    for name in ("20990101-000000-000000-later", "20990102-000000-000000-later"):
        shutil.copytree(measures_in_use().path, root / name)
    import_measures(measures)
    assert measures_in_use().path.name in kept(root)
    assert measures_in_use().path.is_dir()
    assert len(kept(root)) == 2


def test_a_dry_run_keeps_nothing(root: Path, measures: Path) -> None:
    import_measures(measures, is_dry_run=True)
    assert not root.exists()
    assert not measures_in_use().is_imported


def test_reset_goes_back(root: Path, measures: Path) -> None:
    import_measures(measures)
    assert not reset_measures().is_imported
    assert not measures_in_use().is_imported


def cut_table(measures: Path) -> None:
    path = measures / "geodetic" / "IERSpredict" / "table.f0"
    path.write_bytes(path.read_bytes()[:2000])


def scramble(measures: Path) -> None:
    (measures / "geodetic" / "TAI_UTC" / "table.dat").write_bytes(b"no table at all")


def change(name: str, column: str, value: float) -> Callable[[Path], None]:
    def do(measures: Path) -> None:
        with table(str(measures / "geodetic" / name), readonly=False, ack=False) as rows:
            rows.putcell(column, 100 if rows.nrows() > 100 else 0, value)

    return do


def empty_table(measures: Path) -> None:
    with table(str(measures / "geodetic" / "IERSeop97"), readonly=False, ack=False) as rows:
        rows.removerows(np.arange(rows.nrows()))


def no_column(measures: Path) -> None:
    with table(str(measures / "geodetic" / "IERSeop97"), readonly=False, ack=False) as rows:
        rows.removecols("dUT1")


def no_date(measures: Path) -> None:
    with table(str(measures / "geodetic" / "IERSeop97"), readonly=False, ack=False) as rows:
        rows.removekeyword("VS_DATE")


def few_leaps(measures: Path) -> None:
    with table(str(measures / "geodetic" / "TAI_UTC"), readonly=False, ack=False) as rows:
        rows.removerows(np.arange(10))


def other_kind(measures: Path) -> None:
    with table(str(measures / "geodetic" / "TAI_UTC"), readonly=False, ack=False) as rows:
        rows.putinfo({"type": "Measurement Set", "subType": "", "readme": ""})


def link_outside(measures: Path) -> None:
    (measures / "geodetic" / "extra").symlink_to("/etc/hostname")


def link_of_folder(measures: Path) -> None:
    (measures / "geodetic" / "extra").symlink_to("/etc", target_is_directory=True)


def pipe(measures: Path) -> None:
    os.mkfifo(measures / "geodetic" / "extra")


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "nothing": (lambda measures: shutil.rmtree(measures / "geodetic"), "no measures data"),
    "a table missing": (lambda measures: shutil.rmtree(measures / "geodetic" / "IERSeop2000"), "IERSeop2000"),
    "a table cut": (cut_table, "IERSpredict is broken"),
    "a table that is none": (scramble, "TAI_UTC is broken"),
    "no rows": (empty_table, "IERSeop97"),
    "a column missing": (no_column, "no column dUT1"),
    "another kind of table": (other_kind, "TAI_UTC is broken: it is no table of the kind IERS"),
    "few leap seconds": (few_leaps, "leap seconds are missing"),
    "no date": (no_date, "no keyword VS_DATE"),
    "not a number": (change("IERSeop97", "x", float("nan")), "no number"),
    "a day twice": (change("IERSeop97", "MJD", 60001.0), "do not rise"),
    "a day missing": (change("IERSpredict", "MJD", 61140.5), "a day is missing"),
    "two seconds": (change("IERSpredict", "dUT1", 2.0), "more than a second"),
    "far pole": (change("IERSpredict", "y", 3.0), "arcsecond"),
    "a link to elsewhere": (link_outside, "not safe"),
    "a link to a folder": (link_of_folder, "not safe"),
    "a pipe": (pipe, "no file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_unsound_measures_leave_those_in_use(root: Path, measures: Path, tmp_path: Path, fault: str) -> None:
    before = import_measures(write_measures(tmp_path / "good", final=FINAL, last=LAST))
    spoil, words = FAULTS[fault]
    spoil(measures)
    with pytest.raises(InputError, match=words) as raised:
        import_measures(measures)
    assert raised.value.repair
    assert measures_in_use() == before
    assert kept(root) == [before.path.name]
    assert not [path for path in root.iterdir() if path.name.startswith("new-")]


def with_member(path: Path, name: str, *, kind: bytes = tarfile.REGTYPE, target: str = "") -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        content = b"x" if kind == tarfile.REGTYPE else b""
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


TARBALLS: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "cannot be unpacked"),
    "no tarball": (lambda path: path.write_bytes(b"<html>not found</html>" * 100), "cannot be unpacked"),
    "cut": (cut, "cannot be unpacked"),
    "compressed, but no tarball": (lambda path: path.write_bytes(gzip.compress(b"x" * 5000)), "cannot be unpacked"),
    "foreign": (lambda path: with_member(path, "photos/a.jpg"), "no measures data"),
    "above": (lambda path: with_member(path, "geodetic/../../evil"), "outside"),
    "absolute": (lambda path: with_member(path, "/geodetic/evil"), "outside"),
    "a link": (lambda path: with_member(path, "geodetic/x", kind=tarfile.SYMTYPE, target="/etc/passwd"), "is a link"),
    "a hard link": (lambda path: with_member(path, "geodetic/x", kind=tarfile.LNKTYPE, target="/etc/x"), "is a link"),
    "a device": (lambda path: with_member(path, "geodetic/x", kind=tarfile.CHRTYPE), "no file"),
}


@pytest.mark.parametrize("fault", TARBALLS)
def test_bad_tarballs_are_refused_whole(root: Path, measures: Path, tmp_path: Path, fault: str) -> None:
    path = write_tarball(measures, tmp_path / NAME)
    spoil, words = TARBALLS[fault]
    spoil(path)
    with pytest.raises(InputError, match=words):
        import_measures(path)
    assert not measures_in_use().is_imported
    assert kept(root) == []
    assert not list(tmp_path.glob("**/evil"))


def test_a_tarball_of_far_too_much_is_refused(
    root: Path, measures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tarball(measures, tmp_path / NAME)
    monkeypatch.setattr("almared.doctor.measures_unpack.MOST_BYTES", 1000)
    with pytest.raises(InputError, match="far more"):
        import_measures(path)


def test_two_imports_do_not_meet(root: Path, measures: Path) -> None:
    root.mkdir()
    with locked(root), pytest.raises(LockedError):
        import_measures(measures)
    assert not measures_in_use().is_imported


GONE = '{"directory": "gone", "version": "v", "origin": "o", "imported": "i"}'


@pytest.mark.parametrize("record", ["", "{}", "[]", GONE])
def test_an_import_that_is_gone_is_an_error_with_a_repair(root: Path, record: str) -> None:
    root.mkdir()
    (root / "measures.json").write_text(record)
    with pytest.raises(EnvironmentFaultError, match="cannot be used") as raised:
        measures_in_use()
    assert "--reset" in raised.value.repair
    assert known_orientation() is None
    assert not reset_measures().is_imported


class Fetched:
    """A casaconfig that puts given measures where it is told, or raises."""

    class NoNetwork(Exception):
        pass

    def __init__(self, measures: Path | None, fault: Exception | None = None) -> None:
        self.measures, self.fault = measures, fault

    def measures_update(self, path: str, *, force: bool, verbose: int) -> None:
        if self.fault:
            raise self.fault
        if self.measures:
            shutil.copytree(self.measures, path)


@pytest.fixture
def casaconfig(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fetched], None]:
    def use(fake: Fetched) -> None:
        monkeypatch.setattr("almared.engine.fetch_measures.untouched_configuration", lambda: None)
        monkeypatch.setitem(__import__("sys").modules, "casaconfig", fake)

    return use


def test_an_update_is_validated_as_an_import_is(
    root: Path, measures: Path, casaconfig: Callable[[Fetched], None]
) -> None:
    casaconfig(Fetched(measures))
    assert update_measures().version == "measures of 2026-11-30"
    assert measures_in_use().is_imported
    before = measures_in_use()
    scramble(measures)
    with pytest.raises(InputError, match="broken"):
        update_measures()
    assert measures_in_use() == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fetched.NoNetwork("none"), "no network"),
        (RuntimeError("server of measures is gone"), "RuntimeError: server of measures is gone"),
        (None, "fetched nothing"),
    ],
)
def test_an_update_that_cannot_be_had_is_one_error(
    root: Path, casaconfig: Callable[[Fetched], None], fault: Exception | None, words: str
) -> None:
    casaconfig(Fetched(None, fault))
    with pytest.raises(EnvironmentFaultError, match=words) as raised:
        update_measures()
    assert "--import" in raised.value.repair
    assert not measures_in_use().is_imported


def test_the_place_is_in_the_cache_unless_another_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ALMARED_MEASURES")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert measures_root() == tmp_path / "almared" / "measures"
