"""The doctor recognises each trap by name, in environments made up for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from almared.doctor import State, Verdict, is_fit
from almared.doctor.installation import find_traps, judge_casa, judge_profile, judge_python, judge_python_path
from almared.doctor.machine import file_system_of, judge_disk, judge_file_system, judge_memory
from almared.doctor.measures import examine_ephemerides, examine_measures
from almared.engine.configure import casadata_path


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("ImportError: libssl.so.3: version `OPENSSL_3.0.1' not found", "6.7.5.18"),
        ("ModuleNotFoundError: No module named 'six'", "pip install six"),
        ("casaconfig.private.AutoUpdatesNotAllowed: no data", "pip install casadata"),
    ],
)
def test_a_failed_import_of_casa_names_its_own_repair(errors: str, words: str) -> None:
    verdict = judge_casa(1, "", "Traceback ...\n" + errors)
    assert verdict.state is State.FAIL
    assert words in verdict.repair


def test_a_killed_import_is_a_failure_too() -> None:
    assert judge_casa(-11, "", "").state is State.FAIL


def test_the_build_is_told_when_casa_loads() -> None:
    assert "6.7.0.31" in judge_casa(0, "noise\n6.7.0.31\n", "").found


@pytest.mark.parametrize(
    ("installed", "package", "state"),
    [
        ({"six": "1", "python-casacore": "3.7.1"}, "python-casacore", State.FAIL),
        ({"six": "1", "dask-ms": "0.2.32"}, "dask-ms", State.WARN),
        ({"six": "1", "casaplotms": "2.9.1"}, "casaplotms", State.WARN),
        ({}, "six", State.FAIL),
    ],
)
def test_traps_are_found_by_name(installed: dict[str, str], package: str, state: State) -> None:
    assert [(v.subject, v.state) for v in find_traps(installed)] == [(package, state)]


def test_a_good_set_of_packages_has_no_trap() -> None:
    assert list(find_traps({"six": "1.17", "python-casacore": "3.8.1", "casatools": "6.7.0.31"})) == []


def test_old_python_and_optimised_python_are_refused() -> None:
    assert judge_python((3, 10), optimised=False).state is State.FAIL
    assert judge_python((3, 12), optimised=True).state is State.FAIL
    assert judge_python((3, 12), optimised=False).state is State.PASS


def test_a_profile_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".casa").mkdir()
    (tmp_path / ".casa" / "config.py").write_text("x = 1\n")
    assert judge_profile(tmp_path).state is State.WARN
    assert (tmp_path / ".casa" / "config.py").exists()


def test_old_helper_scripts_on_the_path_are_told(tmp_path: Path) -> None:
    (tmp_path / "analysisUtils.py").touch()
    assert judge_python_path(f"/nowhere:{tmp_path}").state is State.WARN
    assert judge_python_path("").state is State.PASS


def test_too_little_disk_or_memory_fails() -> None:
    assert judge_disk(1.0).state is State.FAIL
    assert judge_memory(2.0).state is State.FAIL
    assert judge_memory(6.0).state is State.WARN
    assert judge_memory(None).state is State.WARN


def test_the_longest_mount_point_tells_the_file_system(tmp_path: Path) -> None:
    mounts = f"a / ext4 rw 0 0\nb {tmp_path} nfs4 rw 0 0\nc {tmp_path}x tmpfs rw 0 0\n"
    kind = file_system_of(tmp_path, mounts)
    assert kind == "nfs4"
    assert judge_file_system(kind).state is State.WARN


def test_missing_measures_data_fail(tmp_path: Path) -> None:
    assert [v.state for v in examine_measures(tmp_path, datetime(2026, 1, 1, tzinfo=UTC))] == [State.FAIL]
    assert examine_ephemerides(tmp_path, datetime(2026, 1, 1, tzinfo=UTC)).state is State.FAIL


def test_the_dates_decide_about_the_installed_measures_data() -> None:
    data = casadata_path()
    early = list(examine_measures(data, datetime(2020, 1, 1, tzinfo=UTC)))
    late = list(examine_measures(data, datetime(2090, 1, 1, tzinfo=UTC)))
    assert {v.state for v in early} == {State.PASS}
    assert {v.state for v in late} == {State.WARN}
    assert any("Titan" in v.found for v in early)


def test_one_failure_makes_the_machine_unfit() -> None:
    good, bad = Verdict("a", State.WARN, ""), Verdict("b", State.FAIL, "")
    assert is_fit([good])
    assert not is_fit([good, bad])
