"""Single fields are given the primary beam of their dishes (decision 035), each chunk one of its own."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans, step_of

from almared.plan import Routine


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B3", {"vptable": "M_100_cont_B3.vp"}),
        ("mosaic", "M_100_cont_B3", {"vptable": None}),
        ("chunks", "M_100_CO.chunk01", {"vptable": "M_100_CO.chunk01.vp"}),
        ("chunks", "M_100_CO", {"vptable": None}),
        ("seven_metre", "M_100_spw0", {"vptable": "M_100_spw0.vp"}),
        ("by_hand", "M_100_spw0", {"vptable": None}),
    ],
)
def test_the_voltage_pattern_is_that_of_the_call(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


@pytest.mark.parametrize(
    ("name", "image"), [("plain", "M_100_spw0"), ("chunks", "M_100_CO.chunk02"), ("dirty", "M_100_spw1")]
)
def test_the_pattern_is_written_before_the_clean_that_takes_it(name: str, image: str) -> None:
    step = step_of(name, image)
    names = [a.name if isinstance(a, Routine) else a.task for a in step.actions]
    assert names.index("write_voltage_pattern") == names.index("tclean") - 1
    assert f"{image}.vp" in step.makes
