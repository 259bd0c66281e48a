"""The old call for the fluxes of a MOUS: what it refuses, each with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from almared import es
from almared.errors import InputError, PlanError

EBS = ("uid___A002_X1_X10", "uid___A002_X1_X20")


@pytest.fixture
def combination(tmp_path: Path) -> Path:
    """The directory of the combination of a MOUS of two execution blocks, where the old call was made."""
    root = tmp_path / "uid___A001_X1_X4"
    for name in EBS:
        asdm = root / f"Calibration_{name.rpartition('_')[2]}" / name
        asdm.mkdir(parents=True)
        (asdm / "ASDM.xml").write_text("<ASDM/>")
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X4"\n')
    (root / "Combination" / "calibrated").mkdir(parents=True)
    return root / "Combination" / "calibrated"


@pytest.mark.parametrize(
    ("step", "command"),
    [("wvr", "almared plan"), ("imaging", "almared image"), ("all", "almared reduce"), ("calsurvey", "almared plan"),
     ("softreg", "almared demo"), ("SDcalib", "almared --help")],
)  # fmt: skip
def test_other_steps_name_the_command_of_today(step: str, command: str) -> None:
    with pytest.raises(PlanError, match=step) as caught:
        es.generateReducScript("uid___A002_X1_X10", step=step)
    assert command in caught.value.repair


@pytest.mark.parametrize("names", [EBS[:1], (EBS[0], EBS[0]), (*EBS, "uid___A002_X1_X30")])
def test_all_execution_blocks_must_be_named(
    combination: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    monkeypatch.chdir(combination)
    with pytest.raises(InputError, match="not all execution blocks") as caught:
        es.generateReducScript([f"{name}.ms.split.cal" for name in names], step="fluxcal")
    assert f"name {EBS[0]}, {EBS[1]}" in caught.value.repair


def test_what_is_not_calibrated_is_told(combination: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(combination)
    with pytest.raises(InputError, match="X10 has no calibrated MS"):
        es.generateReducScript([f"{name}.ms.split.cal" for name in EBS], step="fluxcal")
    assert not list(combination.iterdir())


def test_options_of_a_calibration_are_refused(combination: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(combination)
    with pytest.raises(PlanError, match="lowSNR"):
        es.generateReducScript([f"{name}.ms.split.cal" for name in EBS], step="fluxcal", lowSNR=True)
