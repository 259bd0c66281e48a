"""The facts of real scripts in tests/fixtures/decisions are those of the real scripts, and ours are read alike."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.decided_eb import execution_block_of
from support.decisions import FIXTURES, choices_of, facts_of_script, told_by
from support.places import REAL, ROOT

from almared.recipes import CalibrationOptions, parse_flux, plan_calibration
from almared.script import render_script

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


def reader_of_old_scripts() -> str:
    """A Python that still has lib2to3, with which the tool for old scripts reads them: 3.12 or older."""
    finder = ["sh", str(ROOT / "tools" / "find_python.sh"), "3.12 3.11"]
    found = subprocess.run(finder, capture_output=True, text=True, check=True).stdout.split()
    if not found:
        pytest.skip("no Python up to 3.12 is here, and the tool for old scripts needs lib2to3")
    return found[0]


@needs_real
def test_our_script_reads_alike_with_the_tool_for_old_ones(tmp_path: Path) -> None:
    name = "uid___A002_Xc89480_Xe90d"
    eb = execution_block_of(name, told_by(name))
    options = CalibrationOptions(fluxes=dict([parse_flux("J1617-5848=1.0@98,-0.9")]))
    script = tmp_path / f"{name}.ms.scriptForCalibration.py"
    script.write_text(render_script(plan_calibration(eb, options)))
    command = [reader_of_old_scripts(), "-W", "ignore", str(READER), str(script)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    facts = json.loads(told)
    assert choices_of(facts) == choices_of(facts_of_script(script.read_text()))
    assert {k: v for k, v in facts["intents"].items() if v} == told_by(name)["intents"]
    assert facts["titles"]["13"] == "Bandpass calibration"
