"""Times as CASA keeps them: modified Julian dates in seconds, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY_S = 86400.0
"""Seconds of a day."""

MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)
"""Zero point of modified Julian dates."""


def utc_of(mjd_s: float) -> datetime:
    """Return a time (MJD seconds) as date and time."""
    return MJD_ZERO + timedelta(seconds=mjd_s)


def mjd_s_of(moment: datetime) -> float:
    """Return a date and time as MJD seconds; without a time zone it is UTC.

    Examples
    --------
    >>> mjd_s_of(datetime(2000, 1, 1)) / DAY_S
    51544.0
    """
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - MJD_ZERO).total_seconds()


def utc_text(mjd_s: float) -> str:
    """Return a time (MJD seconds) as text, to the second.

    Examples
    --------
    >>> utc_text(51544 * DAY_S)
    '2000-01-01T00:00:00'
    """
    return utc_of(round(mjd_s)).strftime("%Y-%m-%dT%H:%M:%S")
