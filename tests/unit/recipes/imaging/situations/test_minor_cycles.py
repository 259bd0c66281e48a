"""Major cycles clean to a quarter of the peak at least, but stay short where the beam is not known (decision 033)."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B3", {"cyclefactor": None}),
        ("high_sidelobes", "M_100_cont_B3", {"cyclefactor": 0.25}),
        ("high_sidelobes_cut", "M_100_cont_B3", {"cyclefactor": 1.0}),
        ("cut", "M_100_cont_B3", {"cyclefactor": 1.0}),
        ("dirty_chunks", "M_100_cont_B3", {"cyclefactor": None}),
        ("high_sidelobes_chunks", "M_100_CO.chunk02", {"cyclefactor": 0.25}),
        ("high_sidelobes_chunks", "M_100_CO", {"cyclefactor": None}),
    ],
)
def test_the_depth_of_minor_cycles_follows_the_sidelobes(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


def test_sidelobes_between_a_quarter_and_a_half_of_the_peak_ask_for_deeper_cycles_alone() -> None:
    call = cleans("moderate_sidelobes")["M_100_cont_B3"]
    assert 0.5 < float(str(call.get("cyclefactor"))) < 1.0
    assert call.get("psfcutoff") is None
