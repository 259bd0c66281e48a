"""The twenty steps of a calibration, by name."""

from __future__ import annotations

from enum import IntEnum


class StepId(IntEnum):
    """A step of the calibration: its number and the title that reducers know.

    References
    ----------
    domain.md A.7, column 4.3-5.1.
    """

    title: str

    def __new__(cls, number: int, title: str) -> StepId:
        """Return the step of a number, with its title."""
        step = int.__new__(cls, number)
        step._value_ = number
        step.title = title
        return step

    IMPORT = 0, "Import of the ASDM"
    SYSCAL_TIMES = 1, "Fix of SYSCAL table times"
    LISTING = 2, "listobs"
    APRIORI_FLAGS = 3, "A priori flagging"
    WVR = 4, "Generation and time averaging of the WVR cal table"
    TSYS = 5, "Generation of the Tsys cal table"
    ANTPOS = 6, "Generation of the antenna position cal table"
    APRIORI_APPLY = 7, "Application of the WVR, Tsys and antpos cal tables"
    SCIENCE_SPLIT = 8, "Split out science SPWs and time average"
    ORIGINAL_FLAGS = 9, "Listobs, and save original flags"
    INITIAL_FLAGS = 10, "Initial flagging"
    MODELS = 11, "Putting a model for the flux calibrator(s)"
    FLAGS_BEFORE_BANDPASS = 12, "Save flags before bandpass cal"
    BANDPASS = 13, "Bandpass calibration"
    FLAGS_BEFORE_GAIN = 14, "Save flags before gain cal"
    GAIN = 15, "Gain calibration"
    FLAGS_BEFORE_APPLY = 16, "Save flags before applycal"
    FINAL_APPLY = 17, "Application of the bandpass and gain cal tables"
    CALIBRATED_SPLIT = 18, "Split out corrected column"
    FINAL_FLAGS = 19, "Save flags after applycal"
