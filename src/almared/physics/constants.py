"""Constants of nature, of units and of the Earth; their only definition.

References
----------
CODATA 2018 (exact since the SI of 2019), IAU 2012 resolution B2, IERS Conventions 2010, casacore's ``MFrequency``.
Scripts carry their text with them and cannot import this module: a test keeps their constants equal to these.
"""

from __future__ import annotations

import math

from almared.basics.times import DAY_S

GHZ = 1e9
"""One GHz (Hz)."""

LIGHT_M_S = 299_792_458.0
"""Speed of light (m/s)."""

PLANCK_J_S = 6.62607015e-34
"""Planck's constant (J s)."""

BOLTZMANN_J_K = 1.380649e-23
"""Boltzmann's constant (J/K)."""

JANSKY_W_M2_HZ = 1e-26
"""One Jy (W / (m2 Hz))."""

BOLTZMANN_JY_M2_K = BOLTZMANN_J_K / JANSKY_W_M2_HZ
"""Boltzmann's constant (Jy m2 / K)."""

BACKGROUND_K = 2.725
"""Temperature of the cosmic background (K)."""

ARCSEC_RAD = math.pi / 180 / 3600
"""One arcsec (rad)."""

ARCSEC_PER_RAD = math.degrees(1.0) * 3600.0
"""Arcseconds in a radian."""

ASTRONOMICAL_UNIT_M = 149_597_870_700.0
"""Astronomical unit (m)."""

AU_PER_DAY_M_S = ASTRONOMICAL_UNIT_M / DAY_S
"""One astronomical unit per day (m/s)."""

MJD_ZERO_JD = 2400000.5
"""Julian date at which modified Julian dates begin (d)."""

J2000_MJD = 51544.5
"""Epoch J2000.0 (MJD, d)."""

EARTH_TURNS_AT_J2000 = 0.7790572732640
EARTH_TURNS_PER_DAY = 1.00273781191135448
"""Earth rotation angle at J2000.0, and turns per day of UT1 (IERS Conventions 2010, eq. 5.15)."""

SIDEREAL_DAYS_PER_DAY = 1.00273790935
"""Mean sidereal days in a day: from equinox to equinox, shorter than a turn of the Earth because of precession."""

EARTH_TURN_RAD_S = 7.292115e-5
"""Nominal rotation rate of the Earth (rad/s; IERS Conventions 2010, table 1.2)."""

SOLAR_MOTION_M_S = 20_000.0
SOLAR_APEX_J2000_RAD = (math.radians(270.95954), math.radians(30.00467))
"""The kinematic standard of rest: 20 km/s towards 18h, +30 deg of B1900 (casacore, MFrequency)."""
