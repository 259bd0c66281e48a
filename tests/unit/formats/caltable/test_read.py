"""Real calibration tables of the SMA read as arrays; broken ones refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table

from almared.errors import InputError
from almared.formats.caltable import read_caltable


@pytest.mark.parametrize(
    ("name", "kind", "shape", "is_complex"),
    [
        ("sma.ms.bcal", "B Jones", (108, 512, 2), True),
        ("sma.ms.pha.gcal", "G Jones", (1080, 1, 2), True),
        ("sma.ms.amp.gcal", "G Jones", (7884, 1, 2), True),
        ("sma.ms.dcal", "K Jones", (108, 1, 2), False),
    ],
)
def test_tables_are_read_whole(sma: Path, name: str, kind: str, shape: tuple[int, ...], is_complex: bool) -> None:
    found = read_caltable(sma / name)
    assert (found.kind, found.param.shape, np.iscomplexobj(found.param)) == (kind, shape, is_complex)
    with table(str(sma / name), ack=False) as tab:
        for row in (0, 17, shape[0] - 1):
            assert np.array_equal(found.param[row], tab.getcell("CPARAM" if is_complex else "FPARAM", row))
            assert np.array_equal(found.flag[row], tab.getcell("FLAG", row))
            assert np.array_equal(found.snr[row], tab.getcell("SNR", row), equal_nan=True)
            assert found.spw_id[row] == tab.getcell("SPECTRAL_WINDOW_ID", row)
            assert found.antenna1[row] == tab.getcell("ANTENNA1", row)
            assert found.time_mjd_s[row] == tab.getcell("TIME", row)
            assert found.scan[row] == tab.getcell("SCAN_NUMBER", row)
    assert np.isnan(found.weight).all()  # these tables have none


def test_rows_are_selected(sma: Path) -> None:
    found = read_caltable(sma / "sma.ms.bcal")
    assert found.spw_ids == tuple(range(12))
    assert found.antenna_names[:3] == ("", "Ant1", "Ant2")
    one = found.of_spw(3)
    assert len(one) == 9
    assert set(one.spw_id) == {3}
    antenna = one.of_antenna("Ant2")
    assert antenna.antenna1.tolist() == [2]
    assert len(found.of_antenna("DA41")) == 0
    assert found.frequencies_hz[3].shape == (512,)
    assert np.isnan(antenna.masked()[antenna.flag]).all()
    assert np.array_equal(antenna.masked()[~antenna.flag], antenna.param[~antenna.flag])


def test_bandpass_is_normalised(sma: Path) -> None:
    found = read_caltable(sma / "sma.ms.bcal")
    for spw in found.spw_ids:
        amplitude = np.abs(found.of_spw(spw).masked())
        with np.errstate(invalid="ignore"):
            good = [row[np.isfinite(row)] for row in np.moveaxis(amplitude, 2, 1).reshape(-1, 512)]
        rms = np.array([np.sqrt(np.mean(row**2)) for row in good if row.size])
        assert rms.size > 0
        assert np.abs(rms - 1).max() < 1e-5  # solnorm


def test_windows_of_different_width_are_padded(sma: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(sma / "sma.ms.bcal", tmp_path / "mixed.bcal"))
    with table(str(path), readonly=False, ack=False) as tab:
        for row in np.flatnonzero(tab.getcol("SPECTRAL_WINDOW_ID") == 11):
            for name in ("CPARAM", "PARAMERR", "FLAG", "SNR"):
                tab.putcell(name, row, tab.getcell(name, row)[:100])
    whole, mixed = read_caltable(sma / "sma.ms.bcal"), read_caltable(path)
    rows = mixed.spw_id == 11
    assert set(mixed.n_channels[rows]) == {100}
    assert mixed.flag[rows][:, 100:].all()
    assert np.isnan(mixed.param[rows][:, 100:]).all()
    assert mixed.of_spw(11).param.shape == (9, 100, 2)
    assert np.array_equal(mixed.of_spw(11).param, whole.of_spw(11).param[:, :100])
    assert np.array_equal(mixed.of_spw(0).param, whole.of_spw(0).param)


def test_what_is_no_calibration_table_is_refused(sma: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_caltable(tmp_path / "nothing")
    with pytest.raises(InputError, match="not a calibration table"):
        read_caltable(sma / "sma.ms.bcal" / "ANTENNA")
    broken = Path(shutil.copytree(sma / "sma.ms.bcal", tmp_path / "broken"))
    (broken / "table.f0").write_bytes((broken / "table.f0").read_bytes()[:300])
    with pytest.raises(InputError, match="cannot be read"):
        read_caltable(broken)
