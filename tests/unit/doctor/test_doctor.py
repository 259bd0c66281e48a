"""The doctor recognises each trap by its name, in environments made up for it."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.places import ROOT

from almared.doctor import examine_profile, is_fit, trap_of
from almared.doctor.machine import (
    file_system_of,
    judge_disk,
    judge_file_system,
    judge_memory,
    judge_open_files,
    judge_threads,
)
from almared.doctor.measures import examine_ephemerides, examine_measures
from almared.doctor.packages import TRAPS, examine_packages, find_mismatches, find_traps, normalised
from almared.doctor.profile import judge_profile
from almared.doctor.subjects import finding_on
from almared.doctor.surroundings import judge_python, judge_search_path, judge_variables
from almared.doctor.trials import (
    LOCKING,
    TrialExit,
    judge_build,
    judge_casa,
    judge_casacore,
    judge_drawing,
    judge_locks,
    run_trial,
)
from almared.formats.measures import Measures, casadata_path
from almared.model import Severity

GOOD = {"six": "1.17.0", "python-casacore": "3.8.1", "casatools": "6.7.0.31", "casatasks": "6.7.0.31"}


@pytest.mark.parametrize(
    ("errors", "trap", "words"),
    [
        ("ImportError: libssl.so.3: version `OPENSSL_3.0.1' not found", "openssl-wheel", "6.7.5.18"),
        ("ImportError: libldap.so.2: undefined symbol: EVP_md2", "openssl-wheel", "6.7.5.18"),
        ("ModuleNotFoundError: No module named 'six'", "undeclared-six", "pip install six"),
        ("casaconfig.private.AutoUpdatesNotAllowed: no data", "no-measures-data", "pip install casadata"),
        ("ModuleNotFoundError: No module named 'casatasks'", "", "pip install casatools casatasks"),
        ("Something: new", "", "--force-reinstall"),
    ],
)
def test_a_failed_import_of_casa_names_its_own_repair(errors: str, trap: str, words: str) -> None:
    verdict = judge_casa(TrialExit(1, errors="Traceback ...\n" + errors))
    assert (verdict.severity, trap_of(verdict)) == (Severity.SEVERE, trap)
    assert words in verdict.repair
    assert errors in verdict.message


def test_a_killed_import_is_a_failure_too() -> None:
    assert judge_casa(TrialExit(-11)).severity is Severity.SEVERE


def test_the_build_is_told_when_casa_loads() -> None:
    verdict = judge_casa(TrialExit(0, "noise\n6.7.0.31\n"))
    assert verdict.severity is Severity.OK
    assert "6.7.0.31" in verdict.message


def test_a_build_that_nobody_tested_is_told() -> None:
    assert (judge_build("6.7.9.99").severity, trap_of(judge_build("6.7.9.99"))) == (Severity.WARNING, "untested-build")


@pytest.mark.parametrize(
    ("package", "version", "trap", "state"),
    [
        ("python-casacore", "3.7.1", "casacore-too-old", Severity.SEVERE),
        ("python-casacore", "3.8.0rc1", "casacore-too-old", Severity.SEVERE),
        ("dask-ms", "0.2.32", "dask-ms-locks", Severity.WARNING),
        ("pyuvdata", "3.2.8", "pyuvdata-pins", Severity.WARNING),
        ("casaplotms", "2.9.1", "casaplotms-display", Severity.WARNING),
        ("almatasks", "1.0", "almatasks-stub", Severity.WARNING),
        ("casampi", "0.5", "multi-ms", Severity.WARNING),
    ],
)
def test_traps_are_found_by_name(package: str, version: str, *, trap: str, state: Severity) -> None:
    found = [(v.place, trap_of(v), v.severity) for v in find_traps({**GOOD, package: version})]
    assert found == [(package, trap, state)]


@pytest.mark.parametrize(
    ("changes", "python", "trap"),
    [
        ({"casatools": "6.7.5.18"}, (3, 11), "mixed-builds"),
        ({"casatools": "6.7.6.14", "casatasks": "6.7.6.14"}, (3, 12), "openssl-wheel"),
        ({"protobuf": "3.20.3"}, (3, 11), "old-protobuf"),
    ],
)
def test_packages_that_do_not_fit_are_found(changes: dict[str, str], python: tuple[int, int], trap: str) -> None:
    assert [trap_of(v) for v in find_mismatches({**GOOD, **changes}, python)] == [trap]


def test_six_is_missed() -> None:
    packages = {name: version for name, version in GOOD.items() if name != "six"}
    assert [trap_of(v) for v in examine_packages(packages, (3, 11))] == ["undeclared-six"]


@pytest.mark.parametrize("more", [{}, {"protobuf": "7.1.0"}, {"python-casacore": "3.10.0"}])
def test_a_good_set_of_packages_has_no_trap(more: dict[str, str]) -> None:
    assert [v.severity for v in examine_packages({**GOOD, **more}, (3, 13))] == [Severity.OK]


def test_names_of_packages_are_compared_in_one_form() -> None:
    assert normalised("Dask_MS") == "dask-ms"


def test_old_python_and_optimised_python_are_refused() -> None:
    assert trap_of(judge_python((3, 10), optimised=False)) == "wrong-python"
    assert trap_of(judge_python((3, 12), optimised=True)) == "optimised-python"
    assert judge_python((3, 12), optimised=False).severity is Severity.OK


def test_old_scripts_on_the_path_are_told(tmp_path: Path) -> None:
    (tmp_path / "analysisUtils.py").touch()
    assert trap_of(judge_search_path(["", "/nowhere", str(tmp_path)])) == "old-scripts"
    assert judge_search_path(["", "/nowhere"]).severity is Severity.OK


def test_libraries_of_another_casa_are_told() -> None:
    verdict = judge_variables({"LD_LIBRARY_PATH": "/lib:/soft/casa-6.5.4/lib"})
    assert (verdict.severity, trap_of(verdict)) == (Severity.WARNING, "foreign-libraries")
    assert judge_variables({"CASASITECONFIG": "site.py"}).severity is Severity.OK


def test_both_orders_of_import_must_agree() -> None:
    good, bad, other = TrialExit(0, "True\n"), TrialExit(-6, errors="free(): invalid pointer"), TrialExit(0, "False\n")
    assert judge_casacore(iter([good, good])).severity is Severity.OK
    for orders in ([good, bad], [bad, good], [other, good]):
        assert trap_of(judge_casacore(iter(orders))) == "casacore-conflict"


def test_a_figure_that_cannot_be_drawn_is_told() -> None:
    assert judge_drawing(TrialExit(0, "1234\n")).severity is Severity.OK
    assert trap_of(judge_drawing(TrialExit(1, errors="no display"))) == "no-display"


def test_locks_are_really_tried(tmp_path: Path) -> None:
    assert judge_locks(run_trial(LOCKING, str(tmp_path), environment=os.environ)).severity is Severity.OK
    assert list(tmp_path.iterdir()) == []
    verdict = judge_locks(run_trial(LOCKING, str(tmp_path / "nowhere"), environment=os.environ))
    assert (verdict.severity, trap_of(verdict)) == (Severity.SEVERE, "table-locks")


def test_too_little_of_the_machine_is_told() -> None:
    assert trap_of(judge_disk(1.0)) == "disk-full"
    assert judge_disk(500.0).severity is Severity.OK
    assert (judge_memory(1.0).severity, judge_memory(6.0).severity) == (Severity.SEVERE, Severity.WARNING)
    assert judge_memory(None).severity is Severity.WARNING
    assert trap_of(judge_threads(2, "16")) == "many-threads"
    assert judge_threads(2, "").severity is Severity.OK
    assert trap_of(judge_open_files(256)) == "open-files"
    assert judge_open_files(-1).severity is Severity.OK


def test_the_longest_mount_point_tells_the_file_system(tmp_path: Path) -> None:
    mounts = f"a / ext4 rw 0 0\nb {tmp_path} nfs4 rw 0 0\nc {tmp_path}x tmpfs rw 0 0\n"
    kind = file_system_of(tmp_path, mounts)
    assert kind == "nfs4"
    assert trap_of(judge_file_system(kind)) == "network-file-system"
    assert judge_file_system("lustre").severity is Severity.OK


def test_missing_measures_data_fail(tmp_path: Path) -> None:
    assert [trap_of(v) for v in examine_measures(Measures(tmp_path, "a test"), datetime(2026, 1, 1, tzinfo=UTC))] == [
        "no-measures-data"
    ]
    assert examine_ephemerides(tmp_path, datetime(2026, 1, 1, tzinfo=UTC)).severity is Severity.SEVERE


def test_broken_measures_data_fail(tmp_path: Path) -> None:
    for name in ("Observatories", "TAI_UTC", "IERSeop97", "IERSeop2000", "IERSpredict"):
        shutil.copytree(casadata_path() / "geodetic" / name, tmp_path / "geodetic" / name)
    (tmp_path / "geodetic" / "TAI_UTC" / "table.dat").write_bytes(b"cut")
    states = {v.severity for v in examine_measures(Measures(tmp_path, "a test"), datetime(2020, 1, 1, tzinfo=UTC))}
    assert Severity.SEVERE in states


def test_the_dates_decide_about_the_installed_measures_data() -> None:
    data = Measures(casadata_path(), "of casadata")
    early = list(examine_measures(data, datetime(2020, 1, 1, tzinfo=UTC)))
    late = list(examine_measures(data, datetime(2090, 1, 1, tzinfo=UTC)))
    assert {v.severity for v in early} == {Severity.OK}
    assert [trap_of(v) for v in late] == ["old-earth-orientation", "old-leap-seconds", "old-ephemerides"]
    assert any("Titan" in v.message for v in early)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".casa"
    folder.mkdir()
    (folder / "config.py").write_text("measurespath = '/no/such/place'\nlogfile = 'x.log'\n")
    (folder / "startup.py").write_text("print 'hello'\n")
    (folder / "init.py").write_text("x = 1\n")
    (folder / "casashell.py").write_text("x = 1\n")
    return tmp_path


def test_bad_files_of_a_profile_are_named_and_left_alone(home: Path) -> None:
    before = {path: path.read_bytes() for path in (home / ".casa").iterdir()}
    found = {v.place.rpartition("/")[2]: v for v in examine_profile(home)}
    assert {name for name, v in found.items() if trap_of(v) == "casa-profile"} == {"config.py", "startup.py", "init.py"}
    assert "/no/such/place" in found["config.py"].message
    assert "CASA 5" in found["init.py"].message
    assert judge_profile(home).severity is Severity.WARNING
    assert {path: path.read_bytes() for path in (home / ".casa").iterdir()} == before


def test_no_profile_is_as_good_as_a_sound_one(tmp_path: Path) -> None:
    assert judge_profile(tmp_path).severity is Severity.OK
    (tmp_path / ".casa").mkdir()
    (tmp_path / ".casa" / "config.py").write_text("logfile = 'x.log'\n")
    assert judge_profile(tmp_path).severity is Severity.OK


def test_one_failure_makes_the_machine_unfit() -> None:
    good, bad = finding_on("a", Severity.WARNING, found=""), finding_on("b", Severity.SEVERE, found="")
    assert is_fit([good])
    assert not is_fit([good, bad])


def test_every_trap_has_its_place_in_the_documentation() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src" / "almared" / "doctor").glob("*.py"))
    names = {trap.name for trap in TRAPS} | set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"\)', sources))
    explained = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs" / "doctor.md").read_text(), re.MULTILINE)
    assert names <= set(explained)
    assert len(explained) == len(set(explained))
