"""A dirty image has neither mask nor model."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans, step_of

from almared.plan import Call


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_spw0", {"usemask": "auto-multithresh", "nsigma": 2.0}),
        (
            "dirty",
            "M_100_spw0",
            {"niter": 0, "usemask": None, "nsigma": None, "noisethreshold": None, "cyclefactor": None},
        ),
        ("wide_band_dirty", "M_100_cont", {"niter": 0, "usemask": None, "nterms": 2}),
        ("dirty_chunks", "M_100_spw0.chunk00", {"niter": 0, "usemask": None}),
    ],
)
def test_nothing_of_cleaning_is_left(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


@pytest.mark.parametrize(("name", "image", "is_there"), [("plain", "M_100_spw0", True), ("dirty", "M_100_spw0", False),
                                                         ("dirty_chunks", "M_100_spw0.chunk00", False)])  # fmt: skip
def test_there_is_no_model_and_no_mask_to_deliver(name: str, image: str, is_there: bool) -> None:
    step = step_of(name, image)
    assert (f"{image}.model" in step.makes) is is_there
    assert (f"{image}.mask.fits" in step.makes) is is_there
    exported = [a.get("fitsimage") for a in step.actions if isinstance(a, Call) and a.task == "exportfits"]
    assert (f"{image}.mask.fits" in exported) is is_there
