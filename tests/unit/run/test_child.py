"""Steps in the process of the script: what the engines are asked, and what the journal keeps of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from almared.engine.both import Engines
from almared.engine.casa import CasaEngine
from almared.engine.fake import FakeEngine
from almared.engine.tasks import TaskWatch, wrap_tasks
from almared.errors import StepError
from almared.records.casa_log import LogReader
from almared.records.journal import Journal
from almared.run.child import RunRecorder, StepRunner
from almared.script.read import read_script

SCRIPT = """
from casatasks import *
step_title = {0: "Apply and split", 1: "List", 2: "Careless"}
step_makes = {0: ["a.ms.split"], 1: [], 2: []}
thesteps = mysteps
mystep = 0
if mystep in thesteps:
    applycal(vis="a.ms")
    split(vis="a.ms", outputvis="a.ms.split")
mystep = 1
if mystep in thesteps:
    applycal(vis="a.ms")
    listobs(vis="a.ms")
    raise ValueError("the script is wrong")
mystep = 2
if mystep in thesteps:
    split(vis="a.ms", outputvis="")
    try:
        listobs(vis="a.ms")
    except Exception:
        pass
"""


@pytest.fixture
def fast(tmp_path: Path) -> FakeEngine:
    """An engine that puts off what it can do."""

    def split(vis: str, outputvis: str) -> None:
        (tmp_path / outputvis).mkdir()

    return FakeEngine({"applycal": lambda vis: None, "split": split}, name="fast", is_fused=True)


@pytest.fixture
def run(tmp_path: Path, fast: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Run a step with that engine before a CASA of three tasks."""
    casatasks = ModuleType("casatasks")
    names = ("applycal", "split", "listobs")
    casatasks.__dict__.update({name: lambda vis, outputvis="": None for name in names}, __all__=list(names))
    casatasks.__dict__["version_string"] = lambda: "6.7.0.31"
    monkeypatch.setitem(sys.modules, "casatasks", casatasks)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.ms.scriptForCalibration.py"
    path.write_text(SCRIPT)
    events = os.open(os.devnull, os.O_WRONLY)
    recorder = RunRecorder(tmp_path, "r", events=events)
    engines = Engines([fast, CasaEngine.of_module(casatasks)], report=recorder.flush)
    watch = TaskWatch(recorder, LogReader(tmp_path / "casa.log"), engines)
    wrap_tasks(casatasks, watch)
    yield StepRunner(read_script(path), recorder, watch=watch, casa="6.7.0.31").run
    os.close(events)


def told(directory: Path, *keys: str) -> list[list[Any]]:
    """Return the journal: of each entry the event and what it has of some keys."""
    entries = Journal(directory).entries()
    return [[entry.event, *(entry.data[key] for key in keys if key in entry.data)] for entry in entries]


def test_a_fused_pass_is_carried_out_before_the_products_of_the_step_are_counted(
    tmp_path: Path, fast: FakeEngine, run: Callable[[int], None]
) -> None:
    run(0)
    assert [line.removeprefix("fast: ") for line in fast.heard] == [
        *("begin 0", "put off applycal", "put off split", "applycal", "split", "end 0")
    ]
    assert told(tmp_path, "task", "engine", "declined", "tasks", "outcome") == [
        ["step-begin"],
        ["task-begin", "applycal", "fast"],
        ["task-end", "applycal", "fast"],
        ["task-begin", "split", "fast"],
        ["task-end", "split", "fast"],
        ["flush", "fast", ["applycal", "split"]],
        ["step-end", "done"],
    ]
    assert list(Journal(tmp_path).entries()[-1].data["made"]) == ["a.ms.split"]


def test_a_step_that_raises_is_abandoned(tmp_path: Path, fast: FakeEngine, run: Callable[[int], None]) -> None:
    with pytest.raises(StepError, match="ValueError: the script is wrong"):
        run(1)
    assert fast.heard == [f"fast: {what}" for what in ("begin 1", "put off applycal", "applycal", "abandon 1")]
    assert told(tmp_path, "task", "engine", "declined")[3:6] == [
        ["flush", "fast"],
        ["task-begin", "listobs", "casa", {"fast": "it has no listobs"}],
        ["task-end", "listobs", "casa"],
    ]
    assert told(tmp_path, "outcome")[-1] == ["step-end", "failed"]


def test_a_pass_that_failed_fails_the_step_though_the_script_went_on(
    tmp_path: Path, run: Callable[[int], None]
) -> None:
    with pytest.raises(StepError, match="fast failed in what it had put off: FileExistsError") as caught:
        run(2)
    assert caught.value.data["step"] == 2
    entries = {entry.event: entry.data for entry in Journal(tmp_path).entries()}
    assert entries["flush"]["error"].startswith("fast failed in what it had put off: FileExistsError")
    assert entries["step-end"]["error"] == entries["flush"]["error"]
    run(0)
    assert (tmp_path / "a.ms.split").is_dir()
