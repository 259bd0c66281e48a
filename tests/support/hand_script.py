"""A short calibration script written by hand in the form of decision 001, for the tiny execution block.

It lets the runner be tested with CASA's own tasks apart from the recipes: import, flags, a-priori apply, split,
solve, apply.
"""

from __future__ import annotations

from pathlib import Path

SCRIPT = '''\
"""Calibration of {asdm}, short and by hand."""

import os
import shutil

from casatasks import applycal, flagdata, flagmanager, gaincal, gencal, importasdm, listobs, mstransform
from casatools import table

made_with = {{"almared": "0.1", "casatasks": "{casa}"}}
step_title = {{0: "Import", 1: "Listing", 2: "A priori flagging", 3: "Tsys", 4: "Split", 5: "Gains", 6: "Apply"}}
step_makes = {{
    0: ["X.ms", "X.ms.flagversions"],
    1: ["X.ms.listobs"],
    3: ["X.ms.tsys"],
    4: ["X.ms.split", "X.ms.split.flagversions"],
    5: ["X.ms.split.phase", "X.ms.split.ap"],
}}
step_changes = {{2: ["X.ms"], 3: ["X.ms"], 6: ["X.ms.split"]}}
step_flags = {{
    2: {{"X.ms": "BeforeAprioriFlagging"}},
    3: {{"X.ms": "BeforeAprioriApply"}},
    6: {{"X.ms.split": "BeforeApplycal"}},
}}


def rows(name):
    tb = table()
    try:
        tb.open(name)
        return tb.nrows()
    except RuntimeError:
        return -1
    finally:
        tb.close()


def start_from_flags(vis, version, drop=()):
    place = vis + ".flagversions/flags."
    names = vis + ".flagversions/FLAG_VERSION_LIST"
    lines = open(names).readlines() if os.path.exists(names) else []
    listed = [line.split(" : ")[0] for line in lines]
    if version in listed and rows(place + version) == rows(vis):
        flagmanager(vis=vis, mode="restore", versionname=version)
        gone = list(drop)
    else:
        gone = [version, *drop]
    for name in gone:
        shutil.rmtree(place + name, ignore_errors=True)
    if lines:
        with open(names, "w") as file:
            file.writelines(line for line, name in zip(lines, listed) if name not in gone)
    if version in gone:
        flagmanager(vis=vis, mode="save", versionname=version)


try:
    thesteps = list(mysteps)
except NameError:
    thesteps = []
thesteps = thesteps or sorted(step_title)

# Import of the ASDM
mystep = 0
if mystep in thesteps:
    importasdm(asdm="{asdm}", vis="X.ms", asis="Antenna Station CalWVR", bdfflags=True, lazy=False)

# Listing
mystep = 1
if mystep in thesteps:
    listobs(vis="X.ms", listfile="X.ms.listobs")

# A priori flagging
mystep = 2
if mystep in thesteps:
    start_from_flags("X.ms", "BeforeAprioriFlagging", drop=["BeforeAprioriApply"])
    flagdata(vis="X.ms", mode="manual", autocorr=True, flagbackup=False)
    flagdata(vis="X.ms", mode="quack", quackinterval=4.0, flagbackup=False)

# Tsys
mystep = 3
if mystep in thesteps:
    start_from_flags("X.ms", "BeforeAprioriApply")
    gencal(vis="X.ms", caltable="X.ms.tsys", caltype="tsys")
    spwmap = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 9, 18, 11, 20, 13, 22, 15]
    applycal(
        vis="X.ms", field="0", spw="17,19", gaintable=["X.ms.tsys"], gainfield=["0"], spwmap=[spwmap], flagbackup=False
    )

# Split
mystep = 4
if mystep in thesteps:
    mstransform(
        vis="X.ms", outputvis="X.ms.split", field="0", spw="17,19", scan="4", datacolumn="corrected", reindex=True
    )

# Gains
mystep = 5
if mystep in thesteps:
    gaincal(vis="X.ms.split", caltable="X.ms.split.phase", solint="int", refant="0", calmode="p", minsnr=2)
    gaincal(vis="X.ms.split", caltable="X.ms.split.ap", refant="0", gaintable=["X.ms.split.phase"], minsnr=2)

# Apply
mystep = 6
if mystep in thesteps:
    start_from_flags("X.ms.split", "BeforeApplycal")
    applycal(vis="X.ms.split", gaintable=["X.ms.split.phase", "X.ms.split.ap"], flagbackup=False)
'''


def write_hand_script(directory: Path, *, asdm: str, casa: str) -> Path:
    """Write the script for an ASDM of that name in the directory and return its path."""
    path = directory / "X.ms.scriptForCalibration.py"
    path.write_text(SCRIPT.format(asdm=asdm, casa=casa))
    return path
