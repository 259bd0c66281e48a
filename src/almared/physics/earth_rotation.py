"""How well the orientation of the Earth is known on a date, and what an error of it does."""

from __future__ import annotations

from dataclasses import dataclass

from almared.physics.constants import ARCSEC_RAD, EARTH_TURNS_PER_DAY

ARCSEC_PER_SECOND = 15.0 * EARTH_TURNS_PER_DAY
"""The sky turns by this in a second of UT1."""

UT1_DRIFT_S, UT1_POWER = 0.00025, 0.75
POLE_DRIFT_ARCSEC, POLE_POWER = 0.00068, 0.80
"""Errors of predictions of so many days: UT1-UTC in seconds, the pole in arcsec (IERS Bulletin A)."""


@dataclass(frozen=True, slots=True)
class KnownOrientation:
    """For which dates tables know the orientation of the Earth, and how well.

    Parameters
    ----------
    version : str
        Of the tables.
    final_mjd : float, d
        Last date of measured, final values.
    last_mjd : float, d
        Last date of predicted values; CASA takes zero for all later ones.
    last_ut1_s : float, s
        UT1-UTC on that date.
    last_pole_arcsec : float, arcsec
        Distance of the pole from its reference on that date.
    ut1_miss_s : float, s
        By how much the predictions of these tables missed the final UT1-UTC, in 95 of 100 cases, where both are known.
    """

    version: str
    final_mjd: float
    last_mjd: float
    last_ut1_s: float
    last_pole_arcsec: float
    ut1_miss_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OrientationError:
    """By how much the orientation that CASA takes can be wrong.

    Parameters
    ----------
    ut1_s : float, s
        Of UT1-UTC.
    pole_arcsec : float, arcsec
        Of the pole.
    is_beyond : bool
        Whether the date is beyond the predictions too.
    """

    ut1_s: float
    pole_arcsec: float
    is_beyond: bool

    @property
    def sky_arcsec(self) -> float:
        """Largest error on the sky, arcsec: that of a source on the equator."""
        return self.ut1_s * ARCSEC_PER_SECOND + self.pole_arcsec

    @property
    def turn_rad(self) -> float:
        """The same in radians: the part by which u, v and w are wrong."""
        return self.sky_arcsec * ARCSEC_RAD


def orientation_error(known: KnownOrientation, mjd: float) -> OrientationError | None:
    """Return how wrong the orientation can be that CASA takes for a date; None where the values are final.

    The error of a prediction is that which the IERS gives for its predictions, or what the predictions of the tables
    really missed where final values came later, if that is larger: tables for CASA keep predictions made a year before.
    Beyond the tables CASA takes UT1-UTC and the pole to be zero, so the last value adds to it.

    Parameters
    ----------
    known : KnownOrientation
        What the tables know.
    mjd : float, d
        The date.

    References
    ----------
    IERS Bulletin A, section "Predictions"; casacore, ``MeasTable::dUT1`` and ``MeasIERS::get``.
    """
    if mjd <= known.final_mjd:
        return None
    days = mjd - known.final_mjd
    ut1 = max(UT1_DRIFT_S * days**UT1_POWER, known.ut1_miss_s)
    pole = POLE_DRIFT_ARCSEC * days**POLE_POWER
    if mjd < known.last_mjd:
        return OrientationError(ut1, pole, False)
    return OrientationError(ut1 + abs(known.last_ut1_s), pole + known.last_pole_arcsec, True)
