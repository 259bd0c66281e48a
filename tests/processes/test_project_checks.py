"""The checks that keep the repository see what they are there to see."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import makearrcoldesc, maketabdesc, table
from support.places import ROOT

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Runs a script of ``tools`` in an empty directory, with changes of the environment."""

    def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        starter = "/bin/sh" if name.endswith(".sh") else sys.executable
        command = [starter, str(ROOT / "tools" / name), *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, check=False, env={**os.environ, **environment}
        )

    return run


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("long.py", "def f():\n" + "    a = 1\n" * 61, "61 lines"),
        ("wide.py", "def f(a, b, *, c, d, e, g, h):\n    return a\n", "7 parameters"),
        ("swarm.py", "def f(a, b, c, d, e):\n    return a\n", "without their names"),
        ("big.py", "a = 1\n" * 501, "505 lines"),
        ("fat.py", "class A:\n" + "    a = 1\n" * 251, "class A"),
        ("file_helpers.py", "", "says nothing"),
    ],
)
def test_budgets_refuse_what_is_too_big(tool: Tool, tmp_path: Path, *, name: str, text: str, word: str) -> None:
    write(tmp_path / "src" / name, text + "\n\ndef last():\n    return 1\n")
    done = tool("check_budgets.py", "src")
    assert done.returncode == 1
    assert word in done.stdout


def test_budgets_pass_what_is_small(tool: Tool, tmp_path: Path) -> None:
    write(tmp_path / "src" / "small.py", "def f(a, b, *, c):\n    return a\n")
    assert tool("check_budgets.py", "src").returncode == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("see " + "/home" + "/someone/data", 1),
        ("pip install --extra-" + "index-url x", 1),
        ("x" * 1_000_001, 1),
        ("a/home/page/text, /tmp/x and ~/data", 0),
    ],
)
def test_the_repository_holds_no_large_file_and_no_path_of_a_machine(
    tool: Tool, tmp_path: Path, *, text: str, code: int
) -> None:
    write(tmp_path / "page.md", text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "page.md"], cwd=tmp_path, check=True)
    assert tool("check_repository.py").returncode == code


def test_a_large_file_that_was_removed_again_still_weighs(tool: Tool, tmp_path: Path) -> None:
    write(tmp_path / "big.txt", "x" * 1_000_001)
    author = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m"]
    for command in (["git", "init", "-q"], ["git", "add", "."], [*author, "Add"], ["git", "rm", "-q", "big.txt"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    subprocess.run([*author, "Remove"], cwd=tmp_path, check=True)
    done = tool("check_repository.py")
    assert done.returncode == 1
    assert "big.txt" in done.stdout


@pytest.mark.parametrize(("command", "code"), [('test -z "$(ls)"', 0), ("false", 1)])
def test_examples_of_pages_are_run_in_fresh_directories(tool: Tool, tmp_path: Path, *, command: str, code: int) -> None:
    write(tmp_path / "page.md", f"Text.\n\n```console runnable\n$ {command}\noutput\n```\n\n```console\n$ false\n```\n")
    assert tool("run_doc_examples.py", "page.md").returncode == code


def test_an_example_finds_the_files_told_before_it(tool: Tool, tmp_path: Path) -> None:
    write(tmp_path / "page.md", "```python file=a.py\nx = 1\n```\n\n```console runnable\n$ grep 'x = 1' a.py\n```\n")
    assert tool("run_doc_examples.py", "page.md").returncode == 0


def test_no_example_at_all_is_a_failure(tool: Tool, tmp_path: Path) -> None:
    write(tmp_path / "page.md", "Text.\n")
    assert tool("run_doc_examples.py", "page.md").returncode == 1


def test_interpreters_are_tried_and_sought_under_pyenv_too(tool: Tool, tmp_path: Path) -> None:
    shim = write(tmp_path / "bin" / "python3.12", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    good = write(tmp_path / "pyenv" / "versions" / "3.12.9" / "bin" / "python", "#!/bin/sh\necho 3.12\n")
    bare = write(tmp_path / "bin" / "python3.13", "#!/bin/sh\nexit 1\n")
    for path in (shim, good, bare):
        path.chmod(0o755)
    done = tool("find_python.sh", "3.12 3.13", PATH=str(tmp_path / "bin"), PYENV_ROOT=str(tmp_path / "pyenv"))
    assert done.stdout.splitlines() == [str(good)]


@pytest.fixture
def pythons(tmp_path: Path) -> Path:
    """A folder of things that call themselves Python 3.11, 3.12 and 3.13."""
    for version in ("3.11", "3.12", "3.13"):
        write(tmp_path / "bin" / f"python{version}", f"#!/bin/sh\necho {version}\n").chmod(0o755)
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("absent", "found"),
    [
        ((), ["3.13", "3.12", "3.11"]),
        (("3.13",), ["3.12", "3.11"]),
        (("3.13", "3.12"), ["3.11"]),
        (("3.12",), ["3.13", "3.11"]),
        (("3.13", "3.12", "3.11"), []),
    ],
)
def test_the_newest_interpreter_is_preferred(
    tool: Tool, pythons: Path, *, absent: tuple[str, ...], found: list[str]
) -> None:
    for version in absent:
        (pythons / f"python{version}").unlink()
    done = tool("find_python.sh", PATH=str(pythons), PYENV_ROOT=str(pythons))
    assert done.stdout.splitlines() == [str(pythons / f"python{version}") for version in found]


def test_make_installs_under_the_preferred_interpreter(pythons: Path, tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", "-n", "install", f"VENV={tmp_path / 'venv'}"]
    environment = {**os.environ, "PATH": f"{pythons}:{os.environ['PATH']}"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True, env=environment)
    assert f"{pythons / 'python3.13'} -m venv {tmp_path / 'venv'}" in done.stdout.splitlines()


SKIPS = {
    "unlisted": ("@pytest.mark.skip(reason='later')\ndef test_a(): pass\n", "ERROR"),
    "module": ("pytest.skip('later', allow_module_level=True)\n", "ERROR"),
    "missing": ("pytest.importorskip('no_such_module')\n", "ERROR"),
    "listed": ("def test_a(): pytest.skip('the folder of real material (ALMARED_REAL) is not here')\n", "SKIPPED"),
    "known": ("@pytest.mark.xfail(reason='known')\ndef test_a(): assert False\n", "XFAIL"),
}


def test_in_ci_only_listed_skips_pass(tmp_path: Path) -> None:
    for kind, (text, _) in SKIPS.items():
        write(tmp_path / f"test_{kind}.py", "import pytest\n" + text)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--continue-on-collection-errors", "."]
    environment = {**os.environ, "CI": "true", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, env=environment)
    summary = done.stdout.split("short test summary info")[1]
    found = {kind: re.findall(rf"^([A-Z]+) .*test_{kind}.py", summary, re.MULTILINE) for kind in SKIPS}
    assert found == {kind: [word] for kind, (_, word) in SKIPS.items()}, done.stdout
    assert done.stdout.count("not listed in tests/conftest.py") >= 3


def made_table(place: Path, *, scale: complex = 1.0, flagged: int = 0) -> Path:
    place.mkdir(exist_ok=True)
    columns = (makearrcoldesc("CPARAM", 0j, ndim=2), makearrcoldesc("FLAG", value=False, ndim=2))
    with table(str(place / "gain"), maketabdesc(columns), nrow=2, ack=False) as tab:
        for row in range(2):
            tab.putcell("CPARAM", row, scale * np.ones((1, 2)))
            tab.putcell("FLAG", row, np.arange(2).reshape(1, 2) < flagged)
    return place


@pytest.fixture
def compare_builds(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import compare_builds

    return compare_builds


def test_builds_are_compared_under_every_other_interpreter(
    compare_builds: object, pythons: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{pythons}:{os.environ['PATH']}")
    mine = "{}.{}".format(*sys.version_info[:2])
    assert compare_builds.others() == [str(pythons / f"python{v}") for v in ("3.13", "3.12", "3.11") if v != mine]


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 0),
        ({"scale": 1 + 1e-5j}, 0),
        ({"scale": 1 + 1e-3j}, 1),
        ({"flagged": 1}, 1),
        ({"scale": complex("nan")}, 1),
    ],
)
def test_builds_are_compared_by_values_and_flags(
    compare_builds: object, tmp_path: Path, *, changes: dict[str, complex], count: int
) -> None:
    one, other = made_table(tmp_path / "one"), made_table(tmp_path / "other", **changes)
    assert len(list(compare_builds.differences(one, other))) == count


def test_builds_that_make_other_products_differ(compare_builds: object, tmp_path: Path) -> None:
    one, other = made_table(tmp_path / "one"), made_table(tmp_path / "other")
    (other / "gain").rename(other / "gains")
    faults = list(compare_builds.differences(one, other))
    assert len(faults) == 1
    assert "products differ" in faults[0]


MAKE = """#!/bin/sh
case $1 in
  {failing}) echo "make: *** [$1] Error 1"; failed=1 ;;
esac
if [ "$1" = test ]; then
  echo "FAILED tests/a.py::test_b - no"
  echo "===== 3 passed in 1.23s ====="
  echo "make: end"
fi
exit ${{failed:-0}}
"""


@pytest.mark.parametrize(("failing", "code"), [("nothing", 0), ("lint", 1), ("test", 1), ("install", 1)])
def test_ci_ends_with_the_summary_of_the_tests(tmp_path: Path, *, failing: str, code: int) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name, text in {
        "bin/make": MAKE.format(failing=failing),
        "tools/find_python.sh": "echo python3\n",
        ".venv/bin/python": "#!/bin/sh\n",
    }.items():
        write(tmp_path / name, text).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    command = ["bash", ".ci/run"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, env=environment)
    assert done.returncode == code
    lines = done.stdout.splitlines()
    if failing == "install":
        assert "something FAILED" in lines[-1]
        assert not any("passed in 1.23s" in line for line in lines)
    else:
        assert lines[-1] == "===== 3 passed in 1.23s ====="
