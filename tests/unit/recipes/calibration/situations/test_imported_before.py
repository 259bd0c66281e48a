"""No ASDM at hand: the MS is used as it is (domain A.2)."""

from __future__ import annotations

from support.small_plan import MS
from support.special_cases import changes, plain, with_options

from almared.recipes.calibration.situations.imported_before import IMPORTED_BEFORE


def test_nothing_is_imported_and_nothing_is_listed_among_the_choices() -> None:
    plan, situation = plain()
    after = IMPORTED_BEFORE.apply(plan, with_options(situation, asdm=""))
    reason = f"the plan was made from {MS} and its ASDM is not here, so the MS is used as it is"
    assert changes(plan, after) == {0: reason}
    assert after.step(0).makes == ()
    assert after.choices == plan.choices
    assert len(after.warnings) == 1


def test_with_an_asdm_the_plan_is_the_very_same() -> None:
    plan, situation = plain()
    assert IMPORTED_BEFORE.apply(plan, situation) is plan
