"""``almared prepare``: the tree, what is refused, and that nothing is ever overwritten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.tiny_eb import antennas, contents, execution_block, write_asdm

from almared.cli.commands.prepare import command
from almared.errors import AlmaredError, AsdmError, InputError, RunError
from almared.heuristics.part import choose_part
from almared.mous import read_mous
from almared.names import Uid
from almared.stages.preparation.prepare import move_across

UID = "uid://A001/X13e/X1fe"
NAME = "uid___A001_X13e_X1fe"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three execution blocks, the uids of two of which end alike; not to be changed."""
    place = tmp_path_factory.mktemp("archive")
    for uid in ("uid://A002/Xabc/X1f", "uid://A002/Xabc/X2f", "uid://A002/Xdef/X1f"):
        name = Uid.parse(uid).file_name
        write_asdm(place / name, contents(execution_block(uid=uid, name=name)))
    return place


def prepare(*arguments: object, code: int = 0) -> str:
    """Call the command; return what it printed, or what its error says."""
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if isinstance(done.exception, AlmaredError):
        assert done.exception.exit_code == code, done.exception
        return str(done.exception)
    assert done.exit_code == code, done.output
    return done.output


def contents_of(root: Path) -> dict[str, str]:
    """Return the paths below a directory, with the targets of links and the texts of files."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if ".almared" not in name:
            found[name] = (
                path.readlink().as_posix() if path.is_symlink() else path.read_text() if path.is_file() else ""
            )
    return found


def test_the_tree_is_made_and_read_back(archive: Path, tmp_path: Path) -> None:
    asdms = [archive / "uid___A002_Xabc_X1f", archive / "uid___A002_Xabc_X2f"]
    prepare(UID, *asdms, "--out", tmp_path, "--sb-name", "SgrB2_a_03_TE")
    root = tmp_path / NAME
    mous = read_mous(root)
    assert [eb.directory.name for eb in mous.ebs] == ["Calibration_X1f", "Calibration_X2f"]
    assert [eb.asdm.resolve() for eb in mous.ebs] == asdms
    assert not any(eb.asdm.readlink().is_absolute() for eb in mous.ebs)
    assert (mous.settings.uid, mous.settings.part) == (UID, "extended")
    assert mous.settings.project.sb_name == "SgrB2_a_03_TE"
    assert (root / "Combination" / "calibrated").is_dir()
    assert (root / "Imaging").is_dir()


def test_the_area_for_work_is_a_setting(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMARED_WORK", str(tmp_path / "area"))
    prepare(UID, archive / "uid___A002_Xabc_X1f", "--list")
    assert not (tmp_path / "area").exists()
    prepare(UID, archive / "uid___A002_Xabc_X1f")
    prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path / "other")
    assert [path.parent.name for path in sorted(tmp_path.glob("*/*/mous.toml"))] == [Uid.parse(UID).file_name] * 2


def test_too_little_room_is_told_before_anything_is_written(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    told = prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path, "--list")
    assert "warning: the reduction needs about" in told
    assert "1.0 kB are free" in told


def test_a_single_execution_block_has_no_combination_until_a_second_is_added(archive: Path, tmp_path: Path) -> None:
    prepare(NAME, archive / "uid___A002_Xabc_X1f", "--out", tmp_path)
    assert not (tmp_path / NAME / "Combination").exists()
    before = contents_of(tmp_path)
    both = [archive / "uid___A002_Xabc_X1f", archive / "uid___A002_Xabc_X2f"]
    prepare(NAME, *both, "--out", tmp_path)
    after = contents_of(tmp_path)
    assert before.items() <= after.items()
    assert f"{NAME}/Combination/calibrated" in after
    told = prepare(NAME, *both, "--out", tmp_path)
    assert "nothing to do" in told
    assert contents_of(tmp_path) == after


def test_adding_only_the_second_makes_the_combination_too(archive: Path, tmp_path: Path) -> None:
    prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path)
    prepare(UID, archive / "uid___A002_Xabc_X2f", "--out", tmp_path)
    assert read_mous(tmp_path / NAME).is_combined
    assert (tmp_path / NAME / "Combination" / "calibrated").is_dir()


@pytest.mark.parametrize("is_together", [True, False])
def test_uids_that_end_alike_get_directories_of_their_own(archive: Path, tmp_path: Path, is_together: bool) -> None:
    asdms = [archive / "uid___A002_Xabc_X1f", archive / "uid___A002_Xdef_X1f"]
    for call in [asdms] if is_together else [asdms[:1], asdms[1:], asdms]:
        prepare(UID, *call, "--out", tmp_path)
    ebs = read_mous(tmp_path / NAME).ebs
    assert {eb.directory.name: str(eb.uid) for eb in ebs} == {
        "Calibration_X1f": "uid://A002/Xabc/X1f",
        "Calibration_Xdef_X1f": "uid://A002/Xdef/X1f",
    }


def test_nothing_is_written_by_a_dry_run(archive: Path, tmp_path: Path) -> None:
    told = prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path, "--list")
    assert "would link" in told
    assert "5 antennas of 7+12 m" in told
    assert list(tmp_path.iterdir()) == []


def test_a_broken_asdm_stops_the_command_by_its_name_before_anything_is_written(archive: Path, tmp_path: Path) -> None:
    cut, gone = tmp_path / "cut", tmp_path / "gone"
    for place in (cut, gone):
        shutil.copytree(archive / "uid___A002_Xabc_X2f", place / "uid___A002_Xabc_X2f")
    binary = next((cut / "uid___A002_Xabc_X2f" / "ASDMBinary").iterdir())
    binary.write_bytes(binary.read_bytes()[:-50])
    (gone / "uid___A002_Xabc_X2f" / "Antenna.xml").unlink()
    for place in (cut, gone):
        with pytest.raises(AsdmError, match="Xabc_X2f"):
            CliRunner().invoke(
                command,
                [UID, str(archive / "uid___A002_Xabc_X1f"), str(place / "uid___A002_Xabc_X2f"), "--out", str(tmp_path)],
                catch_exceptions=False,
            )
    assert not (tmp_path / NAME).exists()


def test_nothing_is_overwritten(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "uid___A002_Xabc_X1f"
    shutil.copytree(archive / "uid___A002_Xabc_X1f", copy)
    prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path)
    before = contents_of(tmp_path / NAME)
    assert "nothing is overwritten" in prepare(UID, copy, "--out", tmp_path, code=3)
    assert "give each execution block once" in prepare(UID, copy, archive / "uid___A002_Xabc_X1f", code=3)
    assert contents_of(tmp_path / NAME) == before
    settings = tmp_path / NAME / "mous.toml"
    settings.write_text('uid = "uid://A001/X1/X1"')
    assert "it says uid://A001/X1/X1" in prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path, code=3)
    settings.unlink()
    (tmp_path / NAME / "Imaging").rmdir()
    (tmp_path / NAME / "Imaging").write_text("mine")
    assert "a file stands where" in prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path, code=3)


def test_what_people_wrote_in_the_settings_stays(archive: Path, tmp_path: Path) -> None:
    prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path)
    settings = tmp_path / NAME / "mous.toml"
    text = settings.read_text().replace("[imaging]", "[imaging] # mine\nrobust = 2.0\n#")
    settings.write_text(text)
    prepare(UID, archive / "uid___A002_Xabc_X2f", "--out", tmp_path)
    assert settings.read_text() == text
    prepare(UID, archive / "uid___A002_Xabc_X2f", "--out", tmp_path, "--sb-name", "SgrB2_a_03_TE")
    assert "# mine\nrobust = 2.0" in settings.read_text()
    assert read_mous(tmp_path / NAME).settings.project.sb_name == "SgrB2_a_03_TE"


def test_a_moved_asdm_is_no_longer_where_it_was(archive: Path, tmp_path: Path) -> None:
    staged = tmp_path / "staged" / "uid___A002_Xabc_X1f.asdm.sdm"
    shutil.copytree(archive / "uid___A002_Xabc_X1f", staged)
    prepare(UID, staged, "--out", tmp_path)
    place = tmp_path / NAME / "Calibration_X1f" / "uid___A002_Xabc_X1f"
    assert place.is_symlink()
    before = {path.name: path.read_bytes() for path in staged.rglob("*") if path.is_file()}
    prepare(UID, staged, "--out", tmp_path, "--move")
    assert not staged.exists()
    assert not place.is_symlink()
    assert {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    assert "nothing to do" in prepare(UID, place, "--out", tmp_path, "--move")


def test_a_copy_to_another_file_system_is_compared_before_the_original_goes(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, place = tmp_path / "staged" / "uid___A002_Xabc_X1f", tmp_path / "uid___A002_Xabc_X1f"
    shutil.copytree(archive / source.name, source)
    whole = sorted(path.name for path in source.rglob("*"))
    copytree = shutil.copytree

    def spoiling(original: Path, copy: Path, *words: object, **options: object) -> None:
        copytree(original, copy, *words, **options)  # type: ignore[arg-type]
        if Path(copy).name.endswith(".copying"):
            spoilt = next((copy / "ASDMBinary").iterdir())
            spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"x")

    monkeypatch.setattr(shutil, "copytree", spoiling)
    with pytest.raises(RunError, match="differs from the original"):
        move_across(source, place)
    assert source.is_dir()
    assert not place.exists()
    monkeypatch.setattr(shutil, "copytree", copytree)
    move_across(source, place)
    assert sorted(path.name for path in place.rglob("*")) == whole
    assert not source.exists()


def test_a_link_that_leads_nowhere_is_made_anew(archive: Path, tmp_path: Path) -> None:
    staged = tmp_path / "staged" / "uid___A002_Xabc_X1f"
    shutil.copytree(archive / "uid___A002_Xabc_X1f", staged)
    prepare(UID, staged, "--out", tmp_path)
    moved = staged.rename(tmp_path / "uid___A002_Xabc_X1f")
    prepare(UID, moved, "--out", tmp_path)
    assert read_mous(tmp_path / NAME).ebs[0].asdm.resolve() == moved


def test_what_does_not_belong_is_marked(archive: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "uid___A002_Xabc_X3f"
    made = contents(execution_block(uid="uid://A002/Xabc/X3f", name=stranger.name, sb_uid="uid://A001/X9/X9"))
    write_asdm(stranger, replace(made, mous_uid="uid://A001/X7/X7"))
    asdms = [archive / "uid___A002_Xabc_X1f", stranger]
    told = json.loads(prepare(UID, *asdms, "--out", tmp_path, "--list", "--json"))
    warnings = "\n".join(told["warnings"])
    assert "uid___A002_Xabc_X3f names uid://A001/X7/X7 as its MOUS" in warnings
    assert "more than one scheduling block" in warnings
    assert [eb["mous_named"] for eb in told["ebs"]] == ["", "uid://A001/X7/X7"]


def test_a_directory_in_the_wrong_case_is_told(archive: Path, tmp_path: Path) -> None:
    (tmp_path / NAME / "imaging").mkdir(parents=True)
    assert "imaging should be named Imaging" in prepare(UID, archive / "uid___A002_Xabc_X1f", "--out", tmp_path)


def test_parts_by_name_and_by_antennas() -> None:
    large = antennas()
    small = tuple(replace(antenna, diameter_m=7.0) for antenna in large)
    wide = (*large[:4], replace(large[4], position_m=tuple(x + 400.0 for x in large[4].position_m)))
    assert choose_part("", [small]).value == "7m"
    assert choose_part("M83_a_03_7M", [small, small]).value == "7m"
    assert choose_part("M83_a_03_TC", [large]).value == "compact"
    assert choose_part("M83_a_03_TM1", [wide]).value == "extended"
    assert choose_part("", [large]).value == "compact"
    assert choose_part("", [wide, large]).value == "extended"
    assert "is unknown" in choose_part("", [wide]).warning
    assert "unusual" in choose_part("M83_a_03_TE", [large]).warning
    with pytest.raises(InputError, match="of a 7-m part, but the dishes are 12 m"):
        choose_part("M83_a_03_7M", [large])
    with pytest.raises(InputError, match="12-m compact part, but the dishes are 7 m"):
        choose_part("M83_a_03_TC", [small])
    with pytest.raises(InputError, match="two MOUSs"):
        choose_part("", [large, small])
