"""Wrapped tasks: what is journalled, which lines of the log count, how failures are told."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from almared.engine.tasks import JournalledTask, TaskCall, TaskWatch, summarise, wrap_tasks
from almared.errors import StepError
from almared.records.casa_log import LogReader, read_messages, severe_messages

LEAP_SECONDS = """\
2026-11-23 01:39:11\tSEVERE\timportasdm::MeasTable::dUTC(Double) (file MeasTable.cc, line 4290)\tLeap second table TAI_UTC seems out-of-date.
2026-11-23 01:39:11\tSEVERE\timportasdm::MeasTable::dUTC(Double) (file MeasTable.cc, line 4290)+\tUntil the table is updated (see the CASA documentation or your system admin),
2026-11-23 01:39:11\tSEVERE\timportasdm::MeasTable::dUTC(Double) (file MeasTable.cc, line 4290)+\ttimes and coordinates derived from UTC could be wrong by 1s or more.
"""  # noqa: E501
"""As casatasks 6.7.0.31 with casadata 2025.9.22 writes it in every process."""

REFUSED = "2026-11-23 01:40:00\tSEVERE\tgaincal::::casa\tCould not find any data.\n"


class Calls:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[TaskCall] = []
        self.ended: list[TaskCall] = []

    def begin_task(self, call: TaskCall) -> None:
        self.begun.append(call)

    def end_task(self, call: TaskCall) -> None:
        self.ended.append(call)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "casa.log"
    path.write_text("")
    return path


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def watch(log: Path, calls: Calls) -> TaskWatch:
    return TaskWatch(calls, LogReader(log))


def test_the_leap_second_warning_is_harmless_with_its_continuation() -> None:
    assert severe_messages(LEAP_SECONDS.splitlines()) == ()
    (message,) = read_messages(LEAP_SECONDS.splitlines())
    assert message.text.endswith("wrong by 1s or more.")


def test_other_severe_lines_count() -> None:
    (message,) = severe_messages((LEAP_SECONDS + REFUSED).splitlines())
    assert message.text == "Could not find any data."
    assert message.origin.startswith("gaincal")
    assert severe_messages(REFUSED.splitlines(), tolerated=["find any data"]) == ()


def test_the_log_is_read_on_from_where_it_was_left(log: Path) -> None:
    log.write_text("old\n")
    reader = LogReader(log)
    with log.open("a") as file:
        file.write("new\nhalf")
    assert reader.new_lines() == ["new"]
    with log.open("a") as file:
        file.write(" a line\n")
    assert reader.new_lines() == ["half a line"]
    assert LogReader(log.parent / "missing.log").new_lines() == []


def test_arguments_result_and_seconds_are_told(watch: TaskWatch, calls: Calls) -> None:
    task = JournalledTask("visstat", lambda vis, spw="", weights=None: {"rows": 3}, watch=watch)
    assert task("a.ms", weights=np.array([1.5, 2.0])) == {"rows": 3}
    assert calls.begun[0].arguments == {"vis": "a.ms", "weights": [1.5, 2.0]}
    assert calls.ended[0].result == "{'rows': 3}"
    assert calls.ended[0].error == ""
    assert calls.ended[0].seconds >= 0.0


def test_a_task_inside_a_task_belongs_to_the_outer_one(watch: TaskWatch, calls: Calls) -> None:
    inner = JournalledTask("flagcmd", lambda: 1, watch=watch)
    outer = JournalledTask("importasdm", lambda: inner() + 1, watch=watch)
    assert outer() == 2
    assert [call.task for call in calls.ended] == ["importasdm"]


@pytest.mark.parametrize(
    "fault", [AssertionError("bad value"), TypeError("unknown"), RuntimeError("failed"), Exception("bare")]
)
def test_what_a_task_raises_is_raised_on_and_explained(watch: TaskWatch, calls: Calls, fault: Exception) -> None:
    def fail() -> None:
        raise fault

    with pytest.raises(type(fault)) as caught:
        JournalledTask("gaincal", fail, watch=watch)()
    error = watch.explain(caught.value)
    assert isinstance(error, StepError)
    assert error.what == f"gaincal failed: {fault}"
    assert calls.ended[0].error == str(fault)
    assert watch.explain(ValueError("another")) is None


def test_a_severe_line_fails_the_task_in_the_words_of_the_log(watch: TaskWatch, log: Path) -> None:
    def grumble() -> None:
        log.write_text(LEAP_SECONDS + REFUSED)

    with pytest.raises(StepError, match=r"gaincal failed: Could not find any data\."):
        JournalledTask("gaincal", grumble, watch=watch)()


@pytest.mark.parametrize("result", [False, {"success": False, "rval": 1}])
def test_a_result_that_means_failure_fails_the_task(watch: TaskWatch, result: object) -> None:
    with pytest.raises(StepError, match="wvrgcal failed: it returned"):
        JournalledTask("wvrgcal", lambda: result, watch=watch)()


@pytest.mark.parametrize("result", [None, True, {}, {"success": True}, 0])
def test_other_results_do_not(watch: TaskWatch, result: object) -> None:
    assert JournalledTask("wvrgcal", lambda: result, watch=watch)() == result


def test_what_a_tool_raised_between_tasks_is_the_scripts_affair(watch: TaskWatch, log: Path) -> None:
    log.write_text("2026-11-23 01:40:00\tSEVERE\topen::x\tException Reported: Table x does not exist\n")
    assert JournalledTask("listobs", lambda: None, watch=watch)() is None


def test_wrapping_keeps_what_is_no_task_and_does_not_wrap_twice(watch: TaskWatch) -> None:
    module = ModuleType("casatasks")
    module.__dict__.update(__all__=["casalog", "version", "gaincal"], casalog=object(), version=list)
    module.__dict__["gaincal"] = lambda vis="", solint="inf": None
    signature = str(inspect.signature(module.gaincal))
    log_before = module.casalog
    assert wrap_tasks(module, watch) == ("gaincal",)
    wrapped = module.gaincal
    wrap_tasks(module, watch)
    assert module.gaincal is wrapped
    assert module.casalog is log_before
    assert module.version is list
    assert str(inspect.signature(wrapped)) == signature


def test_a_long_result_is_cut() -> None:
    assert len(summarise(list(range(1000)))) == 300
