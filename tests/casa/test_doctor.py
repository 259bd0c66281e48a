"""The doctor on this machine, as a user would ask it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from almared.doctor.trials import LOADING, judge_casa, run_trial
from almared.model import Severity


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".casa").mkdir()
    return tmp_path


def told(*arguments: str, cwd: Path, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "almared", "doctor", "--json", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    answer = json.loads(done.stdout)
    assert answer["fit"] == (done.returncode == 0)
    return done.returncode, {verdict["subject"]: verdict for verdict in answer["verdicts"]}


@pytest.mark.casa
def test_casa_that_cannot_be_loaded_is_exit_code_7(tmp_path: Path) -> None:
    (tmp_path / "casatasks").mkdir()
    (tmp_path / "casatasks" / "__init__.py").write_text("raise ImportError('version `OPENSSL_3.0.1 not found')\n")
    code, found = told(cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    assert code == 7
    assert found["CASA"]["trap"] == "openssl-wheel"


@pytest.mark.casa
def test_this_machine_is_fit_even_with_a_broken_profile_and_no_display(home: Path) -> None:
    (home / ".casa" / "config.py").write_text("import pathlib\npathlib.Path('read').touch()\nraise SystemExit(3)\n")
    (home / ".casa" / "startup.py").write_text("print 'hello'\n")
    code, found = told(cwd=home, HOME=str(home), DISPLAY="", CASASITECONFIG="/nowhere/site.py")
    assert code == 0
    assert found["CASA profile"]["trap"] == "casa-profile"
    assert {found[subject]["state"] for subject in ("CASA", "casacore beside CASA", "plots", "table locks")} == {"pass"}
    assert not (home / "read").exists(), "the user's profile was executed"


@pytest.mark.casa
def test_casa_is_loaded_without_the_users_profile(home: Path) -> None:
    (home / ".casa" / "config.py").write_text("import os\nos._exit(3)\n")
    ended = run_trial(LOADING, environment={**os.environ, "HOME": str(home)})
    assert judge_casa(ended).severity is not Severity.SEVERE, ended.errors
