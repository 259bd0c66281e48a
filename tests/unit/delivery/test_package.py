"""A package is made once; whatever touches it, or what it was made from, has it made anew."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from almared.cli.commands.package import command
from almared.delivery import package as packaging
from almared.delivery.contents import Contents, contents_of
from almared.delivery.package import Package, package_mous
from almared.errors import DeliveryError
from almared.mous import Mous, read_mous
from almared.records.journal import Journal, new_entry
from almared.script.read import read_script

SCRIPT = (
    'step_title = {0: "All"}\nstep_makes = {0: ["MADE", "table"]}\nmystep = 0\nif mystep in thesteps:\n    print()\n'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A MOUS of one execution block: calibrated, imaged, a table of it lost, with a file of images that is nobody's."""
    root = tmp_path / "uid___A001_X1_X2"
    eb = root / "Calibration_X3"
    (eb / "uid___A002_X1_X3").mkdir(parents=True)
    (eb / "uid___A002_X1_X3" / "ASDM.xml").touch()
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\n')
    done(eb, "uid___A002_X1_X3.ms.scriptForCalibration.py", made="uid___A002_X1_X3.ms.split.cal")
    (eb / "table").mkdir()
    (eb / "table" / "table.f0").write_text("gains")
    done(root / "Imaging", "scriptForImaging.py", made="calibrated_final.ms")
    (root / "Imaging" / "mine.fits").touch()
    return root


def done(directory: Path, name: str, *, made: str) -> None:
    """Write a script whose only step ended well."""
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(SCRIPT.replace("MADE", made))
    (directory / made).mkdir()
    (directory / "casa-r.log").write_text("2026-11-23 10:00:00\tINFO\ta::b\tAll\n")
    step, journal = read_script(directory / name).step(0), Journal(directory)
    journal.append(new_entry("step-begin", "r", step=0, digest=step.fingerprint, casa="6.7.0.31"))
    journal.append(new_entry("step-end", "r", step=0, outcome="done", seconds=1.0, made={made: {}}))


@pytest.fixture
def make(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Package, bool]]:
    """Make the package; return it and whether its files were put together anew."""
    filled = []

    def counting(mous: Mous) -> Contents:
        filled.append(mous)
        return contents_of(mous)

    monkeypatch.setattr(packaging, "contents_of", counting)

    def call(*, is_verified: bool = False) -> tuple[Package, bool]:
        filled.clear()
        made = package_mous(read_mous(root), is_forced=True, is_verified=is_verified)
        return made, bool(filled)

    return call


def test_an_untouched_package_is_known_and_verified_on_request(make: Callable[..., tuple[Package, bool]]) -> None:
    made, is_filled = make()
    assert (made.is_new, made.is_forced, is_filled) == (True, True, True)
    again, is_filled = make()
    assert (again.is_new, is_filled) == (False, False)
    assert (again.n_files, again.n_bytes, again.is_forced) == (made.n_files, made.n_bytes, True)
    again, is_filled = make(is_verified=True)
    assert (again.is_new, is_filled) == (False, True)


def test_whatever_is_touched_has_it_made_anew(root: Path, make: Callable[..., tuple[Package, bool]]) -> None:
    table, package = root / "Calibration_X3" / "table" / "table.f0", make()[0].root
    assert not make()[1]
    table.write_text("other gains")
    made, is_filled = make()
    assert (made.is_new, is_filled) == (True, True)
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\n[readme]\ncomments = "More."\n')
    assert make()[0].is_new
    assert "More." in (package / "README").read_text()
    assert not make()[1]

    # The package itself: a file whose contents changed under the same size and time, and one that is gone.
    archive = next(package.glob("calibration/*.tgz"))
    whole, times = archive.read_bytes(), archive.stat()
    archive.write_bytes(whole[:-1] + b"x")
    os.utime(archive, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert make()[0].is_new
    assert next(package.glob("calibration/*.tgz")).read_bytes() == whole
    (package / "script" / "scriptForPI.py").unlink()
    assert make()[0].is_new
    assert (package / "script" / "scriptForPI.py").is_file()


def test_a_forced_package_is_not_taken_for_one_that_passed(
    root: Path, make: Callable[..., tuple[Package, bool]]
) -> None:
    make()
    with pytest.raises(DeliveryError, match="final checklist failed"):
        package_mous(read_mous(root))


def test_a_dry_run_tells_what_is_missed(root: Path) -> None:
    (root / "README").write_text("Cycle: 2\nPI name: not given\n")
    (root / "Calibration_X3" / "table" / "table.f0").unlink()
    (root / "Calibration_X3" / "table").rmdir()
    shown = CliRunner().invoke(command, [str(root), "--dry-run", "--json"], catch_exceptions=False)
    missed = json.loads(shown.output)["missed"]
    assert "Calibration_X3: table, which the script makes, is not there" in missed
    assert "Calibration_X3/qa2: there is no *.qa2_report.html" in missed
    assert "Imaging: mine.fits belongs to no image of images.json and is not taken" in missed
    assert "Imaging: images.json is missing, or names no image" in missed
    assert "Imaging: cont.dat is not there" in missed
    assert any(line.startswith("README: still empty: Project code, SB name, PI name") for line in missed)
    assert not list(root.glob("Delivery/*"))
    told = CliRunner().invoke(command, [str(root), "--dry-run"], catch_exceptions=False).output
    assert [line.split("  ")[-1] for line in told.splitlines() if "MISSED" in line] == missed
