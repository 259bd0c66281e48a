"""The stages of a MOUS: their order, what stops what, the words of their commands, how many at a time."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from almared.errors import AlmaredError, DeliveryError, InputError, PlanError, ResourceError, RunError, StepError
from almared.mous import Mous, MousEb, MousSettings
from almared.mous.places import MousTree
from almared.names import Products, Uid
from almared.reduce.board import Board
from almared.reduce.crew.cluster import read_cluster_file
from almared.reduce.crew.port import JobExit
from almared.reduce.crew.sizing import check_disk, choose_workers
from almared.reduce.failures import Failure, job_error, summed_up
from almared.reduce.jobs import Job, PassedOptions, blocked, jobs_of, plan_words, words_of
from almared.run.resources import Needs
from almared.stages.stage import STAGES

PLAN = {
    "refant": "DA41",
    "antpos": "positions/antennapos.csv",
    "time_bin": "6 s",
    "low_snr": True,
    "lazy": False,
    "uid___A002_X1_X3": {"wvr": False, "flux": ["J1733-1304=2.39@96.35,-0.70", "3c279=12@97,-0.5"]},
}


def mous(*ends: str, plan: dict[str, object] | None = None, area: Path = Path("/area")) -> Mous:
    """Return a MOUS of execution blocks whose uids end so; nothing of it is on disk."""
    tree = MousTree(area / "uid___A001_X1_X2")
    uids = [Uid(("A002", "X1", end)) for end in ends]
    ebs = (
        MousEb(u, tree.calibration(u), tree.calibration(u) / u.file_name, Products(f"{u.file_name}.ms")) for u in uids
    )
    return Mous(tree, MousSettings.model_validate({"uid": "uid://A001/X1/X2", "plan": plan or {}}), tuple(ebs))


def names(jobs: object) -> list[str]:
    return [job.name for job in jobs]  # type: ignore[attr-defined]


def job(made: Mous, name: str) -> Job:
    return next(job for job in jobs_of(made) if job.name == name)


def test_every_execution_block_goes_before_the_combination() -> None:
    assert names(jobs_of(mous("X2", "X3"))) == [
        *("X2 plan", "X3 plan", "X2 run", "X3 run", "X2 report", "X3 report"),
        *("combine", "image", "mous-report", "readme", "check", "package"),
    ]
    assert names(jobs_of(mous("X2"), until="image")) == ["X2 plan", "X2 run", "X2 report", "image"]


def test_an_unknown_stage_and_an_empty_mous_are_refused() -> None:
    with pytest.raises(InputError, match="stages are plan, run"):
        jobs_of(mous("X2"), until="imaging")
    with pytest.raises(InputError, match="almared prepare"):
        jobs_of(mous())


def test_needs_name_stages_that_come_before() -> None:
    for number, stage in enumerate(STAGES):
        assert set(stage.needs) <= {before.name for before in STAGES[:number]}


def test_one_failing_execution_block_does_not_stop_the_other() -> None:
    made = mous("X2", "X3")
    stopped = blocked(jobs_of(made), [job(made, "X2 run")])
    assert names(stopped) == ["X2 report", "combine", "image", "mous-report", "readme", "check", "package"]


def run_board(board: Board, *, failing: str = "") -> list[list[str]]:
    """Return the jobs that run together, round after round, all of a round ending together."""
    rounds = []
    while ready := board.ready([]):
        rounds.append(names(ready))
        for one in ready:
            board.end(one, is_done=one.name != failing)
    return rounds


def test_jobs_run_side_by_side_as_far_as_they_can() -> None:
    jobs = [one for one in jobs_of(mous("X2", "X3", "X4")) if one.stage.name != "plan"]
    assert run_board(Board(jobs, size=2, failed=[])) == [
        ["X2 run", "X3 run"],
        ["X4 run", "X2 report"],
        ["X3 report", "X4 report"],
        ["combine"],
        ["image"],
        ["mous-report"],
        ["readme"],
        ["check"],
        ["package"],
    ]
    assert run_board(Board(jobs, size=4, failed=[]))[1:3] == [
        ["X2 report", "X3 report", "X4 report", "combine"],
        ["image"],
    ]
    assert run_board(Board(jobs, size=3, failed=[]), failing="X3 run")[1:] == [["X2 report", "X4 report"]]


def test_imaging_runs_alone() -> None:
    made = mous("X2")
    board = Board([job(made, "image"), job(made, "X2 report")], size=4, failed=[])
    assert names(board.ready([])) == ["image"]
    assert board.ready([job(made, "image")]) == []
    board = Board([job(made, "image")], size=4, failed=[])
    assert board.ready([job(made, "X2 report")]) == []


def test_options_of_the_plan_come_from_the_settings() -> None:
    made = mous("X2", "X3", plan=PLAN)
    common = ["--refant", "DA41", "--time-bin", "6", "--antpos", "/area/uid___A001_X1_X2/positions/antennapos.csv"]
    for eb, own in zip(
        made.ebs, ([], ["--flux", "J1733-1304=2.39@96.35,-0.70", "--flux", "3c279=12@97,-0.5"]), strict=True
    ):
        words = plan_words(made.settings.plan.for_eb(eb.uid), made.tree.root)
        assert words == [*common, *own, "--low-snr", *(["--no-wvr"] if own else [])]


def test_words_are_those_that_the_commands_know(tmp_path: Path) -> None:
    plan = {**PLAN, "lazy": True, "lbc": True, "allow_hybrid": True, "tsys_chan_tol": 2.5}
    made = mous("X2", "X3", plan=plan, area=tmp_path)
    for eb in made.ebs:
        eb.asdm.mkdir(parents=True)
    options = PassedOptions(is_forced=True, should_break_lock=True, workers=3, share=2, scheduler="tcp://host:8786")
    for one in jobs_of(made):
        words = words_of(one, made, options=options)
        command = importlib.import_module(f"almared.cli.commands.{words[0]}").command
        assert command.make_context(words[0], list(words[1:])).params["is_json"], one.name
    told = ("--break-lock", "--workers", "3", "--scheduler", "tcp://host:8786")
    assert words_of(job(made, "image"), made, options=options)[-5:] == told
    assert words_of(job(made, "X2 report"), made, options=options)[-2:] == ("--workers", "2")


GB = 1e9


@pytest.mark.parametrize(
    ("needs", "cores", "memory", "value", "reason"),
    [
        ((2, 2, 2), 8, 64, 3, "no more execution blocks"),
        ((2, 2, 2), 2, 64, 2, "2 cores"),
        ((2, 30, 2), 8, 64, 2, "30.0 GB of memory"),
        ((2, 300, 2), 8, 64, 1, "300.0 GB of memory"),
        ((2, 2), 4, None, 2, "no more execution blocks"),
        ((), 4, 64, 1, "no more"),
    ],
)
def test_the_size_of_the_crew(
    needs: tuple[float, ...], cores: int, memory: float | None, value: int, reason: str
) -> None:
    choice = choose_workers(
        [Needs(0.0, need * GB, "") for need in needs], cores=cores, memory=None if memory is None else memory * GB
    )
    assert choice.value == value
    assert reason in choice.reason


def test_what_is_asked_for_is_taken_and_judged() -> None:
    needs = [Needs(0.0, 10 * GB, "")] * 4
    assert choose_workers(needs, cores=2, memory=64 * GB, wanted=4).warning == ""
    choice = choose_workers(needs, cores=2, memory=25 * GB, wanted=4)
    assert (choice.value, choice.warning) == (4, "memory is enough for only 2")


def test_calibrations_that_do_not_fit_together_are_refused() -> None:
    needs = [Needs(5 * GB, GB, ""), Needs(4 * GB, GB, "")]
    check_disk(Path("/area"), needs, free=10 * GB)
    with pytest.raises(ResourceError, match=r"need about 9\.9 GB of disk but only 9\.5 GB are free"):
        check_disk(Path("/area"), needs, free=9.5 * GB)


def test_an_error_is_that_of_the_command(tmp_path: Path) -> None:
    one = job(mous("X2"), "X2 run")
    output = tmp_path / "X2-run.txt"
    output.with_suffix(".err").write_text(
        "step 3 ...\nalmared: step 3: flagdata failed: no such table\n  What to do: look at it\n"
    )
    error = job_error(one, JobExit(6), output=output)
    assert isinstance(error, StepError)
    assert (error.what, error.where, error.repair) == ("step 3: flagdata failed: no such table", "X2 run", "look at it")
    assert isinstance(job_error(one, JobExit(4), output=output), PlanError)
    killed = job_error(one, JobExit(-9), output=output)
    assert "killed by signal 9" in killed.what
    lost = job_error(one, JobExit(-1, is_lost=True, fate="gone"), output=output)
    assert isinstance(lost, RunError)
    assert "its worker was lost: gone" in str(lost)
    output.with_suffix(".err").write_text("Traceback ...")
    line = {"place": "MOUS", "passed": False, "faults": ["README is missing"]}
    output.write_text(json.dumps({"passed": False, "lines": [line, {**line, "passed": True}]}))
    checked = job_error(one, JobExit(8), output=output)
    assert isinstance(checked, DeliveryError)
    assert checked.what == "the final checklist failed (MOUS: README is missing)"
    crashed = job_error(one, JobExit(1), output=output)
    assert type(crashed) is AlmaredError
    assert "X2-run.err" in crashed.repair


def test_all_failures_are_told() -> None:
    made = mous("X2", "X3")
    failures = [
        Failure(job(made, "X2 run"), StepError("it broke", where="X2 run")),
        Failure(job(made, "X3 plan"), PlanError("x")),
    ]
    told = summed_up(failures, [job(made, "combine")])
    assert isinstance(told, StepError)
    assert str(told) == "X2 run: it broke; also failed: X3 plan; not done: combine"


def test_cluster_files(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(
        'system = "slurm"\nworkers = 3\n[options]\nqueue = "astro"\nmemory = "24GB"\nwalltime = "12:00:00"\n'
        'job_extra_directives = ["--exclusive"]\n'
    )
    read = read_cluster_file(file)
    assert (read.system, read.workers, read.options["queue"]) == ("slurm", 3, "astro")
    for text, words in (
        ('system = "slurm"', "workers: Field required"),
        ('system = "torque"\nworkers = 1', "system: Input should be"),
        ('system = "slurm"\nworkers = 1\nqueue = "x"', "queue: Extra inputs"),
        ("system", "not valid TOML"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=words):
            read_cluster_file(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_cluster_file(tmp_path / "none.toml")
