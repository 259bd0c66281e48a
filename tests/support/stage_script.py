"""A small script of a stage whose steps do not all build on one another, and a CASA of a few lines to run it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CASATASKS = """
import os, time
from casaconfig import config
casalog = None
def version_string():
    return "6.7.0.31"
def make(outfile="", text="x", seconds=0.0):
    with open(config.logfile, "a") as file:
        file.write(f"2026-11-23 01:00:0{outfile[1]}\\tINFO\\tmake::one\\tmaking {outfile}\\n")
    with open(outfile, "w") as file:
        file.write(text)
    open(outfile + ".began", "w").close()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not os.path.exists("go"):
        time.sleep(0.01)
def meet(name, other):
    open(name, "w").close()
    end = time.monotonic() + 20.0
    while not os.path.exists(other):
        if time.monotonic() > end:
            raise RuntimeError("nobody ran beside")
        time.sleep(0.01)
def tclean(specmode, start, nchan):
    name = "IMAGING_WEIGHT_" + start
    open(name, "x").close()
    time.sleep(0.5)
    os.remove(name)
def fail():
    raise RuntimeError("the vis is bad")
"""

SCRIPT = """
from casatasks import fail, make, meet
step_title = {0: "Prepare", 1: "Image A", 2: "Image B", 3: "Join", 4: "Aside"}
step_makes = {0: ["p0"], 1: ["a1"], 2: ["b2"], 3: ["j3"], 4: ["s4"]}
step_after = {0: [], 1: [0], 2: [0], 3: [1, 2], 4: [0]}
thesteps = globals().get("mysteps") or sorted(step_title)
mystep = 0
if mystep in thesteps:
    make(outfile="p0")
mystep = 1
if mystep in thesteps:
    make(outfile="a1", text="p0")
mystep = 2
if mystep in thesteps:
    make(outfile="b2", text="p0")
mystep = 3
if mystep in thesteps:
    make(outfile="j3", text="a1 b2")
mystep = 4
if mystep in thesteps:
    make(outfile="s4", text="p0")
"""


def make_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with the script, and let child processes find the stand-in for CASA."""
    place, directory = tmp_path / "stand-in", tmp_path / "Imaging"
    place.mkdir()
    directory.mkdir()
    (place / "casatasks.py").write_text(CASATASKS)
    (place / "casaconfig.py").write_text("class config:\n    logfile = ''\n")
    # Python takes its compiled copy for good when a text changes within a second and keeps its length.
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH")))))
    write(directory, SCRIPT)
    return directory


def write(directory: Path, text: str) -> None:
    """Write the script of a stage."""
    (directory / "scriptForImaging.py").write_text(text)
