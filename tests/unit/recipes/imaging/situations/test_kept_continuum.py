"""A cube keeps its continuum where that was asked for, or where nothing can be subtracted."""

from __future__ import annotations

import pytest
from support.imaging_plans import case, cleans

from almared.plan import Call


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_spw0", {"vis": "calibrated_final.ms.contsub"}),
        ("kept_continuum", "M_100_spw0", {"vis": "calibrated_final.ms"}),
        ("kept_continuum", "M_100_cont_B3", {"vis": "calibrated_final_cont.ms"}),
    ],
)
def test_cubes_find_their_data(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


def test_the_noise_is_computed_on_the_same_data() -> None:
    (noise,) = (step for step in case("kept_continuum").steps if step.title == "Noise by the weights")
    calls = [a for a in noise.actions if isinstance(a, Call) and str(a.get("spw")).startswith("0:")]
    assert [call.get("vis") for call in calls] == ["calibrated_final.ms"]
