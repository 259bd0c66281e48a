"""Compare the results of a reduction with the simulator's truth."""

from almared.simulate.verify.comparison import Comparison, all_passed, compare_relative
from almared.simulate.verify.everything import verify_calibration
from almared.simulate.verify.mous import verify_images, verify_mous

__all__ = ["Comparison", "all_passed", "compare_relative", "verify_calibration", "verify_images", "verify_mous"]
