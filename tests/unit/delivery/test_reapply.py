"""Which steps remain when the calibration tables are delivered: those that change or make data, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.places import GOLDEN

from almared.delivery.reapply import steps_of_application
from almared.script.read import CalibrationScript, read_script

PLAIN = GOLDEN / "plain.scriptForCalibration.py"
DATA = (".ms", ".ms.split", ".ms.split.cal", ".flagversions")
SOLVING = {4, 5, 13, 15}
MODEL = 11


def tables(script: CalibrationScript) -> list[str]:
    return [name for name in script.products if not name.endswith(DATA)]


def left_out(text: str, tmp_path: Path, *, without: str = "") -> set[int]:
    path = tmp_path / PLAIN.name
    path.write_text(text)
    script = read_script(path)
    there = [name for name in tables(script) if not without or not name.endswith(without)]
    return set(script.numbers) - set(steps_of_application(script, there))


def test_solutions_and_their_models_are_not_made_again(tmp_path: Path) -> None:
    assert left_out(PLAIN.read_text(), tmp_path) == SOLVING | {MODEL}


def test_a_table_that_is_not_there_is_made_with_its_model(tmp_path: Path) -> None:
    assert left_out(PLAIN.read_text(), tmp_path, without=".bandpass") == SOLVING - {13}


@pytest.mark.parametrize(
    "edit",
    [
        'flagdata(vis="uid___A002_Xabc123_X1f.ms.split", antenna="DV01", flagbackup=False)',
        'uvsub(vis="uid___A002_Xabc123_X1f.ms.split")',
        "my_own_function()",
        'statwt(vis="uid___A002_Xabc123_X1f.ms.split")',
    ],
)
def test_a_step_to_which_a_hand_added_something_is_run(tmp_path: Path, edit: str) -> None:
    head = "mystep = 13\nif mystep in thesteps:\n"
    text = PLAIN.read_text()
    assert text.count(head) == 1
    assert 13 not in left_out(text.replace(head, f"{head}    {edit}\n"), tmp_path)


def test_flags_on_a_table_are_in_the_table(tmp_path: Path) -> None:
    head = "mystep = 13\nif mystep in thesteps:\n"
    edit = 'flagdata(vis="uid___A002_Xabc123_X1f.ms.split.bandpass", antenna="DV01", flagbackup=False)'
    assert left_out(PLAIN.read_text().replace(head, f"{head}    {edit}\n"), tmp_path) == SOLVING | {MODEL}
