"""The whole script of a small execution block, as exact text.

After a change that is meant: ``ALMARED_UPDATE_GOLDEN=1 pytest tests/unit/script/test_golden.py``, then read the diff.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from support.places import GOLDEN
from support.small_plan import planned

from almared.script import render_script

CASES: dict[str, dict[str, Any]] = {"plain": {}, "low_snr": {"is_low_snr": True, "has_wvr_correction": False}}


def script(name: str) -> str:
    """The script, whatever version of almared makes it."""
    return re.sub(r'("almared": )"[^"]*"', r'\1"X"', render_script(planned(**CASES[name])))


@pytest.mark.parametrize("name", CASES)
def test_script_is_the_one_kept(name: str) -> None:
    kept = GOLDEN / f"{name}.scriptForCalibration.py"
    text = script(name)
    if os.environ.get("ALMARED_UPDATE_GOLDEN"):
        kept.write_text(text)
    assert text == kept.read_text()


@pytest.mark.parametrize("name", CASES)
def test_script_is_formatted_and_free_of_faults(name: str) -> None:
    for order in (["format", "--check"], ["check", "--select", "E,F,I,W,B"]):
        command = [sys.executable, "-m", "ruff", *order, "--isolated", "--line-length", "120"]
        done = subprocess.run([*command, "-"], input=script(name), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_step_reads_a_name_that_another_step_sets() -> None:
    tree = ast.parse(script("plain"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    assert len(blocks) == 20
    outside = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    outside |= {a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names}
    for block in blocks:
        used = [n for n in ast.walk(block) if isinstance(n, ast.Name)]
        own = {n.id for n in used if isinstance(n.ctx, ast.Store)}
        read = {n.id for n in used if isinstance(n.ctx, ast.Load)}
        assert read <= outside | own | {"mystep", "thesteps"}
        assert "mystep" not in own


def test_arguments_are_literals() -> None:
    """Programs read the arguments without running the script (`script_facts.py`)."""
    tree = ast.parse(script("plain"))
    functions = {n for node in tree.body if isinstance(node, ast.FunctionDef) for n in ast.walk(node)}
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n not in functions]
    arguments = [k.value for c in calls for k in c.keywords if k.arg is not None]
    assert len(arguments) > 150
    for argument in arguments:
        ast.literal_eval(argument)
