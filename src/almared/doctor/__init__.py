"""Is this machine fit for a reduction? Each verdict comes with its repair."""

from almared.doctor.examine import examine
from almared.doctor.profile import examine_profile
from almared.doctor.verdict import State, Verdict, is_fit

__all__ = ["State", "Verdict", "examine", "examine_profile", "is_fit"]
