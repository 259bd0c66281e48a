"""The facts of real scripts in tests/fixtures/decisions are those of the real scripts, and ours are read alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.decided_eb import execution_block_of
from support.decisions import FIXTURES, choices_of, facts_of_script, told_by

from almared.recipes import CalibrationOptions, parse_flux, plan_calibration
from almared.script import render_script

REAL = Path(os.environ.get("ALMARED_REAL", Path(__file__).parents[3] / "shared" / "real"))
READER = REAL.parent / "tools" / "script_facts.py"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))

needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real material (ALMARED_REAL) is not here")


def test_all_seven_are_here() -> None:
    assert len(NAMES) == 7


@needs_real
@pytest.mark.parametrize("name", NAMES)
def test_fixture_holds_what_the_real_script_decided(name: str) -> None:
    facts = json.loads((REAL / "decisions" / f"{name}.json").read_text())
    told = told_by(name)
    assert told["choices"] == choices_of(facts)
    assert told["intents"] == {k: v for k, v in facts["intents"].items() if v}


@needs_real
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="script_facts.py needs lib2to3, which Python 3.13 has not")
def test_our_script_reads_alike_with_the_tool_for_old_ones(tmp_path: Path) -> None:
    name = "uid___A002_Xc89480_Xe90d"
    eb = execution_block_of(name, told_by(name))
    options = CalibrationOptions(fluxes=dict([parse_flux("J1617-5848=1.0@98,-0.9")]))
    script = tmp_path / f"{name}.ms.scriptForCalibration.py"
    script.write_text(render_script(plan_calibration(eb, options)))
    command = [sys.executable, "-W", "ignore", str(READER), str(script)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    facts = json.loads(told)
    assert choices_of(facts) == choices_of(facts_of_script(script.read_text()))
    assert {k: v for k, v in facts["intents"].items() if v} == told_by(name)["intents"]
    assert facts["titles"]["13"] == "Bandpass calibration"
