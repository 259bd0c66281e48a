"""A cube in chunks: each is cleaned alone without a restored image, the join restores all with one beam."""

from __future__ import annotations

import pytest
from support.imaging_plans import case, cleans

from almared.plan import Routine


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_spw0", {"restoringbeam": "common", "restoration": None, "pbcor": True, "calcpsf": None}),
        ("chunks", "M_100_CO.chunk00", {"restoration": False, "restoringbeam": None, "pbcor": None}),
        (
            "chunks",
            "M_100_CO",
            {
                "niter": 0,
                "restoringbeam": "common",
                "pbcor": True,
                "calcpsf": False,
                "calcres": False,
                "restoration": None,
                "usemask": None,
                "nsigma": None,
            },
        ),
    ],
)
def test_chunks_are_cleaned_and_their_cube_is_restored(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


@pytest.mark.parametrize(("name", "counts"), [("plain", [6, 7, 8, 9]), ("masks", [6, 7, 8, 9, 10, 11, 12, 13])])
def test_steps_after_the_chunks_count_on(name: str, counts: list[int]) -> None:
    steps = case(name).steps[6:]
    assert [step.number for step in steps] == counts
    joins = [step for step in steps if step.title.endswith("from its chunks")]
    assert [step.after for step in joins] == ([] if name == "plain" else [(8, 9), (11, 12)])


@pytest.mark.parametrize(("name", "has_weight"), [("chunks", False), ("mosaic_chunks", True)])
def test_weights_are_joined_where_the_gridder_leaves_them(name: str, has_weight: bool) -> None:
    (join,) = (a for s in case(name).steps for a in s.actions if isinstance(a, Routine) and a.name == "join_chunks")
    (kinds,) = (argument.value for argument in join.arguments if argument.name == "kinds")
    assert ("weight" in tuple(kinds)) is has_weight  # type: ignore[arg-type]
