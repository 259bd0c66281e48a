"""Copies for the combination: whole or not there, and made anew when the calibration ran anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from casacore.tables import default_ms, makecoldesc, table

from almared.errors import InputError, ResourceError
from almared.mous import Mous, read_mous
from almared.records.inputs import by_name, read_inputs
from almared.stages.combination import inputs as combine_inputs
from almared.stages.combination.inputs import calibrated_fingerprints, place_copies

UID = "uid___A001_X1_X4"
EBS = ("uid___A002_X1_X10", "uid___A002_X1_X20")
MADE = ("calibrated.ms", "calibrated.ms.listobs", "calibrated.ms.flagversions")


@pytest.fixture
def mous(tmp_path: Path) -> Mous:
    """A MOUS of two execution blocks that were calibrated by hand."""
    root = tmp_path / UID
    root.mkdir()
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X4"\n')
    for name in EBS:
        directory = root / f"Calibration_{name.rpartition('_')[2]}"
        (directory / name).mkdir(parents=True)
        (directory / name / "ASDM.xml").write_text("<ASDM/>")
        default_ms(str(directory / f"{name}.ms.split.cal")).close()
        (directory / f"{name}.ms.split.fluxscale").write_text("Flux density for J1 in SpW=0 is: 1.0 +/- 0.1\n")
    return read_mous(root)


def copies(mous: Mous) -> list[str]:
    """What is in the directory of the combination."""
    return sorted(path.name for path in mous.tree.combination.iterdir() if path.name != ".almared")


def change(path: Path) -> None:
    """Write to an MS as a calibration would."""
    file = path / "table.dat"
    file.write_bytes(file.read_bytes() + b" ")


def test_copies_are_real_and_whole(mous: Mous) -> None:
    assert place_copies(mous, should_scale=True) == tuple(f"{name}.ms.split.cal" for name in EBS)
    assert copies(mous) == [f"{name}.ms.split.{end}" for name in EBS for end in ("cal", "fluxscale")]
    for eb in mous.ebs:
        source, copy = (place / eb.products.calibrated for place in (eb.directory, mous.tree.combination))
        assert not copy.is_symlink()
        assert {p.name: p.stat().st_size for p in source.iterdir()} == {
            p.name: p.stat().st_size for p in copy.iterdir()
        }
    assert place_copies(mous, should_scale=True) == ()
    assert by_name(read_inputs(mous.tree.combination)) == by_name(calibrated_fingerprints(mous))


def test_new_calibration_is_copied_and_what_was_made_of_the_old_goes(mous: Mous) -> None:
    place_copies(mous, should_scale=True)
    for name in (*MADE, *(f"{eb}.ms.split.cal.{end}" for eb in EBS for end in ("ampli_inf", "flagversions"))):
        (mous.tree.combination / name).mkdir()
    first, second = (eb.calibrated for eb in mous.ebs)
    change(second)
    assert place_copies(mous, should_scale=True) == (second.name,)
    assert (mous.tree.combination / second.name / "table.dat").read_bytes() == (second / "table.dat").read_bytes()
    there = copies(mous)
    assert not set(MADE) & set(there)
    assert f"{first.name}.ampli_inf" in there
    assert f"{second.name}.ampli_inf" not in there
    assert f"{second.name}.flagversions" not in there


def test_copy_that_was_cut_short_is_made_anew(mous: Mous, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(source: str, target: Path) -> None:
        del source
        target.mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copytree", killed)
        with pytest.raises(KeyboardInterrupt):
            place_copies(mous, should_scale=True)
    assert not [name for name in copies(mous) if name.endswith(".cal")]
    assert len(place_copies(mous, should_scale=True)) == 2
    assert not [name for name in copies(mous) if name.endswith(".part")]


def test_scaled_copy_is_not_concatenated_without_scaling(mous: Mous) -> None:
    place_copies(mous, should_scale=True)
    copy = mous.tree.combination / mous.ebs[0].products.calibrated
    with table(str(copy), readonly=False, ack=False) as main:
        main.addcols(makecoldesc("CORRECTED_DATA", {"valueType": "complex", "ndim": 2}))
    (mous.tree.combination / f"{copy.name}.ampli_inf").mkdir()
    assert place_copies(mous, should_scale=True) == ()
    assert place_copies(mous, should_scale=False) == (copy.name,)
    assert place_copies(mous, should_scale=False) == ()


def test_calibration_that_is_not_done_is_not_combined(mous: Mous) -> None:
    shutil.rmtree(mous.ebs[1].directory / mous.ebs[1].products.calibrated)
    with pytest.raises(InputError, match="X20 has no calibrated MS") as caught:
        calibrated_fingerprints(mous)
    assert "almared run" in caught.value.repair
    script = mous.ebs[0].directory / mous.ebs[0].products.script
    script.write_text("step_title = {0: 'Import'}\nmystep = 0\nif mystep in thesteps:\n    pass\n")
    with pytest.raises(InputError, match="calibration of X10 is not done: step 0 it never ran"):
        place_copies(mous, should_scale=True)


def test_full_disk_is_told_before_anything_is_copied(mous: Mous, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combine_inputs, "size_on_disk", lambda path: 10**18)
    with pytest.raises(ResourceError, match=r"need 2200000000\.0 GB"):
        place_copies(mous, should_scale=True)
    assert copies(mous) == []


def test_link_that_a_reducer_made_is_replaced_by_a_copy_and_not_written_through(mous: Mous) -> None:
    source = mous.ebs[0].directory / mous.ebs[0].products.calibrated
    place_copies(mous, should_scale=True)
    shutil.rmtree(mous.tree.combination / source.name)
    os.symlink(source, mous.tree.combination / source.name)
    assert source.name in place_copies(mous, should_scale=True)
    assert not (mous.tree.combination / source.name).is_symlink()
    assert (source / "table.dat").is_file()
