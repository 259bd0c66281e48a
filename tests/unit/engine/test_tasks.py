"""Wrapped tasks: what is journalled, which lines of the log count, how failures are told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from almared.engine.both import Engines
from almared.engine.casa import CasaEngine
from almared.engine.fake import FakeEngine
from almared.engine.port import Engine, TaskCall
from almared.engine.tasks import JournalledTask, TaskRecord, TaskWatch, summarise, wrap_tasks
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
        self.begun: list[TaskRecord] = []
        self.ended: list[TaskRecord] = []

    def begin_task(self, call: TaskRecord) -> None:
        self.begun.append(call)

    def end_task(self, call: TaskRecord) -> None:
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
    return watch_of([CasaEngine({}, "6.7.0.31")], log=log, calls=calls)


def watch_of(engines: Sequence[Engine], *, log: Path, calls: Calls) -> TaskWatch:
    return TaskWatch(calls, LogReader(log), Engines(engines))


def journalled(name: str, function: Callable[..., Any], *, watch: TaskWatch) -> JournalledTask:
    """Return the stand-in for a task of CASA."""
    casa = watch.engines.engines[-1]
    assert isinstance(casa, CasaEngine)
    casa.tasks = {**casa.tasks, name: function}
    return JournalledTask(name, function, watch=watch)


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
    task = journalled("visstat", lambda vis, spw="", weights=None: {"rows": 3}, watch=watch)
    assert task("a.ms", weights=np.array([1.5, 2.0])) == {"rows": 3}
    assert calls.begun[0].arguments == {"vis": "a.ms", "weights": [1.5, 2.0]}
    assert calls.ended[0].result == "{'rows': 3}"
    assert calls.ended[0].error == ""
    assert calls.ended[0].seconds >= 0.0


def test_a_task_inside_a_task_belongs_to_the_outer_one(watch: TaskWatch, calls: Calls) -> None:
    inner = journalled("flagcmd", lambda: 1, watch=watch)
    outer = journalled("importasdm", lambda: inner() + 1, watch=watch)
    assert outer() == 2
    assert [call.task for call in calls.ended] == ["importasdm"]


@pytest.mark.parametrize(
    "fault", [AssertionError("bad value"), TypeError("unknown"), RuntimeError("failed"), Exception("bare")]
)
def test_what_a_task_raises_is_raised_on_and_explained(watch: TaskWatch, calls: Calls, fault: Exception) -> None:
    def fail() -> None:
        raise fault

    with pytest.raises(type(fault)) as caught:
        journalled("gaincal", fail, watch=watch)()
    error = watch.explain(caught.value)
    assert isinstance(error, StepError)
    assert error.what == f"gaincal failed: {fault}"
    assert calls.ended[0].error == str(fault)
    assert watch.explain(ValueError("another")) is None


def test_a_severe_line_fails_the_task_in_the_words_of_the_log(watch: TaskWatch, log: Path) -> None:
    def grumble() -> None:
        log.write_text(LEAP_SECONDS + REFUSED)

    with pytest.raises(StepError, match=r"gaincal failed: Could not find any data\."):
        journalled("gaincal", grumble, watch=watch)()


@pytest.mark.parametrize("result", [False, {"success": False, "rval": 1}])
def test_a_result_that_means_failure_fails_the_task(watch: TaskWatch, result: object) -> None:
    with pytest.raises(StepError, match="wvrgcal failed: it returned"):
        journalled("wvrgcal", lambda: result, watch=watch)()


@pytest.mark.parametrize("result", [None, True, {}, {"success": True}, 0])
def test_other_results_do_not(watch: TaskWatch, result: object) -> None:
    assert journalled("wvrgcal", lambda: result, watch=watch)() == result


def test_what_a_tool_raised_between_tasks_is_the_scripts_affair(watch: TaskWatch, log: Path) -> None:
    log.write_text("2026-11-23 01:40:00\tSEVERE\topen::x\tException Reported: Table x does not exist\n")
    assert journalled("listobs", lambda: None, watch=watch)() is None


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


def test_arguments_get_their_names_and_wrong_ones_go_to_casa_as_they_are(watch: TaskWatch, calls: Calls) -> None:
    def gaincal(vis: str = "", caltable: str = "", *, solint: str = "inf") -> str:
        return f"{vis} {caltable} {solint}"

    task = journalled("gaincal", gaincal, watch=watch)
    assert task("a.ms", solint="int", caltable="a.gcal") == "a.ms a.gcal int"
    assert list(calls.begun[0].arguments.items()) == [("vis", "a.ms"), ("caltable", "a.gcal"), ("solint", "int")]
    with pytest.raises(TypeError, match="unexpected keyword argument 'interval'"):
        task("a.ms", interval=3)
    assert calls.begun[1].arguments == {"argument 1": "a.ms", "interval": 3}
    assert calls.ended[1].error.endswith("unexpected keyword argument 'interval'")

    loose = journalled("loose", lambda *names, **options: (names, options), watch=watch)
    assert loose("a", b=1) == (("a",), {"b": 1})


def test_a_call_goes_to_the_engine_that_supports_it_and_the_journal_has_why(log: Path, calls: Calls) -> None:
    def why_not(call: TaskCall) -> str | None:
        return "it solves no polynomials" if call.arguments.get("gaintype") == "GSPLINE" else None

    fast = FakeEngine({"gaincal": lambda **_: "fast"}, name="fast", refuses=why_not)
    watch = watch_of([fast, CasaEngine({}, "6.7.0.31")], log=log, calls=calls)
    gaincal = journalled("gaincal", lambda vis, gaintype="G": "casa", watch=watch)
    listobs = journalled("listobs", lambda vis: "casa", watch=watch)
    assert [gaincal("a.ms"), gaincal("a.ms", gaintype="GSPLINE"), listobs("a.ms")] == ["fast", "casa", "casa"]
    assert [call.engine for call in calls.begun] == [call.engine for call in calls.ended] == ["fast", "casa", "casa"]
    assert [dict(call.declined) for call in calls.begun] == [
        {},
        {"fast": "it solves no polynomials"},
        {"fast": "it has no listobs"},
    ]


def test_what_was_put_off_and_fails_is_an_error_of_the_step_even_when_the_script_caught_it(
    log: Path, calls: Calls
) -> None:
    def fail(**_: object) -> None:
        raise OSError("No space left on device")

    fast = FakeEngine({"applycal": fail}, name="fast", is_fused=True)
    watch = watch_of([fast, CasaEngine({}, "6.7.0.31")], log=log, calls=calls)
    applycal = journalled("applycal", lambda vis: None, watch=watch)
    listobs = journalled("listobs", lambda vis: None, watch=watch)
    watch.begin_step(13)
    applycal("a.ms")
    with pytest.raises(StepError, match="fast failed in what it had put off: OSError: No space left on device"):
        listobs("a.ms")
    assert [call.task for call in calls.ended] == ["applycal"]
    with pytest.raises(StepError, match="No space left"):
        watch.end_step(13)
    watch.abandon_step(13)
    watch.begin_step(14)
    watch.end_step(14)


def test_a_severe_line_of_what_was_put_off_fails_the_step(log: Path, calls: Calls) -> None:
    fast = FakeEngine({"applycal": lambda **_: log.write_text(REFUSED)}, is_fused=True)
    watch = watch_of([fast, CasaEngine({}, "6.7.0.31")], log=log, calls=calls)
    watch.begin_step(13)
    journalled("applycal", lambda vis: None, watch=watch)("a.ms")
    with pytest.raises(StepError, match=r"the step failed: Could not find any data\."):
        watch.end_step(13)


def test_a_task_of_casa_called_by_an_engine_is_part_of_its_call(log: Path, calls: Calls) -> None:
    fast = FakeEngine({}, name="fast")
    watch = watch_of([fast, CasaEngine({}, "6.7.0.31")], log=log, calls=calls)
    split = journalled("split", lambda vis: "subtables", watch=watch)
    fast.tasks = {"split": lambda vis: f"fast, with {split(vis)}"}
    assert split("a.ms") == "fast, with subtables"
    assert [call.task for call in calls.ended] == ["split"]
