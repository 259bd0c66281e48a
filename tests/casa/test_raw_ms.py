"""The cut of a real raw ALMA MS goes through Tsys table and a-priori apply: amplitudes scale by sqrt(Tsys_i Tsys_j)."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from support.places import REAL

from almared.formats import ms
from almared.formats.caltable import CalTable, read_caltable

pytestmark = pytest.mark.casa

ARCHIVE = REAL / "raw-ms" / "mssel_test_small.ms.tgz"
SPW, AVERAGE_SPW = 1, 2
CHILD = """
import os, sys
from pathlib import Path
os.chdir(sys.argv[1])
from almared.engine.configure import configure_casa
configure_casa(Path("casa.log").resolve())
from casatasks import applycal, gencal
gencal(vis="raw.ms", caltable="raw.ms.tsys", caltype="tsys")
applycal(vis="raw.ms", field="0,1", spw="1,2", gaintable=["raw.ms.tsys"], spwmap=[[0, 1, 1]], interp=["linear,linear"],
         gainfield=["0"], calwt=True, flagbackup=False)
"""


@dataclass(frozen=True)
class Applied:
    """The MS after the a-priori apply and its Tsys table."""

    ms: Path
    tsys: CalTable


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    if not ARCHIVE.exists():
        pytest.skip("ALMARED_REAL is absent")
    directory = tmp_path_factory.mktemp("raw")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(directory, filter="data")
    (directory / "mssel_test_small.ms").rename(directory / "raw.ms")
    subprocess.run([sys.executable, "-c", CHILD, str(directory)], check=True, capture_output=True, timeout=300)
    return Applied(directory / "raw.ms", read_caltable(directory / "raw.ms.tsys"))


def tsys_by_antenna(applied: Applied) -> dict[int, np.ndarray]:
    """Return the spectra of the one Tsys measurement, K, shape (frequency, receptor), straight from SYSCAL."""
    with table(str(applied.ms / "SYSCAL"), ack=False) as syscal:
        ids, spws = syscal.getcol("ANTENNA_ID"), syscal.getcol("SPECTRAL_WINDOW_ID")
        spectra = syscal.getcol("TSYS_SPECTRUM")
    assert set(spws) == {SPW}
    return {int(n): spectrum.astype(np.float64) for n, spectrum in zip(ids, spectra, strict=True)}


def test_tsys_table_holds_the_recorded_spectra(applied: Applied) -> None:
    recorded = tsys_by_antenna(applied)
    rows = applied.tsys.of_spw(SPW)
    assert rows.kind == "B TSYS"
    good = {int(n) for n, flag in zip(rows.antenna1, rows.flag, strict=True) if not flag.all()}
    assert good == set(recorded)
    for number, param, flag in zip(rows.antenna1, rows.param, rows.flag, strict=True):
        if number in good:
            assert np.array_equal(param[~flag], recorded[int(number)][~flag])


def test_amplitudes_scale_by_the_root_of_the_tsys_product(applied: Applied) -> None:
    tsys = tsys_by_antenna(applied)
    n_checked = 0
    with table(str(applied.ms), ack=False) as main:
        chosen = main.query(f"DATA_DESC_ID=={SPW} && ANTENNA1!=ANTENNA2")
        raw, calibrated, flags = (chosen.getcol(name) for name in ("DATA", "CORRECTED_DATA", "FLAG"))
        first, second, scans = (chosen.getcol(name) for name in ("ANTENNA1", "ANTENNA2", "SCAN_NUMBER"))
        chosen.close()
    assert set(scans) == {1, 3}
    for n in range(len(raw)):
        one, other = tsys[int(first[n])], tsys[int(second[n])]
        # correlations XX XY YX YY: receptor of the first antenna, then of the second
        expected = np.sqrt(one[:, [0, 0, 1, 1]] * other[:, [0, 1, 0, 1]])
        good = ~flags[n] & (np.abs(raw[n]) > 0)
        ratio = calibrated[n][good] / raw[n][good]
        assert np.abs(ratio / expected[good] - 1).max(initial=0.0) < 1e-5
        n_checked += int(good.sum())
    assert n_checked > 10_000


def test_channel_averages_use_the_mapped_window(applied: Applied) -> None:
    tsys = tsys_by_antenna(applied)
    with table(str(applied.ms), ack=False) as main:
        chosen = main.query(f"DATA_DESC_ID=={AVERAGE_SPW} && ANTENNA1!=ANTENNA2")
        raw, calibrated, flags = (chosen.getcol(name) for name in ("DATA", "CORRECTED_DATA", "FLAG"))
        first, second = (chosen.getcol(name) for name in ("ANTENNA1", "ANTENNA2"))
        chosen.close()
    good = ~flags[:, 0, 0] & (np.abs(raw[:, 0, 0]) > 0)
    assert good.any()
    ratio = np.abs(calibrated[good, 0, 0] / raw[good, 0, 0])
    centre = {n: np.median(spectrum[:, 0]) for n, spectrum in tsys.items()}
    expected = [np.sqrt(centre[int(a)] * centre[int(b)]) for a, b in zip(first[good], second[good], strict=True)]
    assert ratio == pytest.approx(expected, rel=0.1)  # the spectra are flat to 10 % in the middle


def test_facts_of_the_real_ms(applied: Applied) -> None:
    facts = ms.read_execution_block(applied.ms)
    assert facts.uid == "uid://A002/X8ca70c/X5"
    assert len(facts.tsys) == 13
    recorded = tsys_by_antenna(applied)
    for record in facts.tsys:
        inner = recorded[record.antenna_id][8:-8]
        assert record.median_tsys_k == pytest.approx(tuple(np.median(inner, axis=0)))
