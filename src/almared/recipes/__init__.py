"""From facts and choices to a plan; one file for each family of steps and each special situation."""

from almared.mous.source import EbSource, find_source
from almared.recipes.calibration.calibrate import plan_calibration
from almared.recipes.calibration.options import CalibrationOptions, find_field, options_for, parse_flux

__all__ = [
    "CalibrationOptions",
    "EbSource",
    "find_field",
    "find_source",
    "options_for",
    "parse_flux",
    "plan_calibration",
]
