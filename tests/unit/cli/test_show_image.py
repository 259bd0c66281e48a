"""What ``almared image`` tells at its end."""

from __future__ import annotations

import pytest

from almared.cli.show.image import show_open_lines
from almared.delivery.checklist_item import checklist_item


def test_open_lines_of_the_checklist_are_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    good = checklist_item("log", "Imaging", asked="a log")
    bad = checklist_item(
        "readme", "MOUS", asked="a README file", faults=("README is missing",), repair="run `almared readme`"
    )
    show_open_lines([good, bad])
    told = capsys.readouterr().out
    assert "1 of 2 lines of the final checklist fail" in told
    assert "MOUS: README is missing; run `almared readme`" in told
    show_open_lines([good])
    assert "almared package" in capsys.readouterr().out
