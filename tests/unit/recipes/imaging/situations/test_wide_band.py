"""Over a wide band a spectral index is fitted: two terms, and the first one is delivered."""

from __future__ import annotations

import pytest
from support.imaging_plans import cleans, step_of

from almared.plan import Call


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("plain", "M_100_cont_B3", {"deconvolver": "hogbom", "nterms": None}),
        ("wide_band", "M_100_cont", {"deconvolver": "mtmfs", "nterms": 2}),
        ("wide_band", "M_100_spw0", {"deconvolver": "hogbom", "nterms": None}),
    ],
)
def test_terms_are_those_of_a_wide_band(name: str, image: str, expected: dict[str, object]) -> None:
    call = cleans(name)[image]
    assert {argument: call.get(argument) for argument in expected} == expected


def test_the_first_term_is_exported_under_the_usual_names() -> None:
    step = step_of("wide_band", "M_100_cont")
    exports = {
        a.get("imagename"): a.get("fitsimage") for a in step.actions if isinstance(a, Call) and a.task == "exportfits"
    }
    assert exports == {
        "M_100_cont.image.tt0": "M_100_cont.image.fits", "M_100_cont.image.tt0.pbcor": "M_100_cont.pbcor.fits",
        "M_100_cont.pb.tt0": "M_100_cont.flux.fits", "M_100_cont.mask": "M_100_cont.mask.fits",
    }  # fmt: skip
    assert {"M_100_cont.residual.tt1", "M_100_cont.psf.tt0"} <= set(step.makes)
    assert "M_100_cont.residual" not in step.makes
