"""The estimated needs against what a run of the tiny execution block left on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from casacore.tables import table

from almared.formats.asdm import read_execution_block
from almared.heuristics.calibration.spws import choose_calibration_spws
from almared.heuristics.resources import estimate_resources, measure_size

pytestmark = pytest.mark.casa


def on_disk(path: Path) -> int:
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def test_counts_and_disk_are_those_of_the_run(tiny_run: Path, tiny_asdm: Path) -> None:
    eb = read_execution_block(tiny_asdm)
    spws = choose_calibration_spws(eb).value
    ms = tiny_run / eb.ms_name
    for place, selected in ((ms, None), (ms.with_suffix(".ms.split"), spws)):
        size = measure_size(eb, selected)
        with table(str(place), ack=False) as main:
            assert main.nrows() == size.rows
            assert sum(row["DATA"].size for row in main) == size.visibilities
    needs = {n.step: n for n in estimate_resources(eb, spws)}
    made = {(0, 7): ms, (8, 11, 17): ms.with_suffix(".ms.split"), (18,): ms.with_suffix(".ms.split.cal")}
    for steps, place in made.items():
        estimated = sum(needs[n].disk_bytes for n in steps)
        assert 0.7 * on_disk(place) < estimated < 1.3 * on_disk(place), place.name
