"""The steps of a calibration by name."""

from __future__ import annotations

import json

import pytest

from almared.plan import CALIBRATION, COMBINATION, IMAGING, StepId


def test_steps_are_numbered_without_gaps_and_titled_once_each() -> None:
    assert [int(step) for step in StepId] == list(range(20))
    assert len({step.title for step in StepId}) == 20


@pytest.mark.parametrize(
    ("step", "number", "title"),
    [
        (StepId.IMPORT, 0, "Import of the ASDM"),
        (StepId.SYSCAL_TIMES, 1, "Fix of SYSCAL table times"),
        (StepId.LISTING, 2, "listobs"),
        (StepId.APRIORI_FLAGS, 3, "A priori flagging"),
        (StepId.WVR, 4, "Generation and time averaging of the WVR cal table"),
        (StepId.TSYS, 5, "Generation of the Tsys cal table"),
        (StepId.ANTPOS, 6, "Generation of the antenna position cal table"),
        (StepId.APRIORI_APPLY, 7, "Application of the WVR, Tsys and antpos cal tables"),
        (StepId.SCIENCE_SPLIT, 8, "Split out science SPWs and time average"),
        (StepId.ORIGINAL_FLAGS, 9, "Listobs, and save original flags"),
        (StepId.INITIAL_FLAGS, 10, "Initial flagging"),
        (StepId.MODELS, 11, "Putting a model for the flux calibrator(s)"),
        (StepId.FLAGS_BEFORE_BANDPASS, 12, "Save flags before bandpass cal"),
        (StepId.BANDPASS, 13, "Bandpass calibration"),
        (StepId.FLAGS_BEFORE_GAIN, 14, "Save flags before gain cal"),
        (StepId.GAIN, 15, "Gain calibration"),
        (StepId.FLAGS_BEFORE_APPLY, 16, "Save flags before applycal"),
        (StepId.FINAL_APPLY, 17, "Application of the bandpass and gain cal tables"),
        (StepId.CALIBRATED_SPLIT, 18, "Split out corrected column"),
        (StepId.FINAL_FLAGS, 19, "Save flags after applycal"),
    ],
)
def test_number_and_title_are_those_that_reducers_know(step: StepId, number: int, title: str) -> None:
    """domain.md A.7, column 4.3-5.1."""
    assert (step, step.title) == (number, title)
    assert StepId(number) is step
    assert json.dumps({step: [step]}) == f'{{"{number}": [{number}]}}'


def test_only_a_calibration_has_the_same_steps_each_time() -> None:
    assert CALIBRATION.step_ids == tuple(StepId)
    assert not COMBINATION.has_fixed_steps
    assert not IMAGING.has_fixed_steps
