"""Observing modes are found by their files; a mode without a recipe is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.small_plan import planned, small_eb

from almared.errors import PlanError
from almared.model import Choice
from almared.recipes import CalibrationOptions
from almared.recipes.calibration import modes
from almared.recipes.calibration.mode import Mode, recognise_modes
from almared.recipes.calibration.modes import all_modes

FOLDER = Path(str(modes.__file__)).parent

NEW = '''
"""A mode that somebody adds."""

from dataclasses import replace

from almared.model import Choice
from almared.plan import roles
from almared.recipes.calibration.mode import Mode


def recognise(eb, options):
    return Choice("added", "the target is named so") if eb.fields[-1].name == "Added" else None


def decide(decisions, eb, *, choice):
    return replace(decisions, refant=Choice("PM03", choice.reason))


def rewrite(plan, situation, *, choice):
    return plan.with_calls(roles.BANDPASS, change=lambda call: call.with_argument("solnorm", False))


MODE = Mode(5, "the added mode", recognise, decide, rewrite)
'''


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file in the folder of the modes."""
    (tmp_path / "added_mode.py").write_text(NEW)
    monkeypatch.setattr(modes, "__path__", [*modes.__path__, str(tmp_path)])
    all_modes.cache_clear()
    yield
    all_modes.cache_clear()
    sys.modules.pop(f"{modes.__name__}.added_mode", None)


def test_every_file_of_the_folder_is_a_mode() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert len(all_modes()) == len(files)
    assert {mode.recognise.__module__.rpartition(".")[2] for mode in all_modes()} == files


def test_modes_have_an_order_and_a_name_of_their_own() -> None:
    orders = [mode.order for mode in all_modes()]
    assert orders == sorted(set(orders))
    assert len({mode.name for mode in all_modes()}) == len(orders)


def test_an_ordinary_observation_is_in_none_of_them() -> None:
    assert recognise_modes(small_eb(), CalibrationOptions(), modes=all_modes()) == ()


@pytest.mark.usefixtures("added")
def test_one_more_file_is_one_more_mode() -> None:
    assert all_modes()[0].name == "the added mode"
    eb = small_eb()
    fields = (*eb.fields[:-1], replace(eb.fields[-1], name="Added"))
    plan = planned(replace(eb, fields=fields))
    bandpass = [c for c in plan.step(13).actions if getattr(c, "task", "") == "bandpass"]
    assert {call.get("solnorm") for call in bandpass} == {False}
    assert {call.get("refant") for call in bandpass} == {"PM03"}
    assert [entry.choice.value for entry in plan.choices if entry.name == "the added mode"] == ["added"]
    assert planned().step(13).actions != plan.step(13).actions


def test_a_mode_without_a_rewrite_is_refused_with_its_reason() -> None:
    mode = Mode(1, "another mode", lambda eb, options: Choice("x", "it was observed in another mode"))
    with pytest.raises(PlanError, match="it was observed in another mode") as found:
        recognise_modes(small_eb(), CalibrationOptions(), modes=[mode])
    assert "recipe of its own" in str(found.value.repair)
