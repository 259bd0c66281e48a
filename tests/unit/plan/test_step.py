"""A step keeps what it is when it gets another place."""

from __future__ import annotations

from dataclasses import fields

import pytest

from almared.plan import Call, Step, StepNeeds

WHOLE = Step(
    2,
    "Continuum MS",
    (Call("split", ()),),
    makes=("cont.ms",),
    changes=("final.ms",),
    flags={"final.ms": "before_cont_flags"},
    needs=StepNeeds(1.0, 2.0, 3.0),
)


@pytest.mark.parametrize("name", [f.name for f in fields(Step) if f.name not in ("number", "after")])
def test_a_step_at_another_place_is_the_same_step(name: str) -> None:
    assert getattr(WHOLE.placed(7, after=(0, 5)), name) == getattr(WHOLE, name)


def test_only_number_and_what_it_builds_on_change() -> None:
    moved = WHOLE.placed(7, after=(0, 5))
    assert (moved.number, moved.after) == (7, (0, 5))
    assert (WHOLE.number, WHOLE.after) == (2, None)
