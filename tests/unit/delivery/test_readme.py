"""Fields of the README that have to be filled in, and the judgement of what was reached."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.image_records import image_record

from almared.cli.commands.readme import command
from almared.delivery.checklist import readme_line
from almared.delivery.judgement import judgements
from almared.delivery.readme import write_readme
from almared.delivery.readme_fields import OBLIGATORY
from almared.formats.fits.planes import Beam
from almared.mous import MousSettings, read_mous

PROJECT = {"cycle": "2", "code": "2013.1.00001.S", "sb_name": "Orion_a_06_TE", "pi": "A. Student", "title": "Orion"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A MOUS of one execution block, with nothing but its settings."""
    root = tmp_path / "uid___A001_X1_X2"
    (root / "Calibration_X3" / "uid___A002_X1_X3").mkdir(parents=True)
    (root / "Calibration_X3" / "uid___A002_X1_X3" / "ASDM.xml").touch()
    say(root)
    return root


def say(root: Path, *tables: str) -> None:
    (root / "mous.toml").write_text("\n".join(['uid = "uid://A001/X1/X2"', *tables, ""]))


def written(root: Path) -> str:
    return write_readme(read_mous(root)).path.read_text()


def test_empty_fields_fail_by_their_names(root: Path) -> None:
    line = readme_line(written(root))
    # The build of CASA is known from the runs, of which there is none; the scripts are told all the same.
    told = "Cycle, Project code, SB name, PI name, Project title, Configuration, Proposed rms"
    assert line.faults == (f"still empty: {told}",)
    assert "[project]" in line.repair
    assert line.notes == ("still empty: Proposed resolution",)
    shown = CliRunner().invoke(command, [str(root)], catch_exceptions=False).output
    assert f"Still to be filled in, in mous.toml: {told}" in shown


def test_a_readme_with_all_obligatory_fields_passes(root: Path) -> None:
    project = "\n".join(f'{key} = "{value}"' for key, value in PROJECT.items())
    say(root, 'part = "extended"', f"[project]\n{project}", '[request]\nrms = "0.1 mJy"')
    line = readme_line(written(root))
    assert line.passed
    assert line.notes == ("still empty: Proposed resolution",)
    say(root, 'part = "extended"', f"[project]\n{project}", '[readme]\nmissing = { "Proposed rms" = "for tests" }')
    text = written(root)
    assert "Proposed rms:         not given (for tests)\n" in text
    line = readme_line(text)
    assert line.passed
    assert "Proposed rms is not given (for tests)" in line.notes


def test_the_same_text_is_written_again_only_to_renew_its_time(root: Path) -> None:
    written(root)
    readme = read_mous(root).tree.readme
    os.utime(readme, (0, 0))
    assert not write_readme(read_mous(root), is_renewed=False).is_new
    assert readme.stat().st_mtime == 0
    assert not write_readme(read_mous(root)).is_new
    assert readme.stat().st_mtime > 0
    say(root, "[project]", 'pi = "A. Student"')
    assert write_readme(read_mous(root), is_renewed=False).is_new


@pytest.mark.parametrize("left", ["TODO", "XXX", "<PI name>", "What the investigators should know."])
def test_left_over_text_fails(left: str) -> None:
    text = "".join(f"{name}: something\n" for name in OBLIGATORY) + f"COMMENTS\n  {left}\n"
    assert readme_line(text).faults == (f"{left!r} was left in it",)


def test_a_readme_by_hand_may_be_laid_out_otherwise() -> None:
    assert readme_line("".join(f"  {name.lower()} :some thing\n" for name in OBLIGATORY)).passed
    fields = [name for name in OBLIGATORY if name != "PI name"]
    assert readme_line("".join(f"{name}: a\n" for name in fields)).faults == ("still empty: PI name",)


def test_what_was_reached_is_judged_by_the_criteria_of_acceptance() -> None:
    """Domain H: 10 % in Band 3, 20 % in Band 9; the geometric mean of the beam in the range asked for."""
    settings = MousSettings.model_validate(
        {"uid": "uid://A001/X1/X2", "part": "7m", "request": {"beam": ["0.8 arcsec", "1.2 arcsec"]}}
    )
    image = image_record(
        "a", requested_rms_jy=1e-3, rms_jy=1.15e-3, frequency_hz=100e9, beam=Beam(1.25, 0.8, 0.0)
    )  # fmt: skip
    images = [image, replace(image, name="b", frequency_hz=650e9, beam=None)]
    several, first, second = judgements(settings, images)
    assert "several arrays" in several
    assert first == "a: noise 1.15 times the request, accepted up to 1.1: NOT met; resolution met"
    assert second == "b: noise 1.15 times the request, accepted up to 1.2: met"
    nothing = MousSettings.model_validate({"uid": "uid://A001/X1/X2", "part": "7m"})
    assert list(judgements(nothing, [replace(image, requested_rms_jy=None)])) == []
