"""From facts and choices to a plan; one file for each family of steps and each special situation."""

from almared.recipes.options import CalibrationOptions, GivenFlux

__all__ = ["CalibrationOptions", "GivenFlux"]
