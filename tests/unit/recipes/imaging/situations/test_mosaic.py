"""Pointings of a mosaic share one weighting, and their directions are those of the fields."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B3", {"gridder": "standard", "mosweight": None, "usepointing": None}),
        ("mosaic", "M_100_cont_B3", {"gridder": "mosaic", "mosweight": True, "usepointing": False}),
        ("by_hand", "M_100_spw0", {"gridder": "mosaic", "mosweight": True, "usepointing": False}),
        ("mosaic_chunks", "M_100_CO.chunk00", {"gridder": "mosaic", "mosweight": True}),
    ],
)
def test_mosaics_are_weighted_by_pointing(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected
