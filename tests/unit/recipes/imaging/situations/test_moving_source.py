"""A cube of a source that moves has channels in the frame of the source."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_spw0", {"specmode": "cube", "outframe": "LSRK"}),
        ("moving", "M_100_spw0", {"specmode": "cubesource", "outframe": "", "phasecenter": "TRACKFIELD"}),
        ("moving", "M_100_cont", {"specmode": "mfs", "outframe": None}),
        ("moving_chunks", "M_100_spw0.chunk01", {"specmode": "cubesource", "outframe": ""}),
        ("moving_chunks", "M_100_spw0", {"specmode": "cubesource", "outframe": ""}),
    ],
)
def test_channels_follow_what_moves(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected
