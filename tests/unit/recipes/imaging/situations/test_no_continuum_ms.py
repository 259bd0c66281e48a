"""A continuum image is made from calibrated_final.ms where nothing is averaged."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B6", {"vis": "calibrated_final_cont.ms", "spw": "1"}),
        ("unaveraged", "M_100_cont_B6", {"vis": "calibrated_final.ms", "spw": "1"}),
        ("unaveraged", "M_100_spw1", {"vis": "calibrated_final.ms.contsub", "spw": "1"}),
    ],
)
def test_continuum_images_find_their_data(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected
