"""Imported measures are those that CASA uses; and what a date beyond their tables does is what the plan says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from support.measures import write_measures

from almared.basics.times import DAY_S
from almared.formats.measures import casadata_path
from almared.records.journal import Journal

Command = Callable[..., subprocess.CompletedProcess[str]]
UT1 = (
    "from casatools import measures, quanta\n"
    "import sys\n"
    "me, qa = measures(), quanta()\n"
    "epoch = me.epoch('UTC', qa.quantity(float(sys.argv[1]), 'd'))\n"
    "me.doframe(me.observatory('ALMA'))\nme.doframe(epoch)\n"
    "print((me.measure(epoch, 'UT1')['m0']['value'] - float(sys.argv[1])) * 86400)\n"
)


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, almared: Command) -> Callable[[Path], None]:
    """Imports measures into an empty place, for this test alone."""
    monkeypatch.setenv("ALMARED_MEASURES", str(tmp_path / "kept"))

    def do(measures: Path) -> None:
        almared("measures", "--import", measures)

    return do


def uvw_of(ms: Path) -> np.ndarray:
    with table(str(ms), ack=False) as rows:
        return np.asarray(rows.getcol("UVW"))


@pytest.mark.casa
def test_casa_computes_with_the_imported_measures(
    tmp_path: Path, imported: Callable[[Path], None], casa_child: Command, almared: Command
) -> None:
    imported(write_measures(tmp_path / "measures", final=61000, last=61100, ut1_s=0.3))
    for mjd, expected in ((60900.5, 0.3), (61050.5, 0.3), (61099.9, 0.3), (61100.5, 0.0)):
        found = float(casa_child(UT1, mjd, cwd=tmp_path).stdout.split()[-1])
        assert found == pytest.approx(expected, abs=1e-5), mjd
    verdicts = json.loads(almared("doctor", "--json", cwd=tmp_path).stdout)["verdicts"]
    found = {verdict["subject"]: verdict["found"] for verdict in verdicts}
    assert "measures of 2026-11-30" in found["measures data"]
    assert "known until 2026-03-01" in found["Earth orientation"]
    almared("measures", "--reset")
    assert json.loads(almared("measures", "--json").stdout)["path"] == str(casadata_path())


@pytest.mark.casa
def test_a_date_beyond_the_tables_turns_uvw_by_what_the_plan_says(
    tmp_path: Path, imported: Callable[[Path], None], tiny_run: Path, tiny_asdm: Path, almared: Command
) -> None:
    """Truth is the import with the final values of casadata."""
    ms = next(tiny_run.glob("uid___*.ms"))
    right = uvw_of(ms)
    with table(str(ms), ack=False) as rows:
        mjd = rows.getcell("TIME", 0) / DAY_S
    with table(str(casadata_path() / "geodetic" / "IERSeop97"), ack=False) as rows:
        ut1_s = float(np.interp(mjd, rows.getcol("MJD"), rows.getcol("dUT1")))
    place = tmp_path / tiny_asdm.name
    shutil.copytree(tiny_asdm, place)
    last = int(mjd) - 1
    imported(write_measures(tmp_path / "measures", first=last - 2000, final=last - 100, last=last, ut1_s=ut1_s))
    (warning,) = [text for text in json.loads(almared("plan", place, "--json").stdout)["warnings"] if "beyond" in text]
    said = re.search(r"UT1 is off by up to (\d+) ms, ([\d.]+) arcsec", warning)
    assert said, warning
    almared("run", place, "--steps", "0", cwd=tmp_path)
    wrong = uvw_of(next(tmp_path.glob("uid___*.ms")))
    turned = np.linalg.norm(wrong - right, axis=1) / np.maximum(np.linalg.norm(right, axis=1), 1.0)
    found_arcsec = np.degrees(np.percentile(turned, 99)) * 3600
    assert found_arcsec > 0.3 * 15.041 * abs(ut1_s)
    assert found_arcsec < float(said[2])
    (begin,) = [entry for entry in Journal(tmp_path).entries() if entry.event == "step-begin"]
    assert begin.data["measures"] == "measures of 2026-11-30 (IERS 2026-11-30)"
