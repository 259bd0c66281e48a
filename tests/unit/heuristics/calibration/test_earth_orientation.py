"""A plan is warned of dates for which the orientation of the Earth is not known, with the size of the error."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_plan import OPTIONS, small_eb

from almared.basics.times import DAY_S
from almared.heuristics.calibration.earth_orientation import orientation_warnings
from almared.physics.earth_rotation import KnownOrientation
from almared.recipes import plan_calibration

DAY = small_eb().end_mjd_s / DAY_S


def known(*, final: float, last: float, miss_s: float = 0.0) -> KnownOrientation:
    """Tables that end so many days after the execution block; negative ones are before it."""
    return KnownOrientation("a test", DAY + final, DAY + last, 0.05, 0.2, miss_s)


CASES = {
    "final": (known(final=1, last=90), ()),
    "predicted well": (known(final=-20, last=90), ()),
    "predicted badly": (known(final=-20, last=90, miss_s=0.029), ("prediction", "29 ms", "0.44 arcsec")),
    "predicted long before": (known(final=-300, last=90), ("prediction", "18 ms", "0.34 arcsec")),
    "beyond all": (known(final=-400, last=-1), ("takes zero", "72 ms", "1.4 arcsec")),
    "just beyond": (known(final=-30, last=-0.01), ("takes zero", "53 ms", "1 arcsec")),
}


@pytest.mark.parametrize("case", CASES)
def test_dates_that_are_not_known_are_warned_with_the_size_of_the_error(case: str) -> None:
    tables, words = CASES[case]
    found = orientation_warnings(small_eb(), tables)
    assert len(found) == bool(words)
    for word in words:
        assert word in found[0]


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert orientation_warnings(small_eb(), None) == ()


def test_the_turn_is_that_of_the_longest_baseline() -> None:
    eb = small_eb()
    first, *others = eb.antennas
    x, y, z = others[0].position_m
    far = replace(first, position_m=(x + 10_000.0, y, z))
    tables = known(final=-400, last=-1)
    (warning,) = orientation_warnings(replace(eb, antennas=(far, *others[:1])), tables)
    # 1.36 arcsec are 6.6e-6 rad: 66 mm in 10 km.
    assert "(10000 m) by up to 66 mm" in warning


def test_the_plan_has_the_warning_and_nothing_else_changes() -> None:
    plain, warned = (plan_calibration(small_eb(), OPTIONS, earth=e) for e in (None, known(final=-400, last=-1)))
    (added,) = set(warned.warnings) - set(plain.warnings)
    assert "beyond the table" in added
    assert replace(warned, findings=plain.findings) == plain
