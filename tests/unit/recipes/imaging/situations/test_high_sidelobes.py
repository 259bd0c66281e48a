"""Sidelobes above half of the peak are not fitted as beam; masks end where the beam is not known (decision 033)."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B3", {"psfcutoff": None, "pbmask": None}),
        ("moderate_sidelobes", "M_100_cont_B3", {"psfcutoff": None, "pbmask": None}),
        ("high_sidelobes", "M_100_cont_B3", {"psfcutoff": 0.5, "pbmask": 0.2}),
        ("high_sidelobes_cut", "M_100_cont_B3", {"psfcutoff": 0.5, "pbmask": None}),
        ("seven_metre_few", "M_100_spw0.chunk00", {"psfcutoff": 0.5, "pbmask": 0.2}),
        ("seven_metre_few", "M_100_spw0", {"psfcutoff": 0.5, "pbmask": None}),
        ("dirty_chunks", "M_100_cont_B3", {"psfcutoff": 0.5, "pbmask": None}),
        ("wide_band_sidelobes", "M_100_cont", {"psfcutoff": 0.5, "pbmask": 0.2, "nterms": 2}),
    ],
)
def test_high_sidelobes_are_cleaned_with_care(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected
