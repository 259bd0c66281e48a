"""Whether the orientation of the Earth is known well enough for the date of an execution block."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from almared.basics.times import DAY_S, utc_of
from almared.heuristics.thresholds.earth import EARTH_LEAST_ERROR
from almared.model import ExecutionBlock
from almared.physics.earth_rotation import KnownOrientation, orientation_error


def orientation_warnings(eb: ExecutionBlock, known: KnownOrientation | None) -> tuple[str, ...]:
    """Return a warning for data later than the final values of the tables, with the size of the error.

    Parameters
    ----------
    eb : ExecutionBlock
        Facts.
    known : KnownOrientation or None
        What the measures in use know; None when that is not known.

    Notes
    -----
    The correlator used its own orientation, so the phases of the data are right; CASA computes u, v and w with its own
    when it imports. They turn by the error: positions in images are off by that part of their distance from the phase
    centre. Errors below the threshold, as of predictions of a few weeks, are not mentioned.

    References
    ----------
    docs/decisions/044; IERS Bulletin A.
    """
    error = orientation_error(known, eb.end_mjd_s / DAY_S) if known else None
    if known is None or error is None or error.sky_arcsec < EARTH_LEAST_ERROR.value:
        return ()
    final, last = (utc_of(mjd * DAY_S) for mjd in (known.final_mjd, known.last_mjd))
    if error.is_beyond:
        state = f"beyond the table of the Earth's orientation, which ends {last:%Y-%m-%d}; CASA takes zero for it"
    else:
        state = (
            f"later than the last final value of the Earth's orientation ({final:%Y-%m-%d}); CASA takes a prediction"
        )
    longest = _longest_baseline_m(eb)
    warning = (
        f"the data are {state} ({known.version}): UT1 is off by up to {1e3 * error.ut1_s:.0f} ms, "
        f"{error.sky_arcsec:.2g} arcsec on the sky; u, v, w of the longest baseline ({longest:.0f} m) by up to "
        f"{1e3 * longest * error.turn_rad:.2g} mm, positions by {error.turn_rad:.1g} of their distance from the phase "
        "centre; phases are right. Newer measures: `almared measures --help`"
    )
    return (warning,)


def _longest_baseline_m(eb: ExecutionBlock) -> float:
    places = [np.asarray(antenna.position_m) for antenna in eb.antennas]
    return max((float(np.linalg.norm(one - other)) for one, other in combinations(places, 2)), default=0.0)
