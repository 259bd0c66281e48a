"""A generated script run by plain Python with casatasks: no almared, an empty home, any step again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from comparison import differences_of_products

from almared.engine.configure import site_configuration

pytestmark = pytest.mark.casa


def run_script(directory: Path, home: Path, steps: list[int] | None = None) -> str:
    """Run the script of a directory by plain Python and return what it prints."""
    home.mkdir(exist_ok=True)
    site = home / "casasite.py"
    site.write_text(site_configuration(str(directory / "casa-plain.log")))
    script = next(directory.glob("*.scriptForCalibration.py")).name
    blocked = "import sys; sys.modules['almared'] = None\n"
    order = f"{blocked}import runpy; runpy.run_path({script!r}, init_globals={{'mysteps': {steps or []!r}}})"
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    surroundings = {**kept, "HOME": str(home), "CASASITECONFIG": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", order], cwd=directory, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path) -> Path:
    """The tiny execution block, calibrated by its script and plain Python."""
    directory = tmp_path_factory.mktemp("plain")
    eb = next(path for path in tiny_run.iterdir() if (path / "ASDM.xml").is_file())
    shutil.copytree(eb, directory / eb.name)
    script = next(tiny_run.glob("*.scriptForCalibration.py"))
    shutil.copy(script, directory)
    said = run_script(directory, tmp_path_factory.mktemp("home"))
    assert [line for line in said.splitlines() if line.startswith("Step ")][7].startswith("Step 7 Application of")
    return directory


def test_plain_run_ends_with_the_tables_of_almared_run(plain: Path, tiny_run: Path) -> None:
    assert differences_of_products(plain, tiny_run) == []


def test_steps_run_again_end_with_the_same_tables(plain: Path, tiny_run: Path, tmp_path: Path) -> None:
    """Each step depends on files alone, and finds its flags and models as they were when it first ran."""
    again = tmp_path / "again"
    shutil.copytree(plain, again)
    run_script(again, tmp_path / "home", [17])
    assert differences_of_products(again, tiny_run) == []
    for steps in ([3], [7], list(range(8, 20))):
        run_script(again, tmp_path / "home", steps)
    assert differences_of_products(again, tiny_run) == []
