"""Few antennas: each solution asks for fewer baselines (domain A.8 step 15; CASA's default is 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.special_cases import changes, plain

from almared.recipes.calibration.situations.few_antennas import FEW_ANTENNAS


@pytest.mark.parametrize(("n_antennas", "baselines"), [(2, 1), (3, 1), (4, 2), (5, 3)])
def test_each_solution_asks_for_the_baselines_of_all_but_one_antenna(n_antennas: int, baselines: int) -> None:
    plan, situation = plain()
    situation = replace(situation, eb=replace(situation.eb, antennas=situation.eb.antennas[:n_antennas]))
    fewer = {"minblperant": baselines}
    after = FEW_ANTENNAS.apply(plan, situation)
    assert changes(plan, after) == {
        13: [("ap_pre_bandpass", fewer), ("bandpass", fewer), ("bandpass", fewer)],
        15: [("phase_int", fewer), ("ampli_inf", fewer), ("phase_inf", fewer)],
    }
    assert [(entry.name, entry.choice.value) for entry in after.choices] == [("baselines per antenna", baselines)]


@pytest.mark.parametrize("n_antennas", [6, 9, 40])
def test_with_enough_antennas_the_plan_is_the_very_same(n_antennas: int) -> None:
    plan, situation = plain()
    antennas = tuple(replace(situation.eb.antennas[0], id=n, name=f"DA{n:02d}") for n in range(n_antennas))
    assert FEW_ANTENNAS.apply(plan, replace(situation, eb=replace(situation.eb, antennas=antennas))) is plan
