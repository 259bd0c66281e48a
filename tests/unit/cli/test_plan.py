"""``almared plan`` and the old call of the generator, on a whole small ASDM."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support import tiny_eb
from support.small_plan import ASDM, MS

from almared import es
from almared.cli.commands.plan import command
from almared.errors import AlmaredError, InputError, PlanError
from almared.formats.asdm.bulk import MARKER
from almared.mous.source import find_source

SCRIPT = f"{MS}.scriptForCalibration.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made")
    tiny_eb.write_asdm(directory / ASDM, tiny_eb.contents(syscal=()))
    return directory


@pytest.fixture
def asdm(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / ASDM, tmp_path / ASDM)
    return tmp_path / ASDM


def plan(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def document(*arguments: object) -> dict[str, Any]:
    done = plan(*arguments, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def arguments_of(told: dict[str, Any], step: int, task: str) -> dict[str, Any]:
    actions = told["steps"][step]["actions"]
    found = next(a for a in actions if a.get("task") == task)
    return {a["name"]: a.get("value") for a in found["arguments"]}


def refusal(*arguments: object) -> AlmaredError:
    done = plan(*arguments)
    assert isinstance(done.exception, AlmaredError), done.output
    return done.exception


def test_choices_are_printed_with_reasons_and_needs(asdm: Path) -> None:
    done = plan(asdm)
    assert done.exit_code == 0, done.output
    text = " ".join(done.output.split())
    for words in ("reference antenna", "bandpass calibrator", "memory", "Save flags after applycal", "almared run"):
        assert words in text
    assert "no system temperatures were recorded" in text
    assert (asdm.parent / SCRIPT).is_file()
    assert (asdm.parent / ".almared" / "plan.json").is_file()


def test_json_is_the_whole_plan(asdm: Path) -> None:
    told = document(asdm)
    assert told["script"] == str(asdm.parent / SCRIPT)
    assert len(told["steps"]) == 20
    assert arguments_of(told, 0, "importasdm")["asdm"] == ASDM
    assert sum(step["needs"]["disk_bytes"] for step in told["steps"]) > 0
    rows = next(a for a in told["steps"][0]["actions"] if a.get("routine") == "check_import")["arguments"][1]["value"]
    assert rows["ANTENNA"] == 5
    assert rows["MAIN"] == 1908


def test_options_reach_the_plan(asdm: Path) -> None:
    (asdm.parent / "pos.csv").write_text("name,antenna,xoff,yoff,zoff,comment\nA001,DA41,0.001,0,0.0002,mine\n")
    told = document(
        asdm,
        *("--refant", "DV02", "--antpos", asdm.parent / "pos.csv", "--flux", "J1733-1304=2.4@96.35,-0.7"),
        *("--bpass-field", "J1752-2956", "--time-bin", 10, "--no-wvr", "--tbuff", 2, "--lazy"),
    )
    assert arguments_of(told, 13, "gaincal")["refant"] == "DV02"
    assert arguments_of(told, 13, "gaincal")["field"] == "1"
    assert arguments_of(told, 6, "gencal")["parameter"] == [0.001, 0.0, 0.0002]
    assert arguments_of(told, 11, "setjy")["fluxdensity"] == [2.4, 0, 0, 0]
    assert arguments_of(told, 8, "mstransform")["timebin"] == "10s"
    assert arguments_of(told, 0, "importasdm")["tbuff"] == 2
    assert arguments_of(told, 0, "importasdm")["lazy"] is True
    assert "--no-wvr" in told["steps"][4]["nothing_because"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--refant", "DV99"), "DV99"),
        (("--bpass-field", "nowhere"), "nowhere"),
        (("--bpass-field", "9"), "9"),
        (("--flux", "J1733-1304"), "no flux"),
        (("--flux", "nowhere=1@97,0"), "no field"),
        (("--casa", "4.4.0"), "4.4.0"),
        (("--antpos", "missing.csv"), "missing.csv"),
    ],
)
def test_options_that_cannot_be_are_refused_and_nothing_is_written(
    asdm: Path, options: tuple[str, ...], words: str
) -> None:
    assert words in str(refusal(asdm, *options))
    assert [path.name for path in asdm.parent.iterdir()] == [ASDM]


def test_dry_run_writes_nothing(asdm: Path) -> None:
    assert "Nothing was written" in plan(asdm, "--dry-run").output
    assert [path.name for path in asdm.parent.iterdir()] == [ASDM]


def test_edited_script_is_kept_unless_forced(asdm: Path) -> None:
    plan(asdm)
    script = asdm.parent / SCRIPT
    script.write_text(script.read_text() + "# by hand\n")
    assert isinstance(refusal(asdm), PlanError)
    assert plan(asdm, "--force").exit_code == 0
    assert (asdm.parent / f"{SCRIPT}.edited-1").read_text().endswith("# by hand\n")


def test_same_input_same_bytes(asdm: Path) -> None:
    plan(asdm)
    first = (asdm.parent / SCRIPT).read_bytes()
    plan(asdm)
    assert (asdm.parent / SCRIPT).read_bytes() == first


def test_ms_that_is_there_is_told(asdm: Path) -> None:
    (asdm.parent / MS).mkdir()
    assert f"{MS} exists already" in " ".join(plan(asdm, "--dry-run").output.split())


def test_metadata_only_is_told(asdm: Path) -> None:
    shutil.rmtree(asdm / "ASDMBinary")
    (asdm / MARKER).touch()
    assert "metadata only" in plan(asdm, "--dry-run").output


@pytest.mark.parametrize("given", ["uid://A002/Xabc123/X1f", ASDM, f"{MS}", "."])
def test_names_that_find_the_asdm(asdm: Path, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(asdm.parent)
    source = find_source(given)
    assert source.asdm is not None
    assert source.asdm.resolve() == asdm.resolve()
    assert source.ms_name == MS


def test_asdm_with_an_ending_keeps_the_name_of_the_ms(asdm: Path) -> None:
    longer = asdm.rename(asdm.with_name(f"{ASDM}.asdm.sdm"))
    source = find_source(asdm.parent / ASDM)
    assert source.asdm == longer
    assert source.ms_name == MS
    assert arguments_of(document(longer), 0, "importasdm")["asdm"] == f"{ASDM}.asdm.sdm"


def test_the_script_of_a_linked_asdm_lies_beside_the_link(asdm: Path) -> None:
    work = asdm.parent / "work"
    work.mkdir()
    (work / ASDM).symlink_to(asdm)
    assert plan(work / ASDM).exit_code == 0
    assert (work / SCRIPT).is_file()
    assert not (asdm.parent / SCRIPT).exists()


def test_unsafe_or_missing_asdm_is_refused(asdm: Path) -> None:
    with pytest.raises(InputError, match="no ASDM"):
        find_source(asdm.parent / "nothing")
    strange = asdm.rename(asdm.with_name('x"; import os'))
    with pytest.raises(InputError, match="is unsafe"):
        find_source(strange)


def test_several_asdms_must_be_named(asdm: Path) -> None:
    shutil.copytree(asdm, asdm.with_name("uid___A002_X1_X2"))
    with pytest.raises(InputError, match="2 ASDMs"):
        find_source(asdm.parent)


def test_old_call_in_both_spellings(asdm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(asdm.parent)
    first = es.generateReducScript("uid://A002/Xabc123/X1f", refant="DV10")
    second = es.generateReduceScript([ASDM], refant="DV10")
    assert first == second == [asdm.resolve().parent / SCRIPT]
    assert 'refant="DV10"' in first[0].read_text()


def test_old_options_have_their_old_names(asdm: Path) -> None:
    script = es.generateReducScript(str(asdm), bpassCalId="J1752-2956", timeBinForFinalData=10.0, step="calib")[0]
    assert 'timebin="10s"' in script.read_text()
    with pytest.raises(PlanError, match="remcloud"):
        es.generateReducScript(str(asdm), remcloud=True)


def test_planning_loads_no_casa(asdm: Path) -> None:
    text = (
        "import sys\nfrom click.testing import CliRunner\nfrom almared.cli.commands.plan import command\n"
        "done = CliRunner().invoke(command, sys.argv[1:])\nassert done.exit_code == 0, done.output\n"
        "print([m for m in ('casatools', 'casatasks', 'astropy', 'numba', 'matplotlib') if m in sys.modules])\n"
    )
    command_line = [sys.executable, "-c", text, str(asdm)]
    done = subprocess.run(command_line, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
