"""Execution blocks brought to one scale by CASA: the scale against the truth, edits, new calibrations, pointings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command

from almared.formats.fluxtable import read_fluxes, write_fluxes

pytestmark = pytest.mark.casa

UID = "uid___A001_Xe1_X4"
FLUX_CALIBRATOR = "J0519-4546"
PHASE, PHASE_JY, PHASE_ALPHA = "J0440-2245", 0.8, -0.6
TRUE_JY, TRUE_GHZ, TRUE_ALPHA = 1.2, 97.5, -0.3
ARCSEC = np.pi / 180 / 3600


def true_flux(hertz: float) -> float:
    """Flux of the phase calibrator as the scenario has it."""
    return float(PHASE_JY * (hertz / TRUE_GHZ / 1e9) ** PHASE_ALPHA)


def calibrate(almared: Command, root: Path, factors: tuple[float, float]) -> None:
    """Calibrate both execution blocks with models of the flux calibrator that are off by factors."""
    for directory, factor in zip(sorted(root.glob("Calibration_*")), factors, strict=True):
        (asdm,) = (path for path in directory.iterdir() if (path / "ASDM.xml").is_file())
        flux = f"{FLUX_CALIBRATOR}={TRUE_JY * factor:.5f}@{TRUE_GHZ},{TRUE_ALPHA}"
        antpos = asdm.resolve().parent / "antennapos.csv"
        almared("plan", asdm, "--flux", flux, "--antpos", antpos)
        almared("run", asdm)


@pytest.fixture(scope="module")
def mous(almared: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MOUS of two execution blocks whose flux models are 5 % too high and 5 % too low, combined."""
    place = tmp_path_factory.mktemp("mous")
    almared("simulate", "tiny-mous", "--out", place / "raw", "--seed", 7)
    almared("prepare", UID, *sorted((place / "raw").glob("uid*/uid*")), "--out", place)
    calibrate(almared, place / UID, (1.05, 0.95))
    almared("combine", place / UID)
    return place / UID


def scales(ms: Path) -> Iterator[tuple[int, float, float]]:
    """Yield execution, frequency (Hz) and mean amplitude (Jy) of the phase calibrator in each window."""
    with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as windows, table(str(ms / "FIELD"), ack=False) as fields:
        field = fields.getcol("NAME").index(PHASE)
        frequencies = [float(windows.getcell("CHAN_FREQ", row).mean()) for row in range(windows.nrows())]
    with table(str(ms), ack=False) as main:
        column = "CORRECTED_DATA" if "CORRECTED_DATA" in main.colnames() else "DATA"
        keys = list(zip(main.getcol("OBSERVATION_ID"), main.getcol("DATA_DESC_ID"), strict=True))
        for observation, description in dict.fromkeys(keys):
            of_calibrator = f"FIELD_ID=={field} && ANTENNA1!=ANTENNA2"
            rows = main.query(f"OBSERVATION_ID=={observation} && DATA_DESC_ID=={description} && {of_calibrator}")
            if rows.nrows():
                data = rows.getcol(column)[~rows.getcol("FLAG")]
                yield int(observation), frequencies[description], float(abs(data.mean()))
            rows.close()


def ratios(ms: Path) -> dict[int, np.ndarray[Any, Any]]:
    """Return per execution the amplitudes over the truth, by window."""
    found: dict[int, list[float]] = {}
    for observation, hertz, amplitude in sorted(scales(ms)):
        found.setdefault(observation, []).append(amplitude / true_flux(hertz))
    return {key: np.array(values) for key, values in found.items()}


def document(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "Combination/calibrated/combination.json").read_text())
    return found


def test_five_percent_up_and_down_meet_at_the_truth(mous: Path) -> None:
    found = ratios(mous / "Combination/calibrated/calibrated.ms")
    before = [ratios(next(mous.glob(f"Calibration_{name}/*.split.cal")))[0].mean() for name in ("X10", "X20")]
    assert before == pytest.approx([1.05, 0.95], abs=0.01)
    assert found[0] == pytest.approx(found[1], rel=0.01)
    assert [float(values.mean()) for values in found.values()] == pytest.approx([1.0, 1.0], abs=0.01)
    warnings = document(mous)["warnings"]
    assert any("days apart" in text for text in warnings)
    assert any("varies more than its errors" in text for text in warnings)


def test_windows_at_other_doppler_settings_are_found_to_belong_together(mous: Path) -> None:
    contents = document(mous)["contents"]
    assert contents["windows"] == contents["windows_expected"]
    assert contents["fields"] == contents["fields_expected"] == 5
    assert contents["datacolumn"] == "corrected"
    assert len(contents["science_windows"]) == 8
    assert sorted(len(group["spw_ids"]) for group in contents["spw_groups"]) == [2, 2, 2, 2]
    for group in contents["spw_groups"]:
        apart = max(group["frequencies_ghz"]) - min(group["frequencies_ghz"])
        assert 0 < apart < 1e-3
    (finding,) = contents["findings"]
    assert "Doppler" in finding


def test_nothing_is_done_again_and_the_calibration_is_not_touched(almared: Command, mous: Path) -> None:
    directory = mous / "Combination/calibrated"
    logs = sorted(directory.glob("casa-*.log"))
    assert "Everything is done" in almared("combine", mous).stdout
    assert sorted(directory.glob("casa-*.log")) == logs
    for path in mous.glob("Calibration_*/*.split.cal"):
        with table(str(path), ack=False) as main:
            assert not {"CORRECTED_DATA", "MODEL_DATA"} & set(main.colnames())


def test_a_catalogue_stands_beside_what_was_measured(almared: Command, mous: Path, tmp_path: Path) -> None:
    """A catalogue of the truth: each execution block is off by what its flux model was."""
    catalogue = tmp_path / "measured.csv"
    name = document(mous)["fluxes"][0]["source"]
    rows = [f"{name},{ghz},{true_flux(ghz * 1e9)},{0.001 * true_flux(ghz * 1e9)},2023-03-05" for ghz in (93.0, 337.5)]
    catalogue.write_text("\n".join(["name,frequency_ghz,flux_jy,error_jy,date", *rows]))
    told = json.loads(almared("combine", mous, "--dry-run", "--json", "--catalogue", catalogue).stdout)
    for flux in told["fluxes"]:
        expected = [own["catalogue"]["flux_jy"] for own in flux["own"]]
        assert expected == pytest.approx([true_flux(flux["frequency_ghz"] * 1e9)] * 2, rel=1e-4)
        assert [own["flux_jy"] for own in flux["own"]] == pytest.approx(np.array([1.05, 0.95]) * expected[0], rel=0.015)
    off = [text for text in told["warnings"] if "off what the catalogue expects" in text]
    assert [text.partition(" is ")[2][:3] for text in off] == ["+5 ", "-5 "]
    assert "catalogue" in almared("combine", mous, "--dry-run", "--catalogue", catalogue).stdout


def test_edited_table_makes_the_script_and_the_data(almared: Command, mous: Path) -> None:
    directory = mous / "Combination/calibrated"
    path = directory / "allFluxes.txt"
    before = path.read_text()
    write_fluxes(path, [replace(r, used_jy=2 * true_flux(r.frequency_ghz * 1e9)) for r in read_fluxes(path)])
    edited = path.read_text()
    # The script of the table before does not run with another.
    failed = almared("run", directory, "--steps", "0", code=6)
    assert "was edited since this script" in failed.stderr
    almared("combine", mous)
    assert path.read_text() == edited
    found = ratios(directory / "calibrated.ms")
    assert np.concatenate(list(found.values())) == pytest.approx(2.0, abs=0.02)
    path.write_text(before)
    almared("combine", mous)


def test_new_calibration_is_copied_averaged_and_told(almared: Command, mous: Path) -> None:
    calibrate(almared, mous, (1.10, 1.00))
    told = json.loads(almared("combine", mous, "--json").stdout)
    found = ratios(mous / "Combination/calibrated/calibrated.ms")
    assert found[0] == pytest.approx(found[1], rel=0.01)
    assert [float(values.mean()) for values in found.values()] == pytest.approx([1.05, 1.05], rel=0.01)
    assert any("varies more than its errors" in text for text in told["warnings"])


def test_without_scaling_each_keeps_its_scale(almared: Command, mous: Path) -> None:
    almared("combine", mous, "--no-scale")
    found = ratios(mous / "Combination/calibrated/calibrated.ms")
    assert [float(values.mean()) for values in found.values()] == pytest.approx([1.10, 1.00], abs=0.01)
    assert document(mous)["contents"]["datacolumn"] == "data"


def by_hand(mous: Path, root: Path, *, shift_arcsec: float) -> Path:
    """Return a MOUS of the same data, calibrated by hand: two pointings of one name, moved between the days."""
    for number, source in enumerate(sorted(mous.glob("Calibration_*"))):
        directory = root / UID / source.name
        (asdm,) = (path for path in source.iterdir() if (path / "ASDM.xml").is_file())
        (directory / asdm.name).mkdir(parents=True)
        (directory / asdm.name / "ASDM.xml").write_text("<ASDM/>")
        (path,) = source.glob("*.split.cal")
        shutil.copytree(path, directory / path.name)
        with table(str(directory / path.name / "FIELD"), readonly=False, ack=False) as fields:
            place = fields.getcell("PHASE_DIR", 4)
            for row, north in ((3, 0.0), (4, 20.0)):
                fields.putcell("NAME", row, "Mosaic")
                moved = place + np.array([[0.0, (north + number * shift_arcsec) * ARCSEC]])
                for name in ("PHASE_DIR", "REFERENCE_DIR", "DELAY_DIR"):
                    fields.putcell(name, row, moved)
    (root / UID / "mous.toml").write_text('uid = "uid://A001/Xe1/X4"\n')
    return root / UID


@pytest.mark.parametrize(("options", "fields"), [((), 5), (("--dirtol", "0.01"), 7)])
def test_repeated_pointings_become_one_field(
    almared: Command, mous: Path, tmp_path: Path, options: tuple[str, ...], fields: int
) -> None:
    root = by_hand(mous, tmp_path, shift_arcsec=0.2)
    told = json.loads(almared("combine", root, "--no-scale", "--json", *options).stdout)
    assert told["contents"]["fields"] == told["contents"]["fields_expected"] == fields
    assert (told["dirtol_arcsec"] == pytest.approx(0.3)) is not bool(options)


def test_rows_of_one_setting_are_given_one_window(almared: Command, mous: Path, tmp_path: Path) -> None:
    root = by_hand(mous, tmp_path, shift_arcsec=0.0)
    first, second = sorted(root.glob("Calibration_*/*.split.cal"))
    # Without Doppler setting the windows of both days are the same, those of Tsys and of the targets too.
    shutil.rmtree(second / "SPECTRAL_WINDOW")
    shutil.copytree(first / "SPECTRAL_WINDOW", second / "SPECTRAL_WINDOW")
    contents = json.loads(almared("combine", root, "--no-scale", "--json").stdout)["contents"]
    assert contents["science_windows"] == [17, 19, 21, 23]
    assert contents["windows"] == contents["windows_expected"] == 25
    assert contents["findings"] == []
    with table(str(root / "Combination/calibrated/calibrated.ms"), ack=False) as main:
        assert set(main.getcol("DATA_DESC_ID")) == {17, 19, 21, 23}
        n_rows = main.nrows()
    assert n_rows == sum(rows_of(path) for path in (first, second))
    log = next((root / "Combination/calibrated").glob("casa-*.log")).read_text()
    assert "rows of window 1 are given to window 17" in log


def rows_of(ms: Path) -> int:
    """Return the number of rows of an MS."""
    with table(str(ms), ack=False) as main:
        return int(main.nrows())
