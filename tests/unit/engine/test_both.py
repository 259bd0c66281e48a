"""Several engines as one: who carries out a call, and when what was put off is carried out."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.engine.both import Engines, Flush
from almared.engine.casa import CasaEngine
from almared.engine.fake import FakeEngine
from almared.engine.port import Engine, TaskCall
from almared.errors import StepError

NOTHING: dict[str, Any] = {}


def call_of(task: str, **arguments: Any) -> TaskCall:
    return TaskCall(task, arguments)


def fakes(*, is_fused: bool = True) -> tuple[FakeEngine, FakeEngine, list[str]]:
    """Return an engine with two tasks and one with all, and the list in which both keep what they heard."""
    heard: list[str] = []
    fast = FakeEngine({"applycal": _nothing, "split": _nothing}, name="fast", is_fused=is_fused, heard=heard)
    casa = FakeEngine({"applycal": _nothing, "split": _nothing, "listobs": _nothing}, name="casa", heard=heard)
    return fast, casa, heard


def _nothing(**_: Any) -> None:
    return None


def test_the_first_that_supports_a_call_gets_it_and_the_others_say_why_not() -> None:
    fast = FakeEngine({"split": lambda vis: f"fast {vis}"}, name="fast", refuses=_only_small)
    other = FakeEngine({"split": lambda vis: f"other {vis}"}, name="other")
    engines = Engines([fast, other])
    assert engines.call(call_of("split", vis="small.ms")) == "fast small.ms"
    assert engines.call(call_of("split", vis="large.ms")) == "other large.ms"
    assert engines.assign(call_of("split", vis="large.ms")).declined == {"fast": "large.ms is too large"}
    with pytest.raises(StepError, match="no engine carries out gaincal: fast: it has no gaincal; other: it has no"):
        engines.call(call_of("gaincal"))
    assert engines.versions == {"fast": "1", "other": "1"}


def _only_small(call: TaskCall) -> str | None:
    vis = call.arguments["vis"]
    return None if vis == "small.ms" else f"{vis} is too large"


def test_an_engine_that_stumbles_over_a_call_does_not_get_it() -> None:
    fast = FakeEngine({"split": _nothing}, name="fast", refuses=lambda call: call.arguments["vis"])
    assignment = Engines([fast, FakeEngine({"split": _nothing}, name="casa")]).assign(call_of("split"))
    assert assignment.engine.name == "casa"
    assert assignment.declined == {"fast": "it could not judge the call: KeyError: 'vis'"}


def test_steps_begin_and_end_around_their_calls_and_a_fused_pass_is_carried_out_at_the_end() -> None:
    fast, casa, heard = fakes()
    flushes: list[Flush] = []
    engines = Engines([fast, casa], report=flushes.append)
    engines.begin_step(18)
    engines.call(call_of("applycal"))
    engines.call(call_of("split"))
    engines.end_step(18)
    engines.close()
    assert heard == [
        *("fast: begin 18", "casa: begin 18", "fast: put off applycal", "fast: put off split"),
        *("fast: applycal", "fast: split", "fast: end 18", "casa: end 18", "fast: close", "casa: close"),
    ]
    assert [(flush.engine, flush.tasks, flush.error) for flush in flushes] == [("fast", ("applycal", "split"), "")]
    assert flushes[0].seconds >= 0.0


def test_what_was_put_off_comes_before_a_call_of_another_engine() -> None:
    fast, casa, heard = fakes()
    engines = Engines([fast, casa])
    for task in ("applycal", "listobs", "split", "listobs"):
        engines.call(call_of(task))
    done = [line for line in heard if "put off" not in line]
    assert done == ["fast: applycal", "casa: listobs", "fast: split", "casa: listobs"]


@given(st.lists(st.sampled_from(["applycal", "split", "listobs", "end"]), max_size=20))
def test_calls_never_change_places(tasks: list[str]) -> None:
    fast, casa, heard = fakes()
    engines = Engines([fast, casa])
    for task in tasks:
        if task == "end":
            engines.end_step(0)
            engines.begin_step(0)
        else:
            engines.call(call_of(task))
    engines.end_step(0)
    done = [line.partition(": ")[2] for line in heard]
    assert [task for task in done if task in fast.tasks or task in casa.tasks] == [t for t in tasks if t != "end"]


def test_a_step_that_failed_drops_what_was_put_off_and_the_next_begins_clean() -> None:
    fast, casa, heard = fakes()
    engines = Engines([fast, casa])
    engines.begin_step(18)
    engines.call(call_of("applycal"))
    engines.abandon_step(18)
    engines.begin_step(18)
    engines.call(call_of("listobs"))
    engines.end_step(18)
    assert "fast: applycal" not in heard
    assert "fast: abandon 18" in heard
    assert heard[-3:] == ["casa: listobs", "fast: end 18", "casa: end 18"]


FAULTS = [RuntimeError("out of memory"), KeyError("FLAG"), StepError("the table is locked"), Exception("bare")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_failure_outside_calls_is_an_error_of_the_step(fault: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    words = fault.what if isinstance(fault, StepError) else f"{type(fault).__name__}: {fault}"
    for task, where in ((_raising("begin_step", fail), "the begin"), (_raising("end_step", fail), "the end")):
        with pytest.raises(StepError) as caught:
            _step(Engines([task]))
        assert caught.value.what == f"fake failed in {where} of the step: {words}"
    flushes: list[Flush] = []
    fused = FakeEngine({"split": fail}, is_fused=True)
    engines = Engines([fused], report=flushes.append)
    engines.call(call_of("split"))
    with pytest.raises(StepError) as caught:
        engines.end_step(0)
    assert caught.value.what == f"fake failed in what it had put off: {words}"
    assert [(flush.tasks, flush.error) for flush in flushes] == [((), caught.value.what)]


def _raising(method: str, fail: Callable[..., None]) -> Engine:
    engine = FakeEngine(NOTHING)
    setattr(engine, method, fail)
    return engine


def _step(engines: Engines) -> None:
    engines.begin_step(0)
    engines.end_step(0)


def test_the_end_after_a_failure_hides_nothing() -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("second")

    one, other = _raising("abandon_step", fail), FakeEngine(NOTHING, name="other")
    one.close = fail  # type: ignore[method-assign]
    engines = Engines([one, other])
    engines.abandon_step(3)
    engines.close()
    assert other.heard == ["other: abandon 3", "other: close"]


def test_casa_has_every_task_of_its_module_and_raises_what_they_raise() -> None:
    def fail(vis: str) -> None:
        raise AssertionError(vis)

    module = ModuleType("casatasks")
    module.__dict__.update(__all__=["casalog", "version_string", "listobs", "gone"], casalog=object(), listobs=fail)
    module.__dict__["version_string"] = lambda: "6.7.0.31"
    casa = CasaEngine.of_module(module)
    assert (casa.name, casa.version, list(casa.tasks)) == ("casa", "6.7.0.31", ["listobs"])
    assert casa.supports(call_of("listobs", any_parameter=1)) is None
    assert casa.supports(call_of("gone")) == "casatasks 6.7.0.31 has no task gone"
    with pytest.raises(AssertionError, match=r"a\.ms"):
        casa.call(call_of("listobs", vis="a.ms"))
    with pytest.raises(AssertionError, match=r"b\.ms"):
        casa.call(TaskCall("listobs", {}, ("b.ms",)))
