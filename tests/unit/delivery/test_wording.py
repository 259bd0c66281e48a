"""Lines that may be personal: found in comments and texts, and none in what our scripts and texts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.places import GOLDEN

from almared.delivery.wording import personal_wording

SCRIPTS = sorted(GOLDEN.glob("*.py"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("I flagged DV05", "first person"),
        ("we think that it is fine", "first person"),
        ("this spw is terrible", "opinion"),
        ("really??", "opinion"),
        ("see SCOPS-1234", "ticket"),
        ("TODO look at DA41", "note to oneself"),
    ],
)
def test_lines_that_may_be_personal(line: str, kind: str) -> None:
    assert [found.kind for found in personal_wording(f"Fine.\n{line}\n", is_script=False)] == [kind]
    script = f'x = "{line}"\ny = 1  # {line}\n'
    assert [(found.line, found.kind) for found in personal_wording(script, is_script=True)] == [(2, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Stokes I; Jy/beam", "DV05 is flagged in spw 1, low gains", "uid___A002_Xe1_X10.ms", "J1924-2914 is used"
    ],
)  # fmt: skip
def test_lines_that_are_not(text: str) -> None:
    assert personal_wording(text, is_script=False) == ()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_our_own_scripts_are_not_personal(script: Path) -> None:
    assert personal_wording(script.read_text(), is_script=True) == ()


def test_a_script_that_cannot_be_read_is_looked_at_as_far_as_it_goes() -> None:
    assert personal_wording("# our first\nx = (\n", is_script=True)[0].line == 1
