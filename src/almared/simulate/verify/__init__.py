"""Compare what a calibration found with the truth that the simulator put in."""

from almared.simulate.verify.comparison import Comparison, all_passed, compare_relative
from almared.simulate.verify.everything import verify_calibration

__all__ = ["Comparison", "all_passed", "compare_relative", "verify_calibration"]
