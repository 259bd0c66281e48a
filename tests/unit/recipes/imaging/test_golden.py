"""Whole scripts of the imaging, as exact text.

After a change that is meant: ``ALMARED_UPDATE_GOLDEN=1 pytest tests/unit/recipes/imaging/test_golden.py``, then read
the diff.
"""

from __future__ import annotations

import ast
import os
import re

import pytest
from support.imaging_plans import CASES, case
from support.places import GOLDEN

from almared.plan import default_build
from almared.script import render_script

KEPT = ("plain", "mosaic_chunks", "wide_band_sidelobes", "moving")


def script(name: str) -> str:
    """The script, whatever version of almared makes it for whatever build of CASA."""
    text = render_script(case(name)).replace(default_build().version, "X.Y")
    return re.sub(r'("almared": )"[^"]*"', r'\1"X"', text)


@pytest.mark.parametrize("name", KEPT)
def test_script_is_the_one_kept(name: str) -> None:
    kept = GOLDEN / f"{name}.scriptForImaging.py"
    text = script(name)
    if os.environ.get("ALMARED_UPDATE_GOLDEN"):
        kept.write_text(text)
    assert text == kept.read_text()


@pytest.mark.parametrize("name", CASES)
def test_scripts_of_all_cases_are_python(name: str) -> None:
    ast.parse(script(name))
