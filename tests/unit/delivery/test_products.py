"""Products of the imaging: how they are named, and whether they are complete."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from click.testing import CliRunner
from support.image_records import image_record, images_record

from almared.cli.commands.image import command
from almared.delivery.placement import logs_elsewhere, put_aside, unknown_names
from almared.delivery.products import product_faults
from almared.errors import PlanError
from almared.mous import read_mous
from almared.records.images import CubeChannels, write_images
from almared.stages.imaging import stage as image
from almared.stages.imaging.stage import ImagingOrder, order_of_mous


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A MOUS of a single execution block: stand-ins for its ASDM and its calibrated data."""
    place = tmp_path / "uid___A001_X1_X9"
    block = place / "Calibration_X2"
    (block / "uid___A002_X1_X2.ms.split.cal").mkdir(parents=True)
    (block / "uid___A002_X1_X2").mkdir()
    (block / "uid___A002_X1_X2" / "ASDM.xml").touch()
    (place / "mous.toml").write_text('uid = "uid://A001/X1/X9"\n')
    return place


def named(root: Path, name: str) -> None:
    (root / "mous.toml").write_text(f'uid = "uid://A001/X1/X9"\n[imaging]\npb_name = "{name}"\n')


def test_primary_beams_are_named_as_the_checklist_has_it_unless_said_otherwise(root: Path) -> None:
    assert order_of_mous(read_mous(root)).wishes.pb_name == "flux"
    named(root, "pb")
    assert order_of_mous(read_mous(root)).wishes.pb_name == "pb"


@pytest.mark.parametrize(("option", "name"), [((), "pb"), (("--pb-name", "flux"), "flux")])
def test_an_option_goes_over_the_settings(
    root: Path, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...], name: str
) -> None:
    named(root, "pb")
    asked: list[ImagingOrder] = []

    def choose(order: ImagingOrder) -> None:
        asked.append(order)
        raise PlanError("that is enough")

    monkeypatch.setattr(image, "choose_images", choose)
    CliRunner().invoke(command, [str(root), "--dry-run", *option])
    assert [order.wishes.pb_name for order in asked] == [name]


def record(root: Path, *, rest_hz: float | None = None) -> Path:
    """Let the record tell of one image, a cube when its line is given, and return where its files go."""
    place = root / "Imaging"
    place.mkdir(exist_ok=True)
    files = {"pbcor": "T.pbcor.fits", "pb": "T.flux.fits"}
    channels = CubeChannels(100, 100e9, 1e6, 3.0, rest_hz) if rest_hz else None
    write_images(place, images_record(image_record("T", files=files, channels=channels)))
    for name in files.values():
        write_fits(place / name)
    return place


def write_fits(path: Path, *, without: str = "", has_table: bool = False) -> None:
    cards: dict[str, object] = {
        "OBJECT": "T", "RADESYS": "ICRS", "CTYPE1": "RA---SIN", "CTYPE2": "DEC--SIN", "CTYPE3": "FREQ", "RESTFRQ": 1e11,
        "BUNIT": "Jy/beam", "BMAJ": 1e-4, "BMIN": 1e-4, "BPA": 0.0, "CDELT2": 1e-5,
    }  # fmt: skip
    parts = [fits.PrimaryHDU(np.zeros((1, 4, 4), dtype=np.float32))]
    parts[0].header.update({key: value for key, value in cards.items() if key not in without.split()})
    if has_table:
        parts[0].header["CASAMBM"] = True
        columns = [fits.Column(name=n, format="E", array=[1.0]) for n in ("BMAJ", "BMIN", "BPA")]
        parts.append(fits.BinTableHDU.from_columns(columns, name="BEAMS"))
    fits.HDUList(parts).writeto(path, overwrite=True)


def test_products_with_complete_headers_pass(root: Path) -> None:
    place = record(root)
    assert product_faults(read_mous(root)) == ()
    write_fits(place / "T.pbcor.fits", without="BMAJ BMIN BPA", has_table=True)
    assert product_faults(read_mous(root)) == ()


def test_what_headers_lack_and_files_that_are_none_are_told(root: Path) -> None:
    place = record(root)
    write_fits(place / "T.pbcor.fits", without="BMAJ BUNIT")
    write_fits(place / "T.flux.fits", without="OBJECT BUNIT BMAJ")
    assert product_faults(read_mous(root)) == (
        "the header of T.pbcor.fits lacks BUNIT, BMAJ", "the header of T.flux.fits lacks OBJECT",
    )  # fmt: skip
    (place / "T.flux.fits").write_bytes(b"SIMPLE")
    assert "not a FITS image" in product_faults(read_mous(root))[1]


def test_a_line_that_was_asked_for_has_a_cube_or_a_reason(root: Path) -> None:
    settings = root / "mous.toml"
    asked = settings.read_text() + '[[request.line]]\nname = "HCN_1-0"\nrest_frequency = "88.631847 GHz"\n'
    settings.write_text(asked)
    record(root, rest_hz=100e9)
    assert [fault[:31] for fault in product_faults(read_mous(root))] == ["no cube of HCN_1-0 was made, an"]
    record(root, rest_hz=88.6318e9)
    assert product_faults(read_mous(root)) == ()
    record(root)
    settings.write_text(f'{asked}[readme]\nmissing = {{ "HCN_1-0" = "outside the windows" }}\n')
    assert product_faults(read_mous(root)) == ()
    (root / "Imaging" / "images.json").unlink()
    assert product_faults(read_mous(root)) == ("images.json is missing, or names no image",)


def test_names_that_nobody_knows_and_logs_elsewhere_are_told(root: Path) -> None:
    block = root / "Calibration_X2"
    record(root)
    (block / "qa2").mkdir()
    assert unknown_names(read_mous(root)) == ("Calibration_X2/uid___A002_X1_X2.ms.split.cal",)
    (block / "uid___A002_X1_X2.ms.scriptForCalibration.py").write_text(
        'step_title = {0: "Split"}\nstep_makes = {0: ["uid___A002_X1_X2.ms.split.cal"]}\n'
        "thesteps = []\nmystep = 0\nif mystep in thesteps:\n    pass\n"
    )
    assert unknown_names(read_mous(root)) == ()
    (root / "Imaging" / "T_mine.pbcor.fits").touch()
    (block / "uid___A002_X1_X2.ms.tsys_old").mkdir()
    assert unknown_names(read_mous(root)) == (
        "Calibration_X2/uid___A002_X1_X2.ms.tsys_old",
        "Imaging/T_mine.pbcor.fits",
    )
    (root / "casapy-1.log").write_text("importasdm(asdm='uid___A002_X1_X2')\n")
    (block / "qa2" / "casapy-2.log").write_text("nothing\n")
    assert logs_elsewhere(read_mous(root)) == (
        "casapy-1.log is not taken: move it to Calibration_X2", "Calibration_X2/qa2/casapy-2.log is not taken",
    )  # fmt: skip


def test_logs_are_put_aside_and_none_is_lost(tmp_path: Path) -> None:
    log = tmp_path / "casa-1.log"
    for text in ("first", "second"):
        log.write_text(text)
        (moved,) = put_aside([log])
        assert moved.read_text() == text
        assert not log.exists()
    assert sorted(path.read_text() for path in (tmp_path / ".almared").rglob("casa-1.log*")) == ["first", "second"]
