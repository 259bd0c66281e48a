"""The corrections of the recorded antenna positions, in the two usual formats."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from almared.simulate.world.array import TrueArray


def write_positions(array: TrueArray, table: Path, *, answer: Path) -> None:
    """Write ``antennapos.csv`` (corrections) and the position service's JSON (whole positions).

    Parameters
    ----------
    array : TrueArray
        Recorded positions and their errors.
    table, answer : Path
        Files to write: ``name,antenna,xoff,yoff,zoff,comment`` in m to be added to the recorded positions (ITRF);
        and ``{"data": {ANTENNA: [X, Y, Z]}, "metadata": ...}`` with the true positions of the moved antennas.
    """
    moved = [i for i, error in enumerate(array.position_errors_m) if np.any(error != 0.0)]
    rows = ["name,antenna,xoff,yoff,zoff,comment"]
    true = {}
    for i in moved:
        antenna, error = array.antennas[i], array.position_errors_m[i]
        rows.append(f"{antenna.pad},{antenna.name},{error[0]:.7f},{error[1]:.7f},{error[2]:.7f},simulated")
        true[antenna.name] = [float(x) for x in np.array(antenna.position_m) + error]
    table.write_text("\n".join(rows) + "\n")
    answer.write_text(json.dumps({"data": true, "metadata": {"product_code": "antposalma"}}, indent=1) + "\n")
