"""The package of a whole reduction: its tree, its proof, and the data that it restores in plain CASA."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from comparison import differences_of_tables
from conftest import Command

from almared.engine.configure import site_configuration
from almared.mous import read_mous
from almared.records.inputs import product_fingerprint, write_inputs

pytestmark = pytest.mark.casa

LONGEST_S = 1200


@pytest.fixture(scope="module")
def package(delivered_mous: Path) -> Path:
    return next(delivered_mous.glob("Delivery/*/science_goal.*/group.*/member.*"))


@pytest.fixture
def mous(delivered_mous: Path, tmp_path: Path) -> Path:
    """A copy of the reduced MOUS from which files may be taken away; its files are links to the same contents."""
    copy = Path(shutil.copytree(delivered_mous, tmp_path / delivered_mous.name, symlinks=True, copy_function=os.link))
    for eb in read_mous(delivered_mous).ebs:
        link = copy / eb.directory.name / eb.asdm.name
        link.unlink()
        link.symlink_to(eb.asdm.resolve())
    return copy


def test_the_checklist_passes_and_nothing_is_left_to_do(mous: Path, almared: Command) -> None:
    told = json.loads(almared("check", mous, "--json").stdout)
    assert told["passed"], [line for line in told["lines"] if not line["passed"]]
    again = json.loads(almared("package", mous, "--json").stdout)
    assert again["is_new"] is False


@pytest.mark.parametrize(
    ("missing", "key", "said"),
    [
        ("Calibration_X10/*.ms.scriptForCalibration.py", "script", "is missing"),
        ("Calibration_X10/casa-*.log", "log", "is missing"),
        ("Calibration_X20/qa2/flux.txt", "qa2", "flux.txt is missing"),
        ("Combination/calibrated/allFluxes.txt", "combination", "allFluxes.txt is missing"),
        ("Combination/calibrated/scriptForFluxCalibration.py", "script", "is missing"),
        ("Imaging/*cont*.pbcor.fits", "products", "is missing"),
        ("README", "readme", "README is missing"),
    ],
)
def test_a_missing_file_fails_its_line_and_no_package_is_made(
    mous: Path, almared: Command, missing: str, key: str, said: str
) -> None:
    next(mous.glob(missing)).unlink()
    told = json.loads(almared("check", mous, "--json", code=8).stdout)
    failed = {line["key"]: line["faults"] for line in told["lines"] if not line["passed"]}
    assert said in " ".join(failed[key])
    if key != "readme":
        assert "final checklist failed" in almared("package", mous, code=8).stderr


def test_one_page_has_the_items_and_states_of_the_full_list(mous: Path, almared: Command) -> None:
    """A call that was changed after it ran, and a log that belongs to nothing."""
    script = mous / "Imaging" / "scriptForImaging.py"
    text = script.read_text()
    script.unlink()
    script.write_text(text.replace("niter=1000000", "niter=10"))
    assert script.read_text() != text
    (mous / "Imaging" / "casapy-1.log").touch()
    assert "would move casapy-1.log away" in almared("check", mous, "--tidy", "--dry-run", code=8).stdout
    page = almared("check", mous, "--tidy", "--condensed", code=8).stdout
    assert not (mous / "Imaging" / "casapy-1.log").exists()
    told = json.loads(almared("check", mous, "--json", code=8).stdout)
    failed = {line["key"]: line["faults"] for line in told["lines"] if not line["passed"]}
    assert list(failed) == ["script"]
    assert "Continuum image" in failed["script"][0]
    states = {line.split()[0]: line.split()[1] for line in page.splitlines() if line[:1].islower()}
    states.pop("casapy-1.log")
    assert states == {line["key"]: "FAILED" if line["key"] in failed else "passed" for line in told["lines"]}


def test_a_single_execution_block_has_a_package_without_combination(
    mous: Path, almared: Command, tmp_path: Path
) -> None:
    block, other = read_mous(mous).ebs
    for place in (other.directory, mous / "Combination"):
        shutil.rmtree(place)
    # As if it had been imaged from the start.
    calibrated = block.directory / block.products.calibrated
    write_inputs(mous / "Imaging", {str(calibrated): product_fingerprint(calibrated.parent, calibrated.name)})
    (mous / "README").unlink()
    almared("readme", mous)
    assert "COMBINATION" not in (mous / "README").read_text()
    told = json.loads(almared("check", mous, "--json").stdout)
    assert "combination" not in {line["key"] for line in told["lines"]}
    made = Path(json.loads(almared("package", mous, "--out", tmp_path / "out", "--json").stdout)["package"])
    uid = block.uid.file_name
    assert {path.name for path in (made / "log").iterdir()} == {f"{uid}.log.tgz", "analysis.log.tgz"}
    scripts = {f"{uid}.ms.scriptForCalibration.py", "scriptForImaging.py", "scriptForPI.py", "cont.dat"}
    assert {path.name for path in (made / "script").iterdir()} == scripts
    assert "'combination': ''" in (made / "script" / "scriptForPI.py").read_text()
    reduction = json.loads((made / "reduction.json").read_text())
    assert list(reduction["stages"]) == sorted([block.directory.name, "Imaging"])
    assert reduction["combination"] is None
    (used,) = {measures for stage in reduction["stages"].values() for measures in stage["measures"]}
    assert used.startswith("casadata 20")
    assert f"measures {used}" in (made / "README").read_text()


def test_a_calibration_made_anew_after_the_combination_is_told(mous: Path, almared: Command) -> None:
    eb = read_mous(mous).ebs[0]
    journal = eb.directory / ".almared" / "journal.jsonl"
    lines = journal.read_text().splitlines()
    ends = [entry for entry in map(json.loads, lines) if entry["event"] == "step-end" and entry["step"] == 18]
    # The copy shares its files: this one is replaced, not written to.
    journal.unlink()
    journal.write_text("\n".join([*lines, json.dumps({**ends[-1], "time": "2030-01-01T00:00:00"})]) + "\n")
    told = json.loads(almared("check", mous, "--json", code=8).stdout)
    failed = {line["key"]: line["faults"] for line in told["lines"] if not line["passed"]}
    assert failed["combination"] == [f"{eb.products.calibrated} was made again after it was copied"]


def test_a_forced_package_says_so(mous: Path, almared: Command, tmp_path: Path) -> None:
    (mous / "Calibration_X10" / "qa2" / "flux.txt").unlink()
    told = json.loads(almared("package", mous, "--force", "--out", tmp_path / "out", "--json").stdout)
    assert told["is_forced"] is True
    assert "flux.txt is missing" in (Path(told["package"]) / "README").read_text()
    assert json.loads((Path(told["package"]) / "reduction.json").read_text())["is_forced"] is True


def test_something_else_in_its_place_is_not_touched(mous: Path, package: Path, almared: Command) -> None:
    foreign = mous / package.relative_to(package.parents[4])
    shutil.rmtree(foreign)
    foreign.mkdir()
    (foreign / "mine").touch()
    assert "something else is there" in almared("package", mous, code=8).stderr
    assert [path.name for path in foreign.iterdir()] == ["mine"]


def test_the_tree_is_that_of_deliveries(package: Path, delivered_mous: Path) -> None:
    uids = [eb.uid.file_name for eb in read_mous(delivered_mous).ebs]
    for uid in uids:
        assert (package / "calibration" / f"{uid}.calibration.tgz").is_file()
        assert (package / "calibration" / f"{uid}.calibration.plots" / "tsys_plot.png").is_file()
        assert (package / "calibration" / f"{uid}.ms.wvrgcal").is_file()
        assert (package / "script" / f"{uid}.ms.scriptForCalibration.py").is_file()
        assert (package / "qa" / f"{uid}__qa2_part1.png").is_file()
        assert (package / "qa" / f"{uid}__textfile.txt").is_file()
        with tarfile.open(package / "log" / f"{uid}.log.tgz") as tar:
            assert {f"{uid}.log", f"{uid}.journal.jsonl"} <= set(tar.getnames())
    for name in ("scriptForFluxCalibration.py", "scriptForImaging.py", "scriptForPI.py", "allFluxes.txt", "cont.dat"):
        assert (package / "script" / name).is_file(), name
    assert {"calibrated.log.tgz", "analysis.log.tgz"} <= {path.name for path in (package / "log").iterdir()}
    products = [path.name for path in (package / "product").iterdir()]
    assert any(name.endswith(".pbcor.fits") for name in products)
    assert any(name.endswith((".flux.fits", ".pb.fits")) for name in products)


def test_tables_and_flag_versions_are_in_the_calibration(package: Path, delivered_mous: Path) -> None:
    eb = read_mous(delivered_mous).ebs[0]
    with tarfile.open(package / "calibration" / f"{eb.uid.file_name}.calibration.tgz") as tar:
        names = {name.partition("/")[0] for name in tar.getnames()}
    wanted = {eb.products.of_ms(s) for s in ("tsys", "wvr", "flagversions")}
    wanted |= {eb.products.of_split(s) for s in ("bandpass", "phase_int", "phase_inf", "flux_inf", "flagversions")}
    assert wanted <= names
    assert not {eb.products.ms, eb.products.split, eb.products.calibrated} & names


def test_sha256sum_verifies_every_file(package: Path) -> None:
    check = subprocess.run(["sha256sum", "--check", "--quiet", "manifest.sha256"], cwd=package, check=False)
    assert check.returncode == 0
    listed = {line.split("  ", 1)[1] for line in (package / "manifest.sha256").read_text().splitlines()}
    there = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    assert there - listed == {"manifest.sha256"}


def test_the_dry_run_names_what_the_package_holds(package: Path, delivered_mous: Path, almared: Command) -> None:
    told = json.loads(almared("package", delivered_mous, "--dry-run", "--json").stdout)
    there = {str(path.relative_to(package)): path.stat().st_size for path in package.rglob("*") if path.is_file()}
    assert sorted([*told["files"], *told["written"]]) == sorted(there)
    exact = {name: size for name, size in told["files"].items() if not name.endswith((".tgz", ".html"))}
    assert exact == {name: there[name] for name in exact}
    assert "Would replace" in almared("package", delivered_mous, "--dry-run").stdout


def test_programs_find_the_whole_reduction_in_one_file(package: Path, delivered_mous: Path) -> None:
    told = json.loads((package / "reduction.json").read_text())
    stages = [*(eb.directory.name for eb in read_mous(delivered_mous).ebs), "Combination/calibrated", "Imaging"]
    assert list(told["stages"]) == sorted(stages)
    for name in stages[:2]:
        assert [step["number"] for step in told["stages"][name]["steps"]] == list(range(20))
        assert all(step["seconds"] > 0 for step in told["stages"][name]["steps"])
        assert told["fluxes"][name]
        assert told["reports"][name]["flags"]["numbers"]
    assert {flux["source"] for flux in told["combination"]["fluxes"]}
    for image in told["imaging"]["images"]:
        assert image["rms_jy"] > 0
        assert image["beam"]["major_arcsec"] > 0
    assert all(line["passed"] for line in told["checklist"])


def test_the_readme_tells_what_was_reached(package: Path, delivered_mous: Path) -> None:
    text = (package / "README").read_text()
    for image in json.loads((delivered_mous / "Imaging" / "images.json").read_text())["images"]:
        line = next(line for line in text.splitlines() if line.endswith(image["files"]["pbcor"]))
        assert f"{image['rms_jy'] * 1e3:.4g}" in line
    for field in ("Cycle", "Project code", "SB name", "PI name", "Project title", "Configuration", "Proposed rms",
                  "CASA version used"):  # fmt: skip
        assert re.search(rf"^{field}: +\S", text, re.MULTILINE), field
    assert "COMMENTS FROM THE REDUCER" in text
    assert "\n    scriptForPI.py\n" in text


def start_plain(script: str, *, directory: Path, home: Path, **variables: str) -> subprocess.Popen[str]:
    """Run a script by a Python that has casatasks, an empty home, and no almared."""
    home.mkdir(exist_ok=True)
    site = home / "casasite.py"
    site.write_text(site_configuration(str(home / "casa.log")))
    order = f"import sys; sys.modules['almared'] = None\nimport runpy; runpy.run_path({script!r}, run_name='__main__')"
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    surroundings = {**kept, "HOME": str(home), "CASASITECONFIG": str(site), **variables}
    command = [sys.executable, "-c", order]
    return subprocess.Popen(
        command, cwd=directory, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def plain(script: str, *, directory: Path, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script that way to its end."""
    process = start_plain(script, directory=directory, home=home, **variables)
    out, err = process.communicate(timeout=LONGEST_S)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def kill_when(process: subprocess.Popen[str], pattern: str, *, below: Path) -> None:
    """Kill a process as soon as a file is there."""
    while not list(below.glob(pattern)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()


@pytest.fixture
def received(package: Path, tmp_path: Path) -> Path:
    """The package in an empty directory, as an investigator gets it."""
    return Path(shutil.copytree(package, tmp_path / "received"))


def test_the_script_restores_the_data_that_were_imaged(received: Path, delivered_mous: Path, tmp_path: Path) -> None:
    """One block by its tables; the other, whose script was changed, anew; killed once; saving all disk."""
    script, home, calibrated = received / "script", tmp_path / "home", received / "calibrated"
    done = plain("scriptForPI.py", directory=script, home=home)
    assert done.returncode == 1
    assert "no ASDM in" in done.stderr
    first, second = (eb.uid.file_name for eb in read_mous(delivered_mous).ebs)
    for eb in read_mous(delivered_mous).ebs:
        shutil.copytree(eb.asdm.resolve(), received / "raw" / f"{eb.uid.file_name}.asdm.sdm")
    changed = script / f"{second}.ms.scriptForCalibration.py"
    changed.write_text(changed.read_text() + "\n# looked at\n")
    for made in (f"{first}.calibration/*.ms", f"{second}.calibration/*.ms.split"):
        process = start_plain("scriptForPI.py", directory=script, home=home, SPACESAVING="3")
        kill_when(process, made, below=calibrated)
    assert json.loads((calibrated / "restored.json").read_text()) == [first]
    log = next(calibrated.glob(f"{first}.calibration/*.log")).read_text()
    assert "applycal" in log
    assert "gaincal" not in log

    done = plain("scriptForPI.py", directory=script, home=home, SPACESAVING="3")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"{first}: " not in done.stdout
    assert f"{second}: calibrated anew, since {changed.name} was changed" in done.stdout
    # The continuum step adds weights per channel, copies of the weights, to the MS that was imaged.
    imaged = delivered_mous / "Imaging" / "calibrated_final.ms"
    restored = calibrated / "Imaging" / "calibrated_final.ms"
    assert differences_of_tables(restored, imaged, without=["WEIGHT_SPECTRUM"]) == []
    assert not [path for ending in ("ms", "split", "cal") for path in calibrated.rglob(f"uid___A002*.{ending}")]
    again = plain("scriptForPI.py", directory=script, home=home, SPACESAVING="3")
    assert again.returncode == 0
    assert "Step " not in again.stdout


def test_a_damaged_archive_of_tables_is_told(received: Path, delivered_mous: Path, tmp_path: Path) -> None:
    for eb in read_mous(delivered_mous).ebs:
        (received / "raw" / eb.asdm.name).symlink_to(eb.asdm.resolve())
    archive = next(received.glob("calibration/*.calibration.tgz"))
    archive.write_bytes(archive.read_bytes()[:-100])
    done = plain("scriptForPI.py", directory=received / "script", home=tmp_path / "home")
    assert done.returncode == 1
    assert f"{archive.name} is damaged" in done.stderr
    again = plain("scriptForPI.py", directory=received / "script", home=tmp_path / "home")
    assert f"{archive.name} is damaged" in again.stderr


def test_the_script_refuses_to_start_elsewhere_or_over_other_things(received: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(received / "script" / "scriptForPI.py", elsewhere)
    assert "in the directory script/" in plain("scriptForPI.py", directory=elsewhere, home=tmp_path / "home").stderr
    (received / "calibrated").mkdir()
    (received / "calibrated" / "mine").touch()
    done = plain("scriptForPI.py", directory=received / "script", home=tmp_path / "home")
    assert "was not made by this script" in done.stderr
    assert [path.name for path in (received / "calibrated").iterdir()] == ["mine"]
