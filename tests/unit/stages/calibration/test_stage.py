"""A calibration is drafted by one call, from whatever names the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import tiny_eb
from support.small_plan import ASDM, MS

from almared.errors import InputError, PlanError
from almared.stages.calibration.stage import draft_calibration


@pytest.fixture
def asdm(tmp_path: Path) -> Path:
    tiny_eb.write_asdm(tmp_path / ASDM, tiny_eb.contents(syscal=()))
    return tmp_path / ASDM


def test_choices_alone_write_nothing(asdm: Path) -> None:
    draft = draft_calibration(asdm, {}, should_write=False)
    assert draft.written is None
    assert draft.plan.ms == MS
    assert [path.name for path in asdm.parent.iterdir()] == [ASDM]


def test_the_script_lies_next_to_the_data_and_has_what_was_asked_for(asdm: Path) -> None:
    draft = draft_calibration(asdm.parent, {"refant": "DV10"})
    assert draft.written is not None
    assert draft.written.script == asdm.parent / draft.plan.script
    assert 'refant="DV10"' in draft.written.script.read_text()
    assert draft.source.asdm == asdm


def test_a_script_that_a_hand_edited_stays_unless_forced(asdm: Path) -> None:
    first = draft_calibration(asdm, {}).written
    assert first is not None
    first.script.write_text(first.script.read_text() + "# by hand\n")
    with pytest.raises(PlanError, match="edited by hand"):
        draft_calibration(asdm, {})
    again = draft_calibration(asdm, {}, is_forced=True).written
    assert again is not None
    assert again.backup is not None


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no ASDM"):
        draft_calibration(tmp_path / "nothing", {})
