"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)


def utc_text(mjd_s: float) -> str:
    """Return MJD seconds as UTC to the second.

    Examples
    --------
    >>> utc_text(0.0)
    '1858-11-17T00:00:00'
    """
    return (MJD_EPOCH + timedelta(seconds=round(mjd_s))).strftime("%Y-%m-%dT%H:%M:%S")
