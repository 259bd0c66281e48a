"""``almared reduce --until plan``: options of mous.toml, scripts edited by hand, errors of one of several."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import tiny_eb

from almared.cli.commands.reduce import command
from almared.errors import LockedError, PlanError
from almared.mous import read_mous
from almared.names import Uid
from almared.records.journal import Journal
from almared.records.lock import Lock

ENDS = ("X1f", "X2f")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("archive")
    for end in ENDS:
        uid = Uid(("A002", "Xabc", end))
        eb = tiny_eb.execution_block(uid=str(uid), name=uid.file_name)
        tiny_eb.write_asdm(place / uid.file_name, tiny_eb.contents(eb, syscal=()))
    return place


@pytest.fixture
def root(archive: Path, tmp_path: Path) -> Path:
    """A MOUS of two small execution blocks, whose Tsys windows need a wide tolerance."""
    root = tmp_path / "uid___A001_X1_X2"
    for end in ENDS:
        place = root / f"Calibration_{end}"
        place.mkdir(parents=True)
        name = f"uid___A002_Xabc_{end}"
        (place / name).symlink_to(archive / name)
    settle(root)
    return root


def settle(root: Path, *lines: str) -> None:
    text = "\nallow_hybrid = true\ntsys_chan_tol = 16.0\n"
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\n[plan]' + text + "\n".join(lines))


def reduce(root: Path, *options: str) -> Result:
    return CliRunner().invoke(command, [str(root), "--until", "plan", "--json", *options])


def events(done: Result, kind: str) -> list[dict[str, object]]:
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [entry for entry in told if entry["event"] == kind]


def texts(root: Path) -> list[str]:
    return [eb.script.read_text() for eb in read_mous(root).ebs]


def test_options_reach_the_plans_and_edited_scripts_stay(root: Path) -> None:
    settle(root, 'refant = "DA41"', "[plan.uid___A002_Xabc_X2f]", 'refant = "DV02"')
    done = reduce(root)
    assert done.exit_code == 0, done.output
    first, second = texts(root)
    assert 'refant="DA41"' in first
    assert 'refant="DV02"' in second
    script = root / "Calibration_X1f" / "uid___A002_Xabc_X1f.ms.scriptForCalibration.py"
    script.write_text(first + "# DM: looked at\n")
    settle(root, 'refant = "DV10"')
    done = reduce(root)
    assert [entry["job"] for entry in events(done, "note")] == ["X1f plan"]
    assert "was edited by hand" in str(events(done, "note")[0]["text"])
    assert texts(root)[0] == first + "# DM: looked at\n"
    assert 'refant="DV10"' in texts(root)[1]


def test_one_plan_that_fails_does_not_stop_the_other(root: Path) -> None:
    settle(root, "[plan.uid___A002_Xabc_X1f]", 'refant = "DV99"')
    done = reduce(root)
    assert isinstance(done.exception, PlanError)
    assert "X1f plan" in str(done.exception)
    assert "DV99" in str(done.exception)
    assert (root / "Calibration_X2f" / "uid___A002_Xabc_X2f.ms.scriptForCalibration.py").is_file()
    last = Journal(root).entries()[-1]
    assert (last.event, last.data["outcome"], last.data["failed"]) == ("reduce-end", "failed", ["X1f plan"])


def test_one_reduction_at_a_time(root: Path) -> None:
    lock = Lock(root)
    lock.acquire()
    done = reduce(root)
    lock.release()
    assert isinstance(done.exception, LockedError)
    assert not list(root.glob("Calibration_*/*.py"))


def test_a_dry_run_tells_the_commands(root: Path) -> None:
    done = reduce(root, "--dry-run")
    told = json.loads(done.stdout)
    assert [line["job"] for line in told] == ["X1f plan", "X2f plan"]
    assert told[0]["command"].endswith("--json --tsys-chan-tol 16 --allow-hybrid")
    assert not (root / ".almared").exists()


@pytest.mark.parametrize(
    ("system", "option", "words"),
    [
        ("slurm", 'queue = "astro"', ("#SBATCH -p astro", "#SBATCH -n 1", "--nthreads 1 ", "--no-nanny")),
        ("htcondor", 'disk = "100GB"', ("condor_submit", "DaskWorkerDisk = 100000000000", "--no-nanny")),
    ],
)
def test_a_dry_run_shows_what_a_batch_system_gets(root: Path, system: str, option: str, words: tuple[str, ...]) -> None:
    file = root.parent / "cluster.toml"
    file.write_text(f'system = "{system}"\nworkers = 4\n[options]\nmemory = "24GB"\n{option}\n')
    command = [sys.executable, "-m", "almared", "reduce", str(root), "--cluster", str(file), "--dry-run"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [word for word in words if word not in done.stdout] == []
