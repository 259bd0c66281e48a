"""Better antenna positions: a table, applied to each source after the others (domain A.8 step 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.small_plan import MS
from support.special_cases import changes, plain

from almared.model import Choice
from almared.plan import Plan
from almared.recipes.calibration.situations.antenna_positions import ANTENNA_POSITIONS

MAP = (0, 1, 2, 3, 4, 1, 6, 3)


def applied(field: str) -> tuple[str, dict[str, Any]]:
    return "apriori_apply", {
        "gaintable": (f"{MS}.tsys", f"{MS}.wvr", f"{MS}.antpos"),
        "gainfield": (field, "", ""),
        "interp": ("linear,linear", "linear", "linear"),
        "spwmap": (MAP, (), ()),
    }


def corrected(offsets: tuple[Any, ...] | None, warning: str = "") -> tuple[Plan, Plan]:
    plan, situation = plain()
    choice = None if offsets is None else Choice(offsets, "positions measured later", warning=warning)
    situation = replace(situation, decided=replace(situation.decided, position_offsets=choice))
    return plan, ANTENNA_POSITIONS.apply(plan, situation)


@pytest.mark.parametrize(
    ("offsets", "antennas", "metres"),
    [
        ((("DA41", (1e-3, 0.0, -2.5e-3)),), "DA41", (1e-3, 0.0, -2.5e-3)),
        (
            (("DV02", (0.0, 2e-4, 0.0)), ("PM03", (1e-4, 0.0, 3e-4))),
            "DV02,PM03",
            (0.0, 2e-4, 0.0, 1e-4, 0.0, 3e-4),
        ),
    ],
)
def test_table_is_made_and_applied(offsets: tuple[Any, ...], antennas: str, metres: tuple[float, ...]) -> None:
    before, after = corrected(offsets, "some are off by 2 mm")
    solved = {
        "vis": MS,
        "caltable": f"{MS}.antpos",
        "caltype": "antpos",
        "antenna": antennas,
        "parameter": metres,
    }
    assert changes(before, after) == {6: [("antpos", solved)], 7: [applied("0"), applied("1"), applied("1")]}
    assert after.step(6).makes == (f"{MS}.antpos",)
    assert [(entry.name, entry.choice.value) for entry in after.choices] == [
        ("antenna positions", antennas.replace(",", ", "))
    ]
    assert len(after.warnings) == 1


def test_all_zeros_are_no_correction() -> None:
    before, after = corrected(())
    assert changes(before, after) == {6: "positions measured later"}
    assert after.choices[-1].choice.value == "none"


def test_not_given_the_plan_is_the_very_same() -> None:
    before, after = corrected(None)
    assert after is before
