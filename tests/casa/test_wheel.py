"""What users install: the wheel, in an environment where the source tree cannot be found.

Names in strings, entry points and package data show their faults only there: the editable installation of the other
tests sees every file of the tree.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.places import ROOT

from almared import __version__

Installed = Callable[..., subprocess.CompletedProcess[str]]
LONGEST_S = 900
NO_SOURCE = ("__pycache__", "*.pyc", "*.egg-info")

EVERY_MODULE = """
import importlib, pathlib, pkgutil, tempfile
from almared.engine.configure import configure_casa
configure_casa(pathlib.Path(tempfile.mkdtemp()) / "casa.log")
import casatasks, almared
names = [m.name for m in pkgutil.walk_packages(almared.__path__, "almared.") if not m.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
print(len(names), almared.__file__)
"""
EVERY_HELP = """
from click.testing import CliRunner
from almared.cli.main import COMMANDS, almared
for verb in COMMANDS:
    done = CliRunner().invoke(almared, [verb, "--help"])
    assert done.exit_code == 0 and "Examples:" in done.output, (verb, done.output, done.exception)
print(len(COMMANDS))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree by what is installed here."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns(*NO_SOURCE))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(place), str(source)], check=True, timeout=LONGEST_S)
    shutil.rmtree(source)
    return next(place.glob("almared-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Installed:
    """Runs a program of an environment that holds this wheel and nothing else.

    Its dependencies are those of this environment, on the path after its own packages. A directory that a .pth file
    names is searched, but its own .pth files are not read: the editable installation stays out of sight.
    """
    place = wheel.parent / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, timeout=LONGEST_S)
    packages = next((place / "lib").glob("python3.*")) / "site-packages"
    mine = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (packages / "dependencies.pth").write_text("".join(f"{path}\n" for path in mine))
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(program: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [str(place / "bin" / program), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, env=environment, check=False, timeout=LONGEST_S
        )
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.mark.casa
def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    package = ROOT / "src" / "almared"
    files = {str(path.relative_to(package.parent)) for path in package.rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (entries,) = [archive.read(name).decode() for name in held if name.endswith("/entry_points.txt")]
    assert {name for name in files if "__pycache__" not in name} - held == set()
    assert {name.rpartition(".")[2] for name in files} >= {"html", "css", "npz", "toml", "json", "typed"}
    assert "almared = almared.cli.main:main" in entries
    assert [name for name in held if name.endswith("/licenses/LICENSE")]
    assert not [name for name in held if name.startswith(("tests/", "tools/"))]


@pytest.mark.casa
def test_every_module_can_be_imported_from_it(installed: Installed, wheel: Path, tmp_path: Path) -> None:
    count, file = installed("python", "-c", EVERY_MODULE, cwd=tmp_path).stdout.splitlines()[-1].split(maxsplit=1)
    assert Path(file).is_relative_to(wheel.parent / "env")
    written = [path for path in (ROOT / "src" / "almared").rglob("*.py") if path.name != "__main__.py"]
    # Each package is a module too; folders without __init__.py are none that hold modules.
    assert int(count) == len(written) - 1


@pytest.mark.casa
def test_the_entry_point_and_every_command_answer(installed: Installed, tmp_path: Path) -> None:
    assert __version__ in installed("almared", "--version", cwd=tmp_path).stdout
    assert int(installed("python", "-c", EVERY_HELP, cwd=tmp_path).stdout) > 10


@pytest.mark.casa
def test_doctor_plan_and_report_of_the_tiny_eb(installed: Installed, tiny_run: Path, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    shutil.copytree(tiny_run, place, symlinks=True)
    assert json.loads(installed("almared", "doctor", "--work", place, "--json", cwd=tmp_path).stdout)["fit"]
    (script,) = place.glob("*.scriptForCalibration.py")
    before = script.read_text()
    script.unlink()
    eb = next(path for path in place.glob("uid___*") if (path / "ASDM.xml").is_file())
    installed("almared", "plan", eb, cwd=tmp_path)
    assert script.read_text() == before
    report = json.loads(installed("almared", "report", eb, "--json", cwd=tmp_path).stdout)
    page = Path(report["page"]).read_text()
    assert "<style" in page
    assert page.count("<img") > 5
    assert "measures casadata 20" in page
    faults = ("FileNotFoundError", "ModuleNotFoundError", "TemplateNotFound")
    assert not [item["key"] for item in report["items"] if any(fault in item["unavailable"] for fault in faults)]
