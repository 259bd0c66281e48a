"""Engines of our own are found by their modules: a faster task is one file."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from almared.engine.both import Engines
from almared.engine.casa import CasaEngine
from almared.engine.native import native_engines
from almared.engine.port import TaskCall

SPLIT = """
from almared.engine.port import ImmediateEngine, TaskCall

class Split(ImmediateEngine):
    name = "fast-split"
    version = "1"
    def supports(self, call):
        return "it keeps all spectral windows" if call.arguments.get("spw") else None if call.task == "split" else "no"
    def call(self, call):
        return "fast"

def make_engine():
    return Split()
"""

FUSED = """
from almared.engine.fake import FakeEngine

def make_engine():
    return FakeEngine({"applycal": lambda **_: None}, name="fused", is_fused=True)
"""


def test_a_file_in_the_folder_is_an_engine_that_is_asked_before_casa(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "faster_tasks"
    place.mkdir()
    (place / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    package = importlib.import_module("faster_tasks")
    assert native_engines(package) == ()
    (place / "split.py").write_text(SPLIT)
    (place / "apply.py").write_text(FUSED)
    casa = CasaEngine({name: lambda **_: "casa" for name in ("applycal", "split")}, "6.7.0.31")
    engines = Engines([*native_engines(package), casa])
    assert engines.versions == {"fused": "1", "fast-split": "1", "casa": "6.7.0.31"}
    engines.begin_step(18)
    assert engines.call(TaskCall("applycal", {"vis": "a.ms"})) is None
    assert engines.call(TaskCall("split", {"vis": "a.ms"})) == "fast"
    assert engines.call(TaskCall("split", {"vis": "a.ms", "spw": "0"})) == "casa"
    assignment = engines.assign(TaskCall("split", {"vis": "a.ms", "spw": "0"}))
    assert assignment.declined["fast-split"] == "it keeps all spectral windows"
    engines.end_step(18)
    engines.close()
    for name in [name for name in sys.modules if name.startswith("faster_tasks")]:
        del sys.modules[name]


def test_each_call_makes_new_engines() -> None:
    first, second = native_engines(), native_engines()
    assert not {id(engine) for engine in first} & {id(engine) for engine in second}
