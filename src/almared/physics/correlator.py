"""What ALMA's correlators do to every spectrum and time stamp."""

from __future__ import annotations

HANNING_EFFECTIVE = 8.0 / 3.0
"""Effective bandwidth of a Hanning-smoothed channel over its spacing, 1 / sum of (1/4, 1/2, 1/4)² (domain C.3)."""

HANNING_RESOLUTION = 2.0
"""Spectral resolution of a Hanning-smoothed channel over its spacing."""

INDEPENDENT_LAG = 3
"""Channels this far apart are independent after Hanning smoothing."""

TIMING_EVENT_S = 0.048
"""Timing events to which subscans and integrations keep (s)."""
