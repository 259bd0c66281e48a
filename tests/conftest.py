"""Fixtures that many tests share. Dear ones are made once, by the commands a user would type."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("ALMARED_REAL", ROOT.parent / "shared" / "real"))

LISTED_SKIPS = {
    "(ALMARED_REAL) is not here",
    "ALMARED_REAL is absent",
    "no file system can be mounted here",
    "no Python up to 3.12 is here",
    "not run by root",
}
"""Reasons for which a test may be skipped; any other skip fails in CI."""

LONGEST_S = 1500
"""Seconds after which a command of a test is ended: a hang is a failure, with its output."""

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def almared_real() -> Path:
    """The folder of real material."""
    if not REAL.is_dir():
        pytest.skip("the folder of real material (ALMARED_REAL) is not here")
    return REAL


@pytest.fixture(scope="session")
def sma(almared_real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of four real calibration tables, of the SMA."""
    directory = tmp_path_factory.mktemp("sma")
    with tarfile.open(almared_real / "caltables" / "sma.tgz") as archive:
        archive.extractall(directory, filter="data")
    return directory


@pytest.fixture(scope="session", autouse=True)
def measures_of_casadata(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Every test runs with the measures of casadata, whatever was imported on this machine."""
    place = tmp_path_factory.mktemp("measures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALMARED_MEASURES", str(place))
        yield place


@pytest.fixture(scope="session")
def almared() -> Command:
    """Runs ``almared ARGUMENTS`` as a user would; fails the test unless the exit code is the expected one."""

    def run(*arguments: object, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "almared", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=LONGEST_S)
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def casa_child() -> Command:
    """Runs Python text in a child process with CASA configured."""

    def run(text: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        head = "from pathlib import Path\nfrom almared.engine.configure import configure_casa\n"
        head += "configure_casa(Path('casa.log').resolve())\n"
        command = [sys.executable, "-c", head + text, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=LONGEST_S)
        assert done.returncode == 0, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of one test session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def made_once(place: Path) -> Iterator[bool]:
    """Yield whether `place` is still to be made; other workers wait until it is."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        finished = place.with_suffix(".finished")
        yield not finished.exists()
        finished.touch()


@pytest.fixture(scope="session")
def tiny_out(shared_tmp: Path, almared: Command) -> Path:
    """Output of ``almared simulate tiny``: the ASDM and its truth; not to be changed, nor linked to (copy it)."""
    place = shared_tmp / "tiny-asdm"
    with made_once(place) as is_new:
        if is_new:
            almared("simulate", "tiny", "--out", place, "--seed", 1)
    return place


@pytest.fixture(scope="session")
def tiny_asdm(tiny_out: Path) -> Path:
    """The tiny ASDM; not to be changed, and nothing to be written beside it."""
    return next(tiny_out.glob("uid___*"))


@pytest.fixture(scope="session")
def tiny_run(shared_tmp: Path, tiny_out: Path, almared: Command) -> Path:
    """Directory in which the tiny EB has been planned and run; not to be changed (copy it)."""
    place = shared_tmp / "tiny-run"
    with made_once(place) as is_new:
        if is_new:
            shutil.copytree(tiny_out, place)
            eb = next(place.glob("uid___*"))
            almared("plan", eb)
            almared("run", eb)
    return place


@pytest.fixture(scope="session")
def tiny_mous_out(shared_tmp: Path, almared: Command) -> Path:
    """Output of ``almared simulate tiny-mous``: two ASDMs and their truth; not to be changed."""
    place = shared_tmp / "tiny-mous-asdms"
    with made_once(place) as is_new:
        if is_new:
            almared("simulate", "tiny-mous", "--out", place, "--seed", 1)
    return place


@pytest.fixture(scope="session")
def tiny_mous(shared_tmp: Path, tiny_mous_out: Path, almared: Command) -> Path:
    """The tree of the tiny MOUS, both execution blocks calibrated one after the other; not to be changed (copy it)."""
    place = shared_tmp / "tiny-mous"
    with made_once(place) as is_new:
        if is_new:
            asdms = sorted(tiny_mous_out.glob("uid___*/uid___*"))
            almared("prepare", "uid://A001/Xe1/X4", *asdms, "--out", place)
            almared("reduce", next(place.glob("uid___*")), "--until", "run", "--workers", 1)
    return next(place.glob("uid___*"))


@pytest.fixture(scope="session")
def delivered_mous(shared_tmp: Path, tiny_mous: Path, almared: Command) -> Path:
    """The tree of the tiny MOUS, its continuum imaged (small), reduced to the package; not to be changed (copy it)."""
    place = shared_tmp / "delivered-mous" / tiny_mous.name
    with made_once(place.parent) as is_new:
        if is_new:
            shutil.copytree(tiny_mous, place, symlinks=True)
            settings = (place / "mous.toml").read_text()
            assert "\n[imaging]" in settings
            small = "\n[imaging]\ncubes = false\nimsize = 128\n#"
            project = '\n[project]\ncycle = "9"\ncode = "2022.1.00001.S"\ntitle = "Tiny"\npi = "A. Student"\n#'
            readme = '\n[readme]\nmissing = { "Proposed rms" = "a test", "SB name" = "a test" }\n#'
            for table, filled in (("[imaging]", small), ("[project]", project), ("[readme]", readme)):
                assert f"\n{table}" in settings
                settings = settings.replace(f"\n{table}", filled, 1)
            (place / "mous.toml").write_text(settings)
            almared("reduce", place, "--workers", 2)
    return place


@pytest.fixture(scope="session")
def demo_run(shared_tmp: Path, almared: Command) -> Path:
    """Output of ``almared demo``: of the one made before (ALMARED_DEMO_DIR), else made now."""
    given = os.environ.get("ALMARED_DEMO_DIR")
    if given:
        return Path(given)
    place = shared_tmp / "demo"
    with made_once(place) as is_new:
        if is_new:
            almared("demo", "--out", place)
    return place


def refuse_unlisted_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI, turn a skip whose reason is not listed into a failure."""
    if not os.environ.get("CI") or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if not any(listed in reason for listed in LISTED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: a skip that is not listed in tests/conftest.py: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report."""
    report = yield
    refuse_unlisted_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at modules too: one can be skipped as a whole."""
    report = yield
    refuse_unlisted_skip(report)
    return report
