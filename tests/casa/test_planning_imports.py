"""Planning and listing a whole simulated ASDM stay clear of CASA and of all that is slow to import."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("casatools", "casatasks", "astropy", "numba", "matplotlib")
CALL = (
    "import sys\nfrom almared.cli.main import almared\n"
    "almared.main(sys.argv[1:], standalone_mode=False)\n"
    f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
)


@pytest.mark.casa
@pytest.mark.parametrize("verb", ["inspect", "plan"])
def test_no_casa_is_loaded(tiny_asdm: Path, tmp_path: Path, verb: str) -> None:
    place = shutil.copytree(tiny_asdm, tmp_path / tiny_asdm.name)
    command = [sys.executable, "-c", CALL, verb, str(place), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
