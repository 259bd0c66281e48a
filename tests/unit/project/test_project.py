"""Promises of the project as a whole: what is imported when, what the documents hold."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from support.places import ROOT

from almared.cli.main import COMMANDS, almared, main

HEAVY = ("casatools", "casatasks", "astropy", "numba", "matplotlib")
LOADED = "import sys; print([m for m in {heavy!r} if m in sys.modules])"


def output_and_heavy_modules_of(code: str, cwd: Path) -> tuple[str, str]:
    text = f"{code}\n{LOADED.format(heavy=HEAVY)}"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=cwd, check=True)
    told, _, heavy = done.stdout.strip().rpartition("\n")
    return told, heavy


def calling(*arguments: str) -> str:
    return f"from almared.cli.main import almared\nalmared.main({list(arguments)!r}, standalone_mode=False)"


@pytest.mark.parametrize("code", ["import almared", "import almared.cli.main", calling("--help")])
def test_importing_loads_no_casa(code: str, tmp_path: Path) -> None:
    assert output_and_heavy_modules_of(code, tmp_path)[1] == "[]"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_helps_with_examples_and_loads_no_casa(verb: str, tmp_path: Path) -> None:
    told, heavy = output_and_heavy_modules_of(calling(verb, "--help"), tmp_path)
    assert heavy == "[]"
    assert list(tmp_path.iterdir()) == []
    assert re.search(rf"^ +almared {verb}\b", told.split("Examples:\n")[1], re.MULTILINE)
    assert "\b" not in told


def requirement_states() -> dict[str, str]:
    text = (ROOT / "docs" / "requirements.md").read_text()
    rows = re.findall(r"^\| (W\d{3}) \|.*\| (.*?) \|$", text, re.MULTILINE)
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_all_requirements_have_one_row_each_with_a_state() -> None:
    states = requirement_states()
    assert list(states) == [f"W{n:03d}" for n in range(1, 162)]
    assert all(state == "open" or state.startswith(("**shown by** ", "**partly** ")) for state in states.values())


def test_what_shows_a_requirement_is_there() -> None:
    for row, state in requirement_states().items():
        evidence = re.findall(r"`((?:tests/|almared ?).*?)`", state)
        assert evidence or not state.startswith("**shown by**"), row
        for told in evidence:
            assert is_there(told), f"{row}: {told}"


def is_there(told: str) -> bool:
    """Tell whether a test, or a command with all its options, exists."""
    if told.startswith("tests/"):
        path, _, name = told.partition("::")
        return (ROOT / path).is_file() and f"def {name}" in (ROOT / path).read_text()
    if not told.startswith("almared "):
        return importlib.util.find_spec(told) is not None
    _, verb, *options = told.split()
    command = almared.get_command(click.Context(almared), verb)
    return command is not None and set(options) <= {name for p in command.params for name in p.opts}


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_constraints_pin_every_package_with_hashes_and_no_index(version: str) -> None:
    text = (ROOT / "constraints" / f"python{version}.txt").read_text()
    build = {"3.11": "6.7.0.31", "3.12": "6.7.5.18", "3.13": "6.7.6.14"}[version]
    assert f"casatools=={build} " in text
    assert f"casatasks=={build} " in text
    assert "://" not in text
    pinned = re.findall(r"^[\w.-]+==", text, re.MULTILINE)
    followed = re.findall(r"^[\w.-]+==\S+(?: ;[^\\]*)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(followed) > 50


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_constraints_hold_what_the_project_asks_for(version: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    text = (ROOT / "constraints" / f"python{version}.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s\\]+)", text, re.MULTILINE))
    for requirement in map(Requirement, asked):
        if requirement.marker is None or requirement.marker.evaluate({"python_version": version}):
            assert pinned[requirement.name] in requirement.specifier, requirement


def test_an_unknown_command_is_wrong_use() -> None:
    done = subprocess.run([sys.executable, "-m", "almared", "calibrat"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "calibrat" in done.stderr


def test_an_input_error_is_one_clear_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "almared", "inspect", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("almared: ")
    assert "Traceback" not in done.stderr


def test_the_exit_code_of_a_command_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @click.pass_context
    def unfit(context: click.Context) -> None:
        context.exit(7)

    monkeypatch.setattr(almared, "get_command", lambda _context, _name: unfit)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == 7
