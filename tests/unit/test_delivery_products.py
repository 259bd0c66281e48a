"""Products of the imaging: how they are named, and whether they are complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from almared.cli.image import command
from almared.errors import PlanError
from almared.mous import read_mous
from almared.stages import image
from almared.stages.image import ImagingOrder, order_of_mous


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
