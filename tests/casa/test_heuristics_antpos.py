"""Offsets from absolute positions are those that CASA's own gencal takes from the same file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table

from almared.formats.asdm import read_execution_block
from almared.formats.catalogues.antpos import read_positions
from almared.heuristics.calibration.antpos import choose_position_offsets

pytestmark = pytest.mark.casa

GENCAL = """
import json, sys
from casatasks import gencal
vis, answer, ours = sys.argv[1:]
gencal(vis=vis, caltable='casa.antpos', caltype='antpos', infile=answer)
gencal(vis=vis, caltable='ours.antpos', caltype='antpos', **json.loads(ours))
"""


def offsets_in(caltable: Path) -> dict[int, np.ndarray]:
    with table(str(caltable), ack=False) as rows:
        return {row["ANTENNA1"]: row["FPARAM"].ravel() for row in rows}


def test_offsets_are_those_of_gencal(tiny_run: Path, tiny_asdm: Path, casa_child: Any, tmp_path: Path) -> None:
    eb = read_execution_block(tiny_asdm)
    moves = {0: (1e-3, -2e-3, 5e-4), 2: (0.0, 3e-4, -7e-4)}
    data = {eb.antennas[n].name: np.add(eb.antennas[n].position_m, move).tolist() for n, move in moves.items()}
    answer = tmp_path / "antpos.json"
    answer.write_text(json.dumps({"data": data, "metadata": {"product_code": "antposalma"}}))
    chosen = choose_position_offsets(eb, read_positions(answer)).value
    ours = {"antenna": ",".join(name for name, _ in chosen), "parameter": [x for _, offset in chosen for x in offset]}
    casa_child(GENCAL, tiny_run / eb.ms_name, answer, json.dumps(ours), cwd=tmp_path)
    theirs, mine = offsets_in(tmp_path / "casa.antpos"), offsets_in(tmp_path / "ours.antpos")
    for n, move in moves.items():
        # The MS holds positions as CASA computed them from pad and offset: ours from the ASDM differ by rounding.
        np.testing.assert_allclose(mine[n], theirs[n], atol=1e-6)
        np.testing.assert_allclose(mine[n], move, atol=1e-6)
