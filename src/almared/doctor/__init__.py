"""Is this machine fit for a reduction? Each finding comes with its repair."""

from almared.doctor.examine import examine
from almared.doctor.profile import examine_profile
from almared.doctor.subjects import is_fit, record_of, trap_of

__all__ = ["examine", "examine_profile", "is_fit", "record_of", "trap_of"]
