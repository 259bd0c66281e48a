"""What killed processes leave behind is removed; what others need stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from almared.records.products import remove_scratch


def test_what_dead_processes_left_goes_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = [f"TempLattice{os.getpid()}_3", "TempLattice", f"my_TempLattice{gone.pid}_3", f"{gone.pid}_3"]
    for name in (
        *kept,
        f"TempLattice{gone.pid}_11",
        f"TempLattice{gone.pid}_50",
        "IMAGING_WEIGHT_600_norm_0.5_interp_1",
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.dat").touch()
    remove_scratch(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
