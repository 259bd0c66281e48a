"""A mask that a person made takes the place of the automatic one."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        (
            "masks",
            "M_100_cont_B3",
            {"usemask": "user", "mask": "masks/a.mask", "sidelobethreshold": None, "pbmask": None},
        ),
        ("masks", "M_100_cont_B6", {"usemask": "auto-multithresh", "mask": None}),
        ("mask_chunks", "M_100_spw0.chunk01", {"usemask": "user", "mask": "masks/a.mask"}),
        ("mask_chunks", "M_100_spw0", {"usemask": None, "mask": None}),
        ("high_sidelobes_masks", "M_100_spw0", {"usemask": "user", "pbmask": None, "psfcutoff": 0.5}),
    ],
)
def test_a_mask_by_hand_is_taken_where_it_was_given(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected
